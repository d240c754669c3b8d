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

  it("of an older version is made anew, and every hand-made tab, node and wire onto it stays as it was", () => {
    // As it was made of the same rule with what nodes had then, and of a rule that there is no more.
    const rule: LinkageRule = { ...RULE, actions: [{ action: "email", settings: { receivers: ["a@b.c"] } }] };
    const [tick] = ofType(make([], [rule]), "nj-tick");
    const common = { z: LINKAGE_TAB_ID, g: "nightjar-group-gate", rule: "gate" };
    const older: readonly StoredNode[] = [
      { id: LINKAGE_TAB_ID, type: "tab", label: "Alarms of mine", env: [] },
      { ...common, id: "nightjar-rule-gate", type: "nj-rule", title: "Gate", x: 9, y: 8, wires: [["n2"]] },
      {
        ...{ ...common, id: tick?.id ?? "", type: "nj-tick", action: "nightjar-linkage-email/email" },
        ...{ settings: "{}", version: 0, x: 7, y: 6, d: true, wires: [["h1", "n1"]] },
      },
      { id: "nightjar-group-gate", type: "group", z: LINKAGE_TAB_ID, nodes: ["h1"], colour: "red" },
      { id: "nightjar-tick-0123456789abcdef", type: "nj-tick", z: LINKAGE_TAB_ID, wires: [["h1"]] },
      { id: "nightjar-group-gone", type: "group", z: LINKAGE_TAB_ID, nodes: ["h2"] },
    ];
    const own: readonly StoredNode[] = [
      ...OWN,
      { id: "h1", type: "debug", z: LINKAGE_TAB_ID, g: "nightjar-group-gate", x: 1, y: 2, ofNow: "kept" },
      { id: "h3", type: "inject", z: LINKAGE_TAB_ID, wires: [["h1"]] },
    ];
    const next = make([...older, ...own, { id: "h2", type: "debug", g: "nightjar-group-gone" }], [rule]);
    for (const node of own)
      assert.equal(
        next.find(({ id }) => id === node.id),
        node,
        node.id,
      );
    const fresh = make([], [rule]);
    const wiring = {
      "nightjar-rule-gate": { x: 9, y: 8, wires: [["n2"]] },
      [tick?.id ?? ""]: { x: 7, y: 6, d: true, wires: [["h1", "n1"]] },
    };
    for (const node of fresh.filter(({ type }) => type === "nj-rule" || type === "nj-tick"))
      assert.deepEqual(
        next.find(({ id }) => id === node.id),
        { ...node, ...wiring[node.id] },
      );
    const ours = new Set([...fresh, ...own].map(({ id }) => id));
    assert.deepEqual(
      next.filter(({ id }) => !ours.has(id)),
      [{ id: "h2", type: "debug" }],
      "what was made of a rule that has gone goes; its guest stays",
    );
    assert.equal(make(next, [rule]), next, "once");
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
