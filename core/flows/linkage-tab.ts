// The tab "Alarm linkage": linkage rules as nodes that flows can go on from. Made from the rules alone, and anew when they
// change; what an owner has wired to these nodes, where they were moved to, and all other nodes stay. Pure.
import { createHash } from "node:crypto";
import type { DeepReadonly } from "../config/config-store.ts";
import type { LinkageRule } from "../config/linkage-config.ts";
import { formerActionName } from "../domain/linkage-actions.ts";

/** A node as Node-RED keeps it. */
export type StoredNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

export const LINKAGE_TAB_ID = "nightjar-linkage";
/** The recorder itself, as nodes name it. */
const SERVER_ID = "nightjar-here";
/** Nodes of these ids are ours: an owner's have 16 hexadecimal figures, or what they were imported with. */
const OURS = /^nightjar-(?:rule|tick|group)-/;
const PLACE = { left: 190, right: 500, top: 100, row: 60, between: 60 };
/** How far a group goes beyond the middle of its nodes. */
const MARGIN = { x: 150, y: 40 };

/** The flows with the tab as the rules have it; the same list where nothing is to change. */
export function withLinkageTab(
  flows: readonly StoredNode[],
  rules: DeepReadonly<readonly LinkageRule[]>,
  title: string,
): readonly StoredNode[] {
  const present = new Map(flows.map((node) => [node.id, node]));
  const hasTab = present.has(LINKAGE_TAB_ID);
  if (rules.length === 0 && !hasTab) return flows;
  const ours = new Map<string, StoredNode>();
  const put = (node: StoredNode): void => void ours.set(node.id, keptOf(node, present.get(node.id)));
  put({ id: LINKAGE_TAB_ID, type: "tab", label: title, disabled: false, info: "" });
  put({
    id: SERVER_ID,
    type: "nj-server",
    name: "",
    where: "here",
    url: "",
    base: "nightjar",
    node: "",
    tls: "",
  });
  let y = PLACE.top;
  for (const rule of rules) y = putRule(rule, y, put, ours, flows);
  const others = flows
    .filter(({ id }) => !ours.has(id) && !OURS.test(id))
    .map((node) => {
      const { g, ...free } = node;
      // A guest of a group that went with its rule.
      return typeof g === "string" && OURS.test(g) && !ours.has(g) ? (free as StoredNode) : node;
    });
  const next = [...ours.values(), ...others];
  return isSame(next, flows) ? flows : next;
}

function putRule(
  { id, name, enabled, actions }: DeepReadonly<LinkageRule>,
  y: number,
  put: (node: StoredNode) => void,
  ours: ReadonlyMap<string, StoredNode>,
  flows: readonly StoredNode[],
): number {
  const group = groupId(id);
  const common = { z: LINKAGE_TAB_ID, g: group, server: SERVER_ID, rule: id };
  const ruleId = ruleNodeId(id);
  put({ ...common, id: ruleId, type: "nj-rule", name, x: PLACE.left, y, wires: [[], []] });
  const ticks = ticksOf({ id, actions }).map(({ id: tick, action, settings, index }) => {
    const place = { x: PLACE.right, y: y + index * PLACE.row };
    const what = { name: "", action, settings: JSON.stringify(settings) };
    put({ ...common, id: tick, type: "nj-tick", ...what, ...place, wires: [[]] });
    return tick;
  });
  const guests = flows.filter((node) => node["g"] === group && !OURS.test(node.id));
  const members = [ruleId, ...ticks].flatMap((member) => ours.get(member) ?? []);
  put({
    ...{ id: group, type: "group", z: LINKAGE_TAB_ID, name: enabled === false ? `${name} (–)` : name },
    style: { label: true },
    nodes: [...members, ...guests].map((member) => member.id),
    ...frameOf([...members, ...guests]),
  });
  return y + Math.max(1, actions.length) * PLACE.row + PLACE.between;
}

/** The node of a rule. */
export function ruleNodeId(rule: string): string {
  return `nightjar-rule-${rule}`;
}

/** The group that holds a rule's nodes. */
export function groupId(rule: string): string {
  return `nightjar-group-${rule}`;
}

/** The actions of a rule with the nodes that stand for them. */
export function ticksOf({ id, actions }: DeepReadonly<Pick<LinkageRule, "id" | "actions">>) {
  const counts = new Map<string, number>();
  return actions.map(({ action, settings }, index) => {
    // By what it is, not by its place: another action that goes takes no wires along. By the name that it had first: those
    // who have wired it on keep their wires.
    const count = counts.get(action) ?? 0;
    counts.set(action, count + 1);
    return { id: `nightjar-tick-${hashOf([id, formerActionName(action), count])}`, action, settings, index };
  });
}

/** What an owner has done to a node of ours: wired it on, moved it, switched it off. */
function keptOf(node: StoredNode, before: StoredNode | undefined): StoredNode {
  if (before === undefined) return node;
  const kept: Record<string, unknown> = { ...node };
  if (Array.isArray(before["wires"]) && node["wires"] !== undefined) kept["wires"] = before["wires"];
  if (node.type !== "group") for (const key of ["x", "y"]) if (key in before) kept[key] = before[key];
  if (before["d"] === true) kept["d"] = true;
  // A tab is its owner's, once it is there.
  return node.type === "tab" || node.type === "nj-server" ? before : (kept as StoredNode);
}

function frameOf(members: readonly StoredNode[]): { x: number; y: number; w: number; h: number } {
  const xs = members.map((member) => Number(member["x"]));
  const ys = members.map((member) => Number(member["y"]));
  const x = Math.min(...xs) - MARGIN.x;
  const y = Math.min(...ys) - MARGIN.y;
  return { x, y, w: Math.max(...xs) + MARGIN.x - x, h: Math.max(...ys) + MARGIN.y - y };
}

/** Order apart: editors have their own. What a group's frame is like is the editor's affair. */
function isSame(next: readonly StoredNode[], flows: readonly StoredNode[]): boolean {
  if (next.length !== flows.length) return false;
  const texts = new Map(flows.map((node) => [node.id, textOf(node)]));
  return next.every((node) => texts.get(node.id) === textOf(node));
}

function textOf(node: StoredNode): string {
  const isGroup = node.type === "group" && OURS.test(node.id);
  const facts = Object.entries(node).filter(
    ([key]) => !isGroup || !["x", "y", "w", "h", "style"].includes(key),
  );
  return JSON.stringify(
    facts
      .map(
        ([key, value]) => [key, key === "nodes" && Array.isArray(value) ? value.toSorted() : value] as const,
      )
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}
