// Which servers the plugin Webhook trusts: not one with a certificate that nobody knows, but one whose certificate was set.
import assert from "node:assert/strict";
import { lookup as resolveName } from "node:dns/promises";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { it } from "node:test";
import { generate } from "selfsigned";
import { notifyAction } from "../../../plugins/linkage-notify/src/action.ts";

it("a webhook trusts a certificate of its owner's making only when it was set", async () => {
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
    ],
  });
  let requests = 0;
  const server = createServer({ key: made.private, cert: made.cert }, (request, response) => {
    requests += 1;
    request.resume().once("end", () => response.writeHead(204).end());
  });
  server.on("tlsClientError", () => undefined);
  server.listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { signal } = new AbortController();
  const lookup = (host: string) => resolveName(host, { all: true });
  const send = (settings: Parameters<typeof notifyAction>[0], scheme: string) =>
    notifyAction(settings, { signal, lookup }).run(
      {
        id: "1-start-all-0",
        event: {
          id: 1,
          type: "motion",
          severity: "alarm",
          source: "recorder",
          start: "2026-03-29T01:59:59.000Z",
          objects: [],
          detail: {},
        },
        rule: { id: "all", name: "All" },
        recorderName: "Home",
        timeZone: "UTC",
        config: { url: `${scheme}://localhost:${port}/hook`, picture: false, timeoutSeconds: 10 },
        pictures: [],
        isTest: false,
      },
      { signal },
    );
  try {
    await assert.rejects(send({}, "https"), { code: "NJ_NOTIFY_CERTIFICATE", kind: "failed-precondition" });
    assert.equal(requests, 0, "nothing was sent to who is not trusted");
    const done = await send({ certificates: made.cert }, "https");
    assert.equal(done?.note, `localhost:${port}: 204`);
    assert.equal(requests, 1);
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});
