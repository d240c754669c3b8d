// Who may see an event is told to plugins whose card asks for it, with the recorder and in a process of its own alike; there its
// owner may take that away.
import assert from "node:assert/strict";
import { it } from "node:test";
import { systemClock } from "../../../../core/clock.ts";
import { silentLog } from "../../../../core/log.ts";
import { PluginHost, type PluginSettings } from "../../../../core/plugin/host/plugin-host.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { VERSION } from "../../../../core/version.ts";
import { CHILD_CORE } from "../../../support/child-core.ts";
import { writeHousePlugin } from "../../../support/house-plugin.ts";

const NAMES = ["nightjar-linkage-asks", "nightjar-linkage-silent"] as const;

for (const bundled of [true, false])
  it(`leave to know accounts ${bundled ? "with the recorder" : "in a process of its own"}`, async () => {
    using root = tempDir("nightjar-accounts-");
    for (const name of NAMES) {
      const permissions = name === NAMES[0] ? { accounts: true } : {};
      const source = `export default { name: "${name}", configSchema: { type: "object" }, setup() {} };`;
      writeHousePlugin(root.join("all", name), name, { kind: "linkage", permissions }, source);
    }
    const settings: Record<string, PluginSettings> = {};
    const host = new PluginHost({
      ...{ dataDir: root.path, version: VERSION, log: silentLog, clock: systemClock, groups: null },
      paths: [{ bundled, folder: root.join("all") }],
      settings: (name) => settings[name],
      secrets: () => ({ get: async () => undefined, set: async () => undefined }),
      refreshCameras: () => undefined,
      offerCamera: async () => undefined,
      childCore: CHILD_CORE,
    });
    const known = () => [...NAMES, "nightjar-linkage-none"].map((name) => host.mayKnowAccounts(name));
    try {
      await host.load();
      assert.deepEqual(known(), [true, false, false]);
      settings[NAMES[0]] = { enabled: true, config: undefined, grants: { accounts: false } };
      await host.settingsChanged();
      // What comes with Nightjar and runs with it is not asked.
      assert.deepEqual(known(), [bundled, false, false]);
      settings[NAMES[0]] = { enabled: false, config: undefined };
      await host.settingsChanged();
      assert.deepEqual(known(), [false, false, false]);
    } finally {
      await host.stop();
    }
  });
