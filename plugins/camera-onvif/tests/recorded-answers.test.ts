// Answers that were recorded of real devices, served by a plain server: the driver makes of them what their makers meant. Skips where
// they are not at hand.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { it, type TestContext } from "node:test";
import { onvifDriver } from "../src/driver.ts";

const FOLDER = join(import.meta.dirname, "../../../../shared/data/onvif-responses");
const skip = existsSync(FOLDER) ? false : "no recorded answers (../shared/data/onvif-responses)";
const lookup = async (host: string) => [{ address: host, family: 4 }];

/** Serves the recorded answers by the names of their operations; another operation is refused. */
async function served(t: TestContext): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString();
    const operation = /<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)/.exec(body)?.[1] ?? "";
    const kinds = ["", "device.", "media.", "ptz.", "events."];
    const file = kinds.map((kind) => join(FOLDER, `${kind}${operation}.xml`)).find(existsSync);
    const { port } = server.address() as AddressInfo;
    const text = readFileSync(file ?? join(FOLDER, "Error.xml"), "utf8")
      .replaceAll("{{=it.hostname}}", "10.0.0.9")
      .replaceAll("{{=it.port}}", String(port))
      .replaceAll(/\{\{=it\.(\w+)\}\}/g, "/onvif/$1")
      .replaceAll(/\{\{[^}]*\}\}/g, "");
    response.writeHead(file === undefined ? 500 : 200).end(text);
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/onvif/device_service`;
}

it("answers that were recorded of real devices are understood", { skip }, async (t) => {
  const driver = onvifDriver(lookup);
  const config = { address: await served(t), username: "admin" };
  const context = { signal: AbortSignal.timeout(10_000), secret: async () => "secret" };
  const { main } = await driver.streams(config, context);
  assert.match(main.url, /^rtsp:\/\/127\.0\.0\.1(?::\d+)?\/./);
  const can = await driver.capabilities?.(config, context);
  assert.deepEqual(
    [can?.ptz?.move, can?.ptz?.zoom, can?.ptz?.presets, can?.events],
    [true, true, true, true],
  );
  const presets = (await driver.presets?.(config, context)) ?? [];
  assert.ok(presets.length > 10 && presets.every(({ id, name }) => id !== "" && name !== ""));
  const { session = "" } = (await driver.pullEvents?.(config, { waitMs: 1 }, context)) ?? {};
  const pulled = await driver.pullEvents?.(config, { session, waitMs: 1 }, context);
  assert.deepEqual(pulled?.reports, [
    { kind: "event", type: "motion", phase: "begin" },
    { kind: "event", type: "motion", phase: "begin" },
  ]);
});
