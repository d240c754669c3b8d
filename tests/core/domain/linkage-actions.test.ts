// One set of ids for the linkage actions that come with Nightjar, whoever does them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  formerActionName,
  LINKAGE_ACTION_IDS,
  linkageActionName,
  pluginActionName,
} from "../../../core/domain/linkage-actions.ts";
import { BUNDLED_PLUGINS } from "../../../core/plugin/package/bundled.ts";
import { discoverPlugins } from "../../../core/plugin/package/discovery.ts";
import { VERSION } from "../../../core/version.ts";

describe("the ids of linkage actions (manual 11, table 11-A)", () => {
  it("are the plain words of the table", () => {
    const table = "popup sound notify email upload output record capture ptz siren push";
    assert.deepEqual(LINKAGE_ACTION_IDS, table.split(" "));
  });

  it("are those of every action that a bundled plugin brings, and of the plugin that it was said to be of", async () => {
    const { plugins } = await discoverPlugins([{ bundled: true, folder: BUNDLED_PLUGINS }], VERSION);
    const brought = plugins.flatMap(({ manifest, bundled }) =>
      manifest.provides
        .filter((provided) => provided.startsWith("linkage-action:"))
        .map((provided) => pluginActionName(manifest.name, provided.slice(15), bundled)),
    );
    assert.deepEqual(brought.sort(), ["email", "notify", "push", "upload"]);
  });

  it("are no stranger's, whatever it calls itself and its actions, and no other plugin's", () => {
    const names = [
      pluginActionName("nightjar-linkage-acme", "email", false),
      pluginActionName("nightjar-linkage-email", "email", false),
      pluginActionName("@acme/nightjar-linkage-email", "email", false),
      pluginActionName("nightjar-linkage-push", "email", true),
      pluginActionName("nightjar-linkage-email", "record", true),
      pluginActionName("nightjar-linkage-email", "digest", true),
    ];
    assert.deepEqual(names, [
      "nightjar-linkage-acme/email",
      "nightjar-linkage-email/email",
      "@acme/nightjar-linkage-email/email",
      "nightjar-linkage-push/email",
      "nightjar-linkage-email/record",
      "nightjar-linkage-email/digest",
    ]);
  });

  it("are meant by the names of before, and by no other", () => {
    for (const id of LINKAGE_ACTION_IDS) {
      assert.equal(linkageActionName(id), id);
      assert.equal(linkageActionName(formerActionName(id)), id);
    }
    assert.equal(formerActionName("push"), "nightjar-linkage-push/push");
    assert.equal(formerActionName("record"), "record");
    for (const name of ["nightjar-linkage-acme/email", "nightjar-linkage-record/record", "constructor", ""]) {
      assert.equal(linkageActionName(name), name);
      assert.equal(formerActionName(name), name);
    }
  });
});
