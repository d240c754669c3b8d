// Linkage actions in words: those of bundled plugins as their packages call them, though rules name them by an id alone.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LINKAGE_ACTION_IDS } from "../../core/domain/linkage-actions.ts";
import type { LinkageAction } from "../src/api/types.ts";
import { actionName, actionsInWords } from "../src/pages/linkage/linkage-words.ts";
import type { PluginNames } from "../src/state/plugin-names.ts";

const SCHEMA = { type: "object", properties: { receivers: { title: "Receivers" } } };
const EMAIL: LinkageAction = {
  ...{ source: "email", plugin: "nightjar-linkage-email", displayName: "E-mail" },
  ...{ configSchema: SCHEMA, maxAgeSeconds: 60 },
};
const names: PluginNames = new Map(
  ["nightjar-linkage-email", "nightjar-linkage-acme"].map((name) => [
    name,
    {
      ...{ name, provides: { "linkage-action:email": `Mail of ${name}` } },
      fields: { "linkage-action:email": { "/receivers": { title: `For ${name}` } } },
    },
  ]),
);

describe("linkage actions in words", () => {
  it("are called and told as the package that brings them has it, by whichever name rules have them done", () => {
    const acme = { ...EMAIL, source: "nightjar-linkage-acme/email", plugin: "nightjar-linkage-acme" };
    const { plugin: _, ...own } = { ...EMAIL, source: "record", displayName: "Record cameras" };
    const all = actionsInWords([own, EMAIL, acme], names);
    assert.deepEqual(
      all.map(({ displayName, configSchema }) => [
        displayName,
        (configSchema["properties"] as typeof SCHEMA.properties).receivers.title,
      ]),
      [
        ["Record cameras", "Receivers"],
        ["Mail of nightjar-linkage-email", "For nightjar-linkage-email"],
        ["Mail of nightjar-linkage-acme", "For nightjar-linkage-acme"],
      ],
    );
    assert.equal(actionName("email", all), "Mail of nightjar-linkage-email");
  });

  it("have a name while their plugin is switched off; a stranger's is told as the rule has it", () => {
    for (const id of LINKAGE_ACTION_IDS) assert.match(actionName(id, []), /^[A-Z][\w -]+$/);
    assert.equal(actionName("email", []), "E-mail");
    assert.equal(actionName("nightjar-linkage-acme/email", []), "nightjar-linkage-acme/email");
  });
});
