// A real mail server on loopback (smtp-server), with certificates of its own making and an account; what it took is read by a
// mail reader of somebody else's (postal-mime).
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import PostalMime, { type Email } from "postal-mime";
import { generate } from "selfsigned";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

export const PASSWORD = "correct horse";
export const USER = "nvr@home.example";

export interface ReceivedMail {
  readonly raw: string;
  readonly mail: Email;
  readonly to: readonly string[];
  readonly isEncrypted: boolean;
  readonly user: string | undefined;
}

const made = generate([{ name: "commonName", value: "localhost" }], {
  keyType: "ec",
  curve: "P-256",
  algorithm: "sha256",
  extensions: [
    { name: "basicConstraints", cA: true, critical: true },
    {
      name: "subjectAltName",
      altNames: [
        { type: 2, value: "localhost" },
        { type: 7, ip: "127.0.0.1" },
      ],
    },
  ],
});

/** Starts one; `await using` ends it. */
export async function mailServer(options: SMTPServerOptions = {}) {
  const { private: key, cert } = await made;
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    ...{ key, cert, authOptional: true, disableReverseLookup: true, logger: false, closeTimeout: 10 },
    onAuth({ username, password }, _session, done) {
      if (username === USER && password === PASSWORD) done(null, { user: username });
      else done(Object.assign(new Error(`no, ${password} is wrong`), { responseCode: 535 }));
    },
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", async () => {
        const raw = Buffer.concat(parts);
        received.push({
          raw: raw.toString("latin1"),
          mail: await PostalMime.parse(raw),
          to: session.envelope.rcptTo.map(({ address }) => address),
          isEncrypted: session.secure,
          user: session.user,
        });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    received,
    cert,
    settings: {
      ...{ host: "localhost", port, security: "starttls" as const, certificates: cert },
      ...{ user: USER, password: PASSWORD, fromAddress: "nvr@home.example" },
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
