// Linkage rules as a tab of flows: made, made anew, and never at the cost of what an owner has wired.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LinkageRule } from "../../../core/config/linkage-config.ts";
import { LINKAGE_TAB_ID, type StoredNode, withLinkageTab } from "../../../core/flows/linkage-tab.ts";

const RULE: LinkageRule = {
  ...{ id: "gate", name: "Gate", types: ["motion"] },
  actions: [
    { action: "record", settings: { cameras: ["yard"] } },
    { action: "capture", settings: {} },
  ],
};
const OWN: readonly StoredNode[] = [
  { id: "t1", type: "tab", label: "Mine" },
  { id: "n1", type: "inject", z: "t1", wires: [["n2"]] },
  { id: "n2", type: "debug", z: "t1" },
];
const make = (flows: readonly StoredNode[], rules: readonly LinkageRule[] = [RULE]) =>
  withLinkageTab(flows, rules, "Alarm linkage");
const ofType = (flows: readonly StoredNode[], type: string) => flows.filter((node) => node.type === type);
const change = (flows: readonly StoredNode[], id: string, to: object) =>
  flows.map((node) => (node.id === id ? { ...node, ...to } : node));

describe("the tab of alarm linkage", () => {
  it("has a node for each rule and each of its actions, in a group, and leaves all other flows as they are", () => {
    const made = make(OWN);
    const [rule] = ofType(made, "nj-rule");
    const ticks = ofType(made, "nj-tick");
    assert.deepEqual([rule?.["name"], rule?.["rule"], rule?.["z"]], ["Gate", "gate", LINKAGE_TAB_ID]);
    assert.deepEqual(
      ticks.map((tick) => [tick["action"], tick["settings"]]),
      [
        ["record", '{"cameras":["yard"]}'],
        ["capture", "{}"],
      ],
    );
    assert.deepEqual(ofType(made, "group")[0]?.["nodes"], [rule?.id, ...ticks.map(({ id }) => id)]);
    for (const node of OWN) assert.ok(made.includes(node), node.id);
    assert.equal(new Set(made.map(({ id }) => id)).size, made.length);
  });

  it("changes nothing where nothing is to change, and is not there where there are no rules", () => {
    const made = make(OWN);
    assert.equal(make(made), made);
    assert.equal(
      make(made.toReversed())[0]?.id,
      made.at(-1)?.id,
      "an order of the editor's own is none of ours",
    );
    assert.equal(make(OWN, []), OWN);
  });

  it("keeps wires, places and guests when rules change; what went takes no others along", () => {
    const made = make(OWN);
    const [record, capture] = ofType(made, "nj-tick");
    const wired = [
      ...change(made, capture?.id ?? "", { wires: [["h1"]], x: 700, y: 300 }),
      { id: "h1", type: "debug", z: LINKAGE_TAB_ID, g: "nightjar-group-gate", x: 900, y: 300 },
    ];
    const other = { ...RULE, name: "The gate", actions: RULE.actions.slice(1) };
    const next = make(wired, [other]);
    const [left] = ofType(next, "nj-tick");
    assert.deepEqual(
      [left?.id, left?.["wires"], left?.["x"], left?.["y"]],
      [capture?.id, [["h1"]], 700, 300],
    );
    assert.ok(!next.some(({ id }) => id === record?.id));
    assert.equal(ofType(next, "nj-rule")[0]?.["name"], "The gate");
    const [group] = ofType(next, "group");
    assert.ok((group?.["nodes"] as string[] | undefined)?.includes("h1"));
    assert.ok(Number(group?.["x"]) + Number(group?.["w"]) > 900);
  });

  it("keeps the wires of an action that was called otherwise when they were drawn", () => {
    const rule = (action: string): LinkageRule => ({ ...RULE, actions: [{ action, settings: {} }] });
    const made = make(OWN, [rule("nightjar-linkage-email/email")]);
    const [before] = ofType(made, "nj-tick");
    const next = make(change(made, before?.id ?? "", { wires: [["n2"]] }), [rule("email")]);
    assert.deepEqual(
      ofType(next, "nj-tick").map((tick) => [tick.id, tick["action"], tick["wires"]]),
      [[before?.id, "email", [["n2"]]]],
    );
  });

  it("makes anew what was deleted or altered, and clears up after the last rule", () => {
    const made = make(OWN);
    const [record] = ofType(made, "nj-tick");
    const spoiled = change(
      made.filter(({ id }) => id !== record?.id),
      "nightjar-rule-gate",
      { rule: "other" },
    );
    const mended = make(spoiled);
    assert.equal(ofType(mended, "nj-tick").length, 2);
    assert.equal(ofType(mended, "nj-rule")[0]?.["rule"], "gate");
    const cleared = make([...mended, { id: "h1", type: "debug", z: LINKAGE_TAB_ID }], []);
    assert.deepEqual(ofType(cleared, "nj-rule"), []);
    assert.ok(cleared.some(({ id }) => id === "h1") && cleared.some(({ id }) => id === LINKAGE_TAB_ID));
  });
});
