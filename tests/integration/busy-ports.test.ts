// Ports of a whole recorder that other programs have at its first start: the next free one is taken, told of, and kept for the
// next start, also when the wanted one is free again.
import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { describe, it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { type CoreInProcess, startCoreInProcess } from "../support/core-in-process.ts";

const KINDS = ["http", "https", "rtsp", "rtsps", "mqtt", "mqtts"] as const;
type Ports = Readonly<Record<string, number>>;

/** A program that has a port. */
async function occupy(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

interface Status {
  readonly ports: readonly { readonly kind: string; readonly port: number }[];
  readonly problems: readonly {
    readonly code: string;
    readonly context?: Readonly<Record<string, unknown>>;
  }[];
}

/** What is open, once all of it is. */
function opened(
  core: CoreInProcess,
): Promise<{ readonly ports: Ports; readonly problems: Status["problems"] }> {
  return waitFor(async () => {
    const { text } = await core.ask("/api/v1/status", { token: core.token });
    const { ports, problems } = JSON.parse(text) as Status;
    const byKind: Ports = Object.fromEntries(ports.map(({ kind, port }) => [kind, port]));
    return KINDS.every((kind) => byKind[kind] !== undefined) ? { ports: byKind, problems } : undefined;
  });
}

describe("busy ports at the first start", () => {
  it("give way to the next free ones, which stand in the status and the log, and are kept", async (t) => {
    using kept = tempDir("nj-ports-");
    const busy = {
      ...{ http: await occupy(), https: await occupy(), rtsp: await occupy(), rtsps: await occupy() },
      ...{ mqtt: await occupy(), mqtts: await occupy() },
    };
    const close = (): void => {
      for (const { server } of Object.values(busy)) server.close();
    };
    t.after(close);
    const first = await startCoreInProcess({
      configure(draft) {
        draft.network.http = { ...draft.network.http, host: "127.0.0.1", port: busy.http.port };
        const https = { enabled: true, host: "127.0.0.1", port: busy.https.port };
        draft.network.https = { ...draft.network.https, ...https };
        draft.network.rtsp = { ...draft.network.rtsp, host: "127.0.0.1", port: busy.rtsp.port };
        draft.network.rtsps = { ...draft.network.rtsps, host: "127.0.0.1", port: busy.rtsps.port };
        draft.mqtt.tcp = { ...draft.mqtt.tcp, host: "127.0.0.1", port: busy.mqtt.port };
        draft.mqtt.tls = { ...draft.mqtt.tls, host: "127.0.0.1", port: busy.mqtts.port };
      },
    });
    let found: Awaited<ReturnType<typeof opened>>;
    try {
      found = await opened(first);
    } finally {
      // Stopping removes its directory.
      await first.stop(() => cpSync(first.dataDir, kept.path, { recursive: true }));
    }
    const { ports, problems } = found;
    for (const kind of KINDS) {
      const wanted = busy[kind].port;
      const taken = ports[kind] ?? 0;
      assert.ok(taken > wanted && taken < wanted + 50, `${kind}: ${taken} instead of ${wanted}`);
      const told = problems.find(({ code, context }) => code === "port" && context?.["kind"] === kind);
      assert.deepEqual(told?.context, { case: "busy", kind, wanted, taken });
      assert.ok(first.log.some((line) => line.includes("listening") && line.includes(`${taken}`)));
    }
    close();
    const second = await startCoreInProcess({ dataDir: kept.path });
    const again = await opened(second).finally(() => second.stop());
    assert.deepEqual(again.ports, ports);
  });
});
