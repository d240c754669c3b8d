// What the supervisor, media and the gateway load: each starts with the recorder, and again in its trouble, and stays in memory.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sourcesBelow, targetOf } from "./source-tree.ts";

/** Imports that are carried out as soon as the file is loaded: neither those of types nor those at the place of use. */
const AT_ONCE = /^(?:import|export)\s+(?!type\b)(?:[^;"'=]*?\bfrom\s+)?["']([^"']+)["']/gm;

describe("a process that needs no settings", () => {
  const files = new Map(sourcesBelow("core").map((file) => [file.path, file]));

  /** Packages that are loaded with a file, each with one file that imports it. */
  function packagesOf(entry: string): Map<string, string> {
    const packages = new Map<string, string>();
    const seen = new Set<string>();
    const waiting = [entry];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const file = files.get(path);
      if (file === undefined || seen.has(path)) continue;
      seen.add(path);
      for (const [, specifier = ""] of file.text.matchAll(AT_ONCE)) {
        const target = targetOf(file, specifier);
        if (target !== undefined) waiting.push(target);
        else if (!specifier.startsWith("node:")) packages.set(specifier, path);
      }
    }
    return packages;
  }

  for (const entry of [
    "core/main.ts",
    "core/cli/start.ts",
    "core/supervisor/child-main.ts",
    "core/media/process/run-media.ts",
  ])
    it(`loads no schemas and nothing else of third parties but the log: ${entry}`, () => {
      const found = [...packagesOf(entry)].filter(([name]) => name !== "pino");
      assert.deepEqual(found, []);
    });

  it("loads no schemas and of third parties but the log and WebSockets: core/gateway/run-gateway.ts", () => {
    const found = [...packagesOf("core/gateway/run-gateway.ts")].filter(([name]) => name !== "ws");
    assert.deepEqual(found, []);
  });

  it("is told from those that do: the core loads schemas", () => {
    assert.ok(packagesOf("core/control/run-core.ts").has("typebox"));
  });
});

describe("node:http", () => {
  it("is nowhere imported by what runs in the recorder's processes: that would load Node's client for the web (core/node-http.ts)", () => {
    const wrong = [...sourcesBelow("core"), ...sourcesBelow("plugins")]
      .filter(({ path }) => !/^core\/testing\/|\/tests\/|\/templates\//.test(path))
      .filter(({ text }) =>
        [...text.matchAll(AT_ONCE)].some(([, specifier = ""]) => /^(node:)?http$/.test(specifier)),
      )
      .map(({ path }) => path);
    assert.deepEqual(wrong, []);
  });
});
