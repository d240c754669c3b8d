// What is sent, how it is signed, and what each answer means, against real servers on loopback.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { lookup as resolveName } from "node:dns/promises";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { describe, it } from "node:test";
import { type LinkageRequest, NightjarError, type Nvr } from "@nightjar/core";
import { testNvr } from "@nightjar/core/testing";
import { notifyAction } from "../src/action.ts";

const SECRET = "a key of twenty-three!!";
const JPEG = Buffer.from("not a real picture").toString("base64");

interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server on loopback that keeps what it is sent and answers as it is told. */
async function receiver(answer: RequestListener = (_request, response) => void response.end()) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { method, url: path, headers } = request;
    received.push({ method, path, headers, body: Buffer.concat(parts).toString("utf8") });
    answer(request, response);
  });
  const origin = await listening(server);
  return {
    received,
    url: `${origin}/hook?token=hidden`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await closed(server);
    },
  };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closed(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}

function requestFor(config: Readonly<Record<string, unknown>>): LinkageRequest {
  return {
    id: "17-start-night-0",
    event: {
      id: 17,
      type: "motion",
      severity: "alarm",
      camera: "gate",
      source: "vca-motion",
      start: "2026-03-29T01:59:59.000Z",
      objects: [],
      detail: {},
    },
    rule: { id: "night", name: "Nächtliche Bewegung" },
    cameraName: "Gate",
    recorderName: "Home",
    timeZone: "UTC",
    config: { picture: false, timeoutSeconds: 10, ...config },
    pictures: [{ camera: "gate", timeMs: 1_774_749_599_000, jpeg: JPEG }],
    isTest: false,
  };
}

const running = new AbortController();
const everywhere = (host: string) => resolveName(host.replace(/^\[|\]$/g, ""), { all: true });

function send(
  config: Readonly<Record<string, unknown>>,
  settings: Parameters<typeof notifyAction>[0] = {},
  signal = running.signal,
  lookup: Nvr["lookup"] = everywhere,
) {
  return notifyAction(settings, { signal: running.signal, lookup }).run(requestFor(config), { signal });
}

