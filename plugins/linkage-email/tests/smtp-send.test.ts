// A mail on its way to a real server: encrypted, signed in, refused, cut off and stalled; and to what is no mail server.
import assert from "node:assert/strict";
import { lookup as resolveName } from "node:dns/promises";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { NightjarError } from "@nightjar/core";
import type { EmailSettings } from "../src/config.ts";
import type { Envelope } from "../src/smtp-dialogue.ts";
import { sendMail, serverOf } from "../src/smtp-send.ts";
import { mailServer, PASSWORD } from "./mail-server.ts";

const TEXT = "Subject: x\r\n\r\nfirst\r\n.\r\n..second\r\nRCPT TO:<spy@evil.example>\r\n";
const running = new AbortController();

function send(
  settings: Partial<EmailSettings>,
  envelope: Partial<Envelope> = {},
  { timeoutMs = 10_000, signal = running.signal } = {},
) {
  return sendMail(
    serverOf(settings as EmailSettings),
    {
      from: "nvr@home.example",
      to: ["a@home.example", "b@home.example"],
      message: () => Buffer.from(TEXT),
      ...envelope,
    },
    { lookup: (host) => resolveName(host, { all: true }), timeoutMs, signal },
  );
}

function failure(code: string, kind: NightjarError["kind"], text = /./) {
  return (error: unknown) => {
    assert.ok(error instanceof NightjarError, String(error));
    assert.deepEqual([error.code, error.kind], [code, kind], error.message);
    assert.match(error.message, text);
    assert.ok(!`${error.message} ${JSON.stringify(error.context)}`.includes(PASSWORD), "no password in it");
    return true;
  };
}

