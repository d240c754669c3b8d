// `@nightjar/core` is the same for a plugin in a process of its own as for one that runs with the core.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import * as core from "../../../../core/index.ts";
import * as childCore from "../../../../core/plugin/isolated/child-core.ts";

describe("@nightjar/core in a plugin's own process", () => {
  it("has every name that the manual names", () => {
    const kinds = (names: object): [string, string][] =>
      Object.entries(names).map(([name, value]) => [name, typeof value]);
    assert.deepEqual(kinds(childCore).toSorted(), kinds(core).toSorted());
  });

  it("loads neither an HTTP client nor cryptography that nobody has asked for, also to close the network", () => {
    const source = (path: string): string => JSON.stringify(import.meta.resolve(`../../../../core/${path}`));
    const program = `
      await import(${source("link/link.ts")});
      await import(${source("plugin/isolated/child-nvr.ts")});
      await import(${source("plugin/isolated/child-core.ts")});
      const { guardProcess } = await import(${source("plugin/isolated/process-guard.ts")});
      guardProcess("unasked", process.stdout);
      const loaded = process.moduleLoadList.filter((name) => /undici|http2|NativeModule crypto|typebox/.test(name));
      let refused; try { new WebSocket("ws://localhost/"); } catch (error) { refused = error.code; }
      console.log(JSON.stringify({ loaded, refused }));`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      encoding: "utf8",
    });
    assert.deepEqual(JSON.parse(stdout || "{}"), { loaded: [], refused: "NJ_PLUGIN_PERMISSION" }, stderr);
  });

  it("serves pictures when asked to, loaded only then", async () => {
    const server = await childCore.createRtspServer({ mount: () => undefined });
    assert.match(server.url("/x"), /^rtsp:\/\/127\.0\.0\.1:\d+\/x$/);
    await server.close();
    await assert.rejects(childCore.readClip("/does/not/exist.mp4"));
  });
});
