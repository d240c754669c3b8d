// What npm is told to do for flows: only what is allowed, by names that can be nothing else, one at a time.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { FlowModules } from "../../../core/control/flow-modules.ts";
import { silentLog } from "../../../core/log.ts";
import type { NpmRun } from "../../../core/plugin/install/npm-process.ts";
import { registryAt } from "../../../core/plugin/install/registries.ts";

describe("contributed nodes of flows", () => {
  let runs: NpmRun[];
  let isAllowed: boolean;
  let hold: Promise<string>;
  let modules: FlowModules;

  beforeEach(() => {
    runs = [];
    isAllowed = true;
    hold = Promise.resolve("");
    modules = new FlowModules({
      ...{ dataDir: "/data", log: silentLog, registries: () => registryAt("https://registry.example/") },
      isAllowed: () => isAllowed,
      run(run) {
        runs.push(run);
        return hold;
      },
    });
  });

  it("are unpacked without running anything of them, by name, version or tag, and removed", async () => {
    await modules.change({ what: "install", module: "node-red-contrib-a", version: "1.2.3" });
    await modules.change({ what: "install", module: "@scope/node-red-b" });
    await modules.change({ what: "install", module: "node-red-c", version: "beta" });
    await modules.change({ what: "remove", module: "node-red-contrib-a" });
    assert.ok(runs.every(({ args, cwd }) => args.includes("--ignore-scripts") && cwd === "/data/flows"));
    assert.deepEqual(
      runs.map(({ args }) => [args[0], args.slice(args.indexOf("--"))]),
      [
        ["install", ["--", "node-red-contrib-a@1.2.3"]],
        ["install", ["--", "@scope/node-red-b"]],
        ["install", ["--", "node-red-c@beta"]],
        ["uninstall", ["--", "node-red-contrib-a"]],
      ],
    );
  });

  it("are refused where they are not allowed, where the name is none, and while another one is at it", async () => {
    const refused = { code: "NJ_FLOWS_MODULE" };
    for (const wanted of [
      { what: "install", module: "../other" },
      { what: "install", module: "/tmp/x.tgz" },
      { what: "install", module: "--prefix" },
      { what: "install", module: "git+https://x.example/y" },
      { what: "install", module: "a".repeat(300) },
      { what: "install", module: "a", version: "1.0.0 --foo" },
      { what: "install", module: "a", version: "file:x" },
      { what: "remove", module: 7 as unknown as string },
    ] as const)
      await assert.rejects(modules.change(wanted), refused, JSON.stringify(wanted));
    const held = Promise.withResolvers<string>();
    hold = held.promise;
    const first = modules.change({ what: "install", module: "a" });
    await assert.rejects(modules.change({ what: "install", module: "b" }), refused);
    held.resolve("");
    await first;
    isAllowed = false;
    await assert.rejects(modules.change({ what: "install", module: "a" }), refused);
    assert.equal(runs.length, 1);
  });
});