/** The kind decides whether the recorder tries again; no message may hold the path, which can be a secret. */
function failure(code: string, kind: NightjarError["kind"], text = /./) {
  return (error: unknown) => {
    assert.ok(error instanceof NightjarError, String(error));
    assert.deepEqual([error.code, error.kind], [code, kind], error.message);
    assert.match(error.message, text);
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error.context)}`, /hook|hidden/);
    return true;
  };
}

describe("a webhook", () => {
  it("posts the event as JSON, signed so that moment and body cannot be changed", async () => {
    await using server = await receiver();
    const before = Math.floor(Date.now() / 1_000);
    const done = await send({ url: server.url, picture: true }, { secret: SECRET });
    assert.equal(done?.note, `${new URL(server.url).host}: 200`);
    const [got] = server.received;
    assert.ok(got);
    assert.deepEqual([got.method, got.path], ["POST", "/hook?token=hidden"]);
    assert.equal(got.headers["content-type"], "application/json");
    assert.equal(got.headers["nightjar-delivery"], "17-start-night-0");
    const [, seconds = "", mac] =
      /^t=(\d+),v1=([\da-f]{64})$/.exec(String(got.headers["nightjar-signature"])) ?? [];
    assert.equal(createHmac("sha256", SECRET).update(`${seconds}.${got.body}`).digest("hex"), mac);
    assert.ok(Number(seconds) >= before && Number(seconds) <= Date.now() / 1_000);
    const { sent, ...message } = JSON.parse(got.body) as Record<string, unknown>;
    const { id, event, rule, cameraName, recorderName, isTest } = requestFor({});
    assert.equal(Math.floor(Date.parse(String(sent)) / 1_000), Number(seconds));
    assert.deepEqual(message, {
      id,
      isTest,
      recorder: recorderName,
      rule,
      cameraName,
      event,
      pictures: [{ camera: "gate", time: "2026-03-29T01:59:59.000Z", jpeg: JPEG }],
    });
  });

  it("sends neither signature nor picture where they are not asked for", async () => {
    await using server = await receiver();
    await send({ url: server.url });
    const [got] = server.received;
    assert.equal(got?.headers["nightjar-signature"], undefined);
    assert.deepEqual((JSON.parse(got?.body ?? "") as Record<string, unknown>)["pictures"], []);
  });

  it("goes to the secret address where the rule names none, and to none where there is none", async () => {
    await using server = await receiver();
    await send({}, { url: server.url });
    assert.equal(server.received.length, 1);
    await assert.rejects(send({}), failure("NJ_NOTIFY_NO_ADDRESS", "failed-precondition"));
  });

  for (const [status, code, kind] of [
    [400, "NJ_NOTIFY_REFUSED", "failed-precondition"],
    [401, "NJ_NOTIFY_REFUSED", "failed-precondition"],
    [404, "NJ_NOTIFY_REFUSED", "failed-precondition"],
    [408, "NJ_NOTIFY_UNAVAILABLE", "unavailable"],
    [429, "NJ_NOTIFY_UNAVAILABLE", "unavailable"],
    [500, "NJ_NOTIFY_UNAVAILABLE", "unavailable"],
    [503, "NJ_NOTIFY_UNAVAILABLE", "unavailable"],
  ] as const) {
    it(`is ${kind} when the answer is ${status}`, async () => {
      await using server = await receiver((_request, response) => void response.writeHead(status).end());
      await assert.rejects(send({ url: server.url }), failure(code, kind, new RegExp(String(status))));
    });
  }

  it("follows no redirect", async () => {
    await using target = await receiver();
    await using server = await receiver(
      (_request, response) => void response.writeHead(307, { location: target.url }).end(),
    );
    await assert.rejects(send({ url: server.url }), failure("NJ_NOTIFY_REDIRECTED", "failed-precondition"));
    assert.equal(target.received.length, 0);
  });

  it("reads nothing of an answer without an end", async () => {
    let written = 0;
    await using server = await receiver((_request, response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) written += 65_536;
      };
      response.on("drain", more).on("error", () => undefined);
      more();
    });
    await send({ url: server.url });
    assert.ok(written < 64 * 1_024 * 1_024, `${written} bytes`);
  });

  it("refuses a head without an end, and what is no web server", async () => {
    for (const answer of [
      `HTTP/1.1 200 OK\r\nx: ${"y".repeat(40_000)}\r\n\r\n`,
      "220 mail.example ESMTP\r\n",
    ]) {
      const server = createTcpServer((socket) =>
        socket
          .on("error", () => undefined)
          .resume()
          .end(answer),
      );
      const url = `${await listening(server)}/hook`;
      await assert.rejects(send({ url }), failure("NJ_NOTIFY_ANSWER", "failed-precondition"));
      await closed(server);
    }
  });

  it("gives up on a server that stalls, and at once when it is told to", async () => {
    await using server = await receiver(() => undefined);
    await assert.rejects(
      send({ url: server.url, timeoutSeconds: 0.05 }),
      failure("NJ_NOTIFY_TIMEOUT", "deadline-exceeded"),
    );
    const stop = new AbortController();
    const sending = send({ url: server.url }, {}, stop.signal);
    stop.abort();
    await assert.rejects(sending, NightjarError);
  });

  it("is unavailable where nobody listens, or the connection is cut", async () => {
    const server = createTcpServer((socket) => socket.destroy());
    const url = `${await listening(server)}/hook`;
    await assert.rejects(send({ url }), failure("NJ_NOTIFY_UNAVAILABLE", "unavailable"));
    await closed(server);
    await assert.rejects(send({ url }), failure("NJ_NOTIFY_UNAVAILABLE", "unavailable", /ECONNREFUSED/));
  });
});

describe("where a webhook goes", () => {
  it("is asked once: what was judged is what is connected to", async () => {
    await using server = await receiver();
    const { port } = new URL(server.url);
    const asked: string[] = [];
    await send({ url: `http://judged.example:${port}/hook` }, {}, running.signal, async (host, asPort) => {
      asked.push(`${host} ${asPort}`);
      return [{ address: "127.0.0.1", family: 4 }];
    });
    assert.deepEqual(asked, [`judged.example ${port}`]);
    assert.equal(server.received.length, 1);
  });

  it("is nowhere where there is no machine, and given up where no name server answers", async () => {
    await assert.rejects(
      send({ url: "http://judged.example/hook" }, {}, running.signal, async () => []),
      failure("NJ_NOTIFY_ADDRESS", "invalid-argument", /no machine/),
    );
    await assert.rejects(
      send(
        { url: "http://judged.example/hook", timeoutSeconds: 0.05 },
        {},
        running.signal,
        () => new Promise(() => undefined),
      ),
      failure("NJ_NOTIFY_TIMEOUT", "deadline-exceeded"),
    );
  });
});

describe("the plugin", () => {
  for (const isolation of ["inline", "process"] as const) {
    it(`sends when it runs ${isolation === "inline" ? isolation : "in a process of its own"}`, async () => {
      await using server = await receiver();
      await using nvr = await testNvr({
        pluginFolder: new URL("..", import.meta.url),
        isolation,
        settings: { secret: SECRET },
      });
      await nvr.start();
      const done = await nvr.linkageAction().run(requestFor({ url: server.url }), { signal: running.signal });
      assert.match(done?.note ?? "", /: 200$/);
      assert.match(String(server.received[0]?.headers["nightjar-signature"]), /^t=/);
    });
    it(`sends nothing to the recorder itself when it runs ${isolation}`, async () => {
      await using server = await receiver();
      const { port } = new URL(server.url);
      await using nvr = await testNvr({
        ...{ pluginFolder: new URL("..", import.meta.url), isolation },
        ownPorts: [Number(port)],
      });
      await nvr.start();
      for (const host of ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"]) {
        await assert.rejects(
          nvr.linkageAction().run(requestFor({ url: `http://${host}:${port}/hook?hidden` }), {
            signal: running.signal,
          }),
          failure("NJ_ADDRESS_OWN", "invalid-argument", /recorder itself/),
        );
      }
      assert.equal(server.received.length, 0);
    });
  }
});