/** What speaks as it is told on a port: no mail server. */
async function strange(t: TestContext, speak: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    speak(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { host: "127.0.0.1", port, security: "starttls" as const, fromAddress: "nvr@home.example" };
}

describe("a mail to a server", () => {
  for (const security of ["starttls", "tls"] as const)
    it(`goes encrypted (${security}) and signed in, byte for byte, to all`, async () => {
      await using server = await mailServer({ secure: security === "tls" });
      assert.deepEqual(await send({ ...server.settings, security }), []);
      const [got] = server.received;
      assert.deepEqual(
        [got?.isEncrypted, got?.user, got?.to],
        [true, "nvr@home.example", ["a@home.example", "b@home.example"]],
      );
      assert.equal(got?.raw, TEXT);
    });

  it("signs in by LOGIN where there is no other way", async () => {
    await using server = await mailServer({ authMethods: ["LOGIN"] });
    await send(server.settings);
    assert.equal(server.received[0]?.user, "nvr@home.example");
  });

  it("goes plainly where that is wanted, and then with no password", async () => {
    await using server = await mailServer({ disabledCommands: ["STARTTLS"] });
    const { password: _password, user: _user, ...settings } = server.settings;
    await send({ ...settings, security: "none" });
    assert.equal(server.received[0]?.isEncrypted, false);
    assert.throws(() => serverOf({ ...server.settings, security: "none" } as EmailSettings), {
      code: "NJ_EMAIL_NOT_SET",
    });
  });

  it("does not go where the encryption that was asked for is not offered", async () => {
    await using server = await mailServer({ disabledCommands: ["STARTTLS"], allowInsecureAuth: true });
    await assert.rejects(send(server.settings), failure("NJ_EMAIL_NO_ENCRYPTION", "failed-precondition"));
    assert.equal(server.received.length, 0);
  });

  it("does not go to a certificate that nobody knows, nor to one of another host", async () => {
    await using server = await mailServer();
    const { certificates: _certificates, ...settings } = server.settings;
    const refused = failure("NJ_EMAIL_CERTIFICATE", "failed-precondition", /not trusted/);
    await assert.rejects(send(settings), refused);
    await assert.rejects(
      sendMail(
        serverOf({ ...server.settings, host: "mail.example" } as EmailSettings),
        { from: "a@b.example", to: ["a@home.example"], message: () => Buffer.from(TEXT) },
        {
          lookup: async () => [{ address: "127.0.0.1", family: 4 }],
          timeoutMs: 10_000,
          signal: running.signal,
        },
      ),
      refused,
    );
    assert.equal(server.received.length, 0);
  });

  it("says when the password is wrong, or needed, and never the password", async () => {
    await using server = await mailServer();
    const wrong = failure("NJ_EMAIL_SIGN_IN", "failed-precondition", /user name and password \(535\)/);
    await assert.rejects(send({ ...server.settings, user: "other" }), wrong);
    await using strict = await mailServer({ authOptional: false });
    const { user: _user, password: _password, ...settings } = strict.settings;
    await assert.rejects(
      send(settings),
      failure("NJ_EMAIL_SIGN_IN", "failed-precondition", /wants a user name/),
    );
  });

  it("tells who of several was refused, and whether to try again where all were", async () => {
    await using server = await mailServer({
      onRcptTo({ address }, _session, done) {
        const responseCode = address.startsWith("grey") ? 450 : 550;
        if (address.startsWith("a@")) done();
        else done(Object.assign(new Error(`<${address}>: nobody of that name`), { responseCode }));
      },
    });
    const refused = await send(server.settings, {
      to: ["a@home.example", "no@home.example", "grey@home.example"],
    });
    assert.deepEqual(
      refused.map(({ address, isForNow }) => [address, isForNow]),
      [
        ["no@home.example", false],
        ["grey@home.example", true],
      ],
    );
    assert.deepEqual(server.received[0]?.to, ["a@home.example"]);
    await assert.rejects(
      send(server.settings, { to: ["no@home.example"] }),
      failure(
        "NJ_EMAIL_RECEIVER",
        "failed-precondition",
        /n…@home\.example \(550 <n…@home\.example>: nobody of that name\)/,
      ),
    );
    await assert.rejects(
      send(server.settings, { to: ["grey@home.example"] }),
      failure("NJ_EMAIL_UNAVAILABLE", "unavailable", /450/),
    );
  });

  it("is made as small as the server wants it, and refused by kind where it does not want it at all", async () => {
    let responseCode = 452;
    await using server = await mailServer({
      size: 50_000,
      onData(stream, _session, done) {
        stream.resume().on("end", () => done(Object.assign(new Error("no room"), { responseCode })));
      },
    });
    const asked: number[] = [];
    const message = (most: number): Buffer => {
      asked.push(most);
      return Buffer.from(TEXT);
    };
    await assert.rejects(
      send(server.settings, { message }),
      failure("NJ_EMAIL_UNAVAILABLE", "unavailable", /452 no room/),
    );
    responseCode = 554;
    await assert.rejects(
      send(server.settings, { message }),
      failure("NJ_EMAIL_REFUSED", "failed-precondition", /554/),
    );
    assert.deepEqual(asked, [50_000, 50_000]);
  });
});

describe("a mail to what is no good server", () => {
  it("is given up in time where it stalls, and at once when told to", async (t) => {
    const settings = await strange(t, () => undefined);
    const late = failure("NJ_EMAIL_TIMEOUT", "deadline-exceeded", /within 0\.05 s/);
    await assert.rejects(send(settings, {}, { timeoutMs: 50 }), late);
    await assert.rejects(send({ ...settings, security: "tls" }, {}, { timeoutMs: 50 }), late);
    const stop = new AbortController();
    const sending = send(settings, {}, { signal: stop.signal });
    stop.abort();
    await assert.rejects(sending, NightjarError);
  });

  it("is tried again where nobody listens, or the connection is cut", async (t) => {
    const settings = await strange(t, (socket) => socket.destroy());
    await assert.rejects(send(settings), failure("NJ_EMAIL_UNAVAILABLE", "unavailable"));
    const closed = createServer();
    closed.listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await assert.rejects(
      send({ ...settings, port }),
      failure("NJ_EMAIL_UNAVAILABLE", "unavailable", /ECONNREFUSED/),
    );
  });

  for (const [what, words] of [
    ["a web server", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["a reply without an end", `220-${"x".repeat(60_000)}`],
    ["lines without an end", "220-x\r\n".repeat(20_000)],
  ] as const)
    it(`is refused by ${what}`, async (t) => {
      const settings = await strange(t, (socket) => socket.write(words));
      await assert.rejects(send(settings), failure("NJ_EMAIL_ANSWER", "failed-precondition"));
    });

  it("goes nowhere where somebody speaks before the encryption that the server consented to", async (t) => {
    const heard: string[] = [];
    const settings = await strange(t, (socket) => {
      socket.write("220 hello\r\n");
      socket.on("data", (chunk) => {
        heard.push(chunk.toString("latin1"));
        const isHello = chunk.toString("latin1").startsWith("EHLO");
        socket.write(
          isHello ? "250-hello\r\n250 STARTTLS\r\n" : "220 go on\r\n250-mine\r\n250 AUTH PLAIN\r\n",
        );
      });
    });
    await assert.rejects(
      send({ ...settings, user: "me", password: PASSWORD }),
      failure("NJ_EMAIL_ANSWER", "failed-precondition", /more than it was asked/),
    );
    assert.doesNotMatch(heard.join(""), /AUTH PLAIN/);
  });

  it("is no place for a server's own words that hold the password", async (t) => {
    const settings = await strange(t, (socket) => {
      socket.write(`554 ${PASSWORD} \u001b[31m\r\n`);
    });
    await assert.rejects(
      send({ ...settings, user: "me", password: PASSWORD }),
      failure("NJ_EMAIL_REFUSED", "failed-precondition", /554$/),
    );
    await assert.rejects(
      send({ ...settings, security: "tls", user: "me", password: PASSWORD }),
      failure("NJ_EMAIL_ANSWER", "failed-precondition", /tls at 465/),
    );
  });
});
