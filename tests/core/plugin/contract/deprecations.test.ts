// What is to go from the contract goes on working, and who uses it is named once per start.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { createLog } from "../../../../core/log.ts";
import type { Nvr } from "../../../../core/plugin/contract/define-plugin.ts";
import { DEPRECATIONS, withDeprecations } from "../../../../core/plugin/contract/deprecations.ts";
import { namedLog } from "../../../../core/plugin/host/named-log.ts";

const CONTRACT = join(import.meta.dirname, "../../../../core/plugin/contract");

it("a plugin that uses what is to go is named in the log, once per start and member", () => {
  const lines: string[] = [];
  const log = namedLog(
    createLog({ level: "warn", destination: { write: (line) => lines.push(line) } }),
    "nightjar-x",
  );
  const heard: string[] = [];
  const nvr = {
    version: "0.1.0",
    refreshCameras: (driver: string) => void heard.push(driver),
    hooks: {
      old: { tapPromise: () => void heard.push("old") },
      ready: { tapPromise: () => heard.push("ready") },
    },
  } as unknown as Nvr;
  const all = [
    { member: "refreshCameras", instead: "use nvr.cameras.refresh", gone: "0.9.0" },
    { member: "hooks.old", instead: "tap ready", gone: "0.9.0" },
  ];
  for (let start = 0; start < 2; start += 1) {
    const watched = withDeprecations(nvr, log, all);
    assert.equal(lines.length, start * 2, "who does not use it is not named");
    const { old, ready } = watched.hooks as unknown as Record<string, { tapPromise(): void }>;
    for (let use = 0; use < 2; use += 1) watched.refreshCameras("acme");
    old?.tapPromise();
    ready?.tapPromise();
    assert.equal(watched.version, "0.1.0");
  }
  assert.deepEqual(heard.slice(0, 4), ["acme", "acme", "old", "ready"]);
  assert.equal(lines.length, 4);
  const said = JSON.parse(lines[0] ?? "{}");
  assert.deepEqual(
    [said.plugin, said.member, said.gone].sort(),
    ["nightjar-x", lines[0]?.includes("hooks.old") ? "nvr.hooks.old" : "nvr.refreshCameras", "0.9.0"].sort(),
  );
});

it("what the contract calls @deprecated stands in the list of what is to go", () => {
  const marked = readdirSync(CONTRACT)
    .filter((file) => file !== "deprecations.ts")
    .flatMap(
      (file) => readFileSync(join(CONTRACT, file), "utf8").match(/^\s*(?:\*|\/\*\*).*@deprecated/gm) ?? [],
    );
  assert.equal(marked.length, DEPRECATIONS.length);
});
