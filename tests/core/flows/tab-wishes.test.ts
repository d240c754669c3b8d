// What is read from a tab "Alarm linkage" that a person has deployed.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LinkageRule } from "../../../core/config/linkage-config.ts";
import {
  groupId,
  LINKAGE_TAB_ID,
  ruleNodeId,
  type StoredNode,
  ticksOf,
  withLinkageTab,
} from "../../../core/flows/linkage-tab.ts";
import { MOST_ACTIONS, tabWishes, withAdoptions } from "../../../core/flows/tab-wishes.ts";

const GATE: LinkageRule = {
  ...{ id: "gate", name: "Gate", types: ["motion"] },
  actions: [
    { action: "record", settings: { cameras: ["yard"] } },
    { action: "popup", settings: {} },
  ],
};
const YARD: LinkageRule = { id: "yard", name: "Yard", actions: [{ action: "capture", settings: {} }] };
const RULES = [GATE, YARD];
const MADE = withLinkageTab([], RULES, "Alarm linkage");
const [RECORD = "", POPUP = ""] = ticksOf(GATE).map(({ id }) => id);

function before(rules: readonly LinkageRule[] = RULES, flows = MADE) {
  return {
    rules,
    nodes: new Set(flows.map(({ id }) => id)),
    problemOf: (action: string) => (action === "nobody/knows" ? ("unknown-action" as const) : undefined),
  };
}

function actionNode(id: string, more: object = {}): StoredNode {
  return {
    ...{ id, type: "nj-linkage", z: LINKAGE_TAB_ID, act: "action", action: "sound", camera: "" },
    ...{ settings: '{"seconds":5}', g: groupId("gate"), wires: [["own"]], x: 700, y: 90, ...more },
  };
}

function without(...ids: string[]): readonly StoredNode[] {
  return MADE.filter(({ id }) => !ids.includes(id));
}

describe("what a person wants of the tab of alarm linkage", () => {
  it("is nothing where nothing of ours went or came, whatever was wired, moved or switched off", () => {
    const moved = MADE.map((node) =>
      node.id === RECORD ? { ...node, x: 1, d: true, wires: [["own"]] } : node,
    );
    const wishes = tabWishes([...moved, actionNode("elsewhere", { z: "mine" })], before());
    assert.deepEqual([wishes.changed, wishes.adoptions, wishes.refused], [[], [], []]);
    assert.deepEqual(wishes.rules, RULES);
    // A rule's node by itself comes back: its ticks say what is wanted.
    assert.deepEqual(tabWishes(without(ruleNodeId("gate")), before()).changed, []);
  });

  it("unticks what was deleted; a rule of which nothing is left is switched off and keeps its actions", () => {
    const one = tabWishes(without(RECORD), before());
    assert.deepEqual(one.changed, ["gate"]);
    assert.deepEqual(one.rules[0], { ...GATE, actions: GATE.actions.slice(1) });
    assert.equal(one.rules[1]?.id, "yard");
    const all = tabWishes(without(RECORD, POPUP, ruleNodeId("gate"), groupId("gate")), before());
    assert.deepEqual(all.rules[0], { ...GATE, enabled: false });
  });

  it("ticks an action node that was put into a rule's group or wired from it, which becomes the tick", () => {
    const wired = MADE.map((node) =>
      node.id === ruleNodeId("yard") ? { ...node, wires: [["b", "own"], []] } : node,
    );
    const flows = [...wired, actionNode("a"), actionNode("b", { g: undefined, settings: "" })];
    const wishes = tabWishes(flows, before());
    assert.deepEqual(wishes.changed, ["gate", "yard"]);
    assert.deepEqual(wishes.rules[0]?.actions.at(-1), { action: "sound", settings: { seconds: 5 } });
    assert.deepEqual(wishes.rules[1]?.actions.at(-1), { action: "sound", settings: {} });
    const next = withLinkageTab(withAdoptions(flows, wishes.adoptions), wishes.rules, "Alarm linkage");
    assert.equal(
      next.some(({ type }) => type === "nj-linkage"),
      false,
      "it is not done twice",
    );
    const tick = next.find((node) => node["rule"] === "gate" && node["action"] === "sound");
    assert.deepEqual([tick?.type, tick?.["wires"], tick?.["x"]], ["nj-tick", [["own"]], 700]);
    assert.deepEqual(next.find(({ id }) => id === ruleNodeId("yard"))?.["wires"], [["own"], []]);
    assert.equal(withLinkageTab(next, wishes.rules, "Alarm linkage"), next);
    assert.deepEqual(tabWishes(next, before(wishes.rules, next)).changed, [], "and no wish is left");
  });

  it("leaves its owner's what was there before, is about another camera, or has another rule done", () => {
    const old = actionNode("old");
    const flows = [
      ...[...MADE, old, actionNode("x", { camera: "yard" }), actionNode("y", { act: "rule" })],
      actionNode("z", { d: true }),
    ];
    assert.deepEqual(tabWishes(flows, before(RULES, [...MADE, old])).changed, []);
  });

  it("knows an action by its name of before", () => {
    const flows = [...MADE, actionNode("a", { action: "nightjar-linkage-push/push", settings: "" })];
    assert.deepEqual(tabWishes(flows, before()).rules[0]?.actions.at(-1), { action: "push", settings: {} });
  });

  it("refuses what no rule can have, and says why; the rest is followed", () => {
    const flows = [
      ...without(RECORD),
      actionNode("a", { action: "nobody/knows" }),
      actionNode("b", { settings: "[1" }),
      ...Array.from({ length: MOST_ACTIONS }, (_, number) => actionNode(`n${number}`)),
    ];
    const { refused, rules } = tabWishes(flows, before());
    assert.deepEqual(
      refused.map(({ rule, reason }) => `${rule}: ${reason}`),
      ["gate: unknown-action", "gate: settings", "gate: too-many"],
    );
    assert.equal(rules[0]?.actions.length, MOST_ACTIONS);
    assert.equal(rules[0].actions[0]?.action, "popup");
  });

  it("keeps the wires of the second of two alike when the first goes", () => {
    const twice = { ...YARD, actions: [...YARD.actions, { action: "capture", settings: { count: 2 } }] };
    const [first, second] = ticksOf(twice);
    const made = withLinkageTab([], [twice], "Alarm linkage").map((node) =>
      node.id === second?.id ? { ...node, wires: [["own"]] } : node,
    );
    const flows = made.filter(({ id }) => id !== first?.id);
    const { rules, adoptions } = tabWishes(flows, before([twice], made));
    assert.deepEqual(rules[0]?.actions, [{ action: "capture", settings: { count: 2 } }]);
    const next = withLinkageTab(withAdoptions(flows, adoptions), rules, "Alarm linkage");
    assert.deepEqual(next.find(({ type }) => type === "nj-tick")?.["wires"], [["own"]]);
  });
});
