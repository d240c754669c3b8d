// The rival of the suite `http`: a plain server of Node's behind TLS, which answers the same bytes from memory and does
// nothing else: no session, no rights, no database, no second process. Its answers come as its first message.
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";

export interface PlainAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

process.once("message", async (answers: readonly PlainAnswer[]) => {
  const known = new Map(answers.map((one) => [`${one.method} ${one.path}`, one]));
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
  });
  const server = createServer({ key, cert, keepAliveTimeout: 65_000 }, (asked, response) => {
    asked.resume();
    const answer = known.get(`${asked.method} ${asked.url}`);
    response.writeHead(answer?.status ?? 404, {
      "content-type": answer?.type ?? "text/plain",
      "cache-control": "no-store",
    });
    response.end(answer?.body);
  });
  server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
});
process.on("disconnect", () => process.exit(0));
