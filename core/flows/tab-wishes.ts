// What a person wants who has deployed the tab "Alarm linkage" otherwise than it was made: a tick that is not there any more is
// unticked, an action node that was put to a rule is ticked. Pure. Whether a person has deployed, and what they had before them,
// is for others to know.
import type { DeepReadonly } from "../config/config-store.ts";
import type { LinkageRule } from "../config/linkage-config.ts";
import { linkageActionName } from "../domain/linkage-actions.ts";
import { groupId, LINKAGE_TAB_ID, ruleNodeId, type StoredNode, ticksOf } from "./linkage-tab.ts";

/** As rules hold them. */
export const MOST_ACTIONS = 16;

/** A node that becomes a tick. */
export interface Adoption {
  readonly node: string;
  readonly tick: string;
}

/** A wish that could not be followed. */
export interface RefusedWish {
  readonly rule: string;
  readonly action: string;
  readonly reason: "unknown-action" | "settings" | "too-many";
}

export interface TabWishes {
  /** All rules as they are to be. */
  readonly rules: readonly LinkageRule[];
  /** Ids of those that are others now; none: nothing is to change. */
  readonly changed: readonly string[];
  readonly adoptions: readonly Adoption[];
  readonly refused: readonly RefusedWish[];
}

export interface TabBefore {
  readonly rules: DeepReadonly<readonly LinkageRule[]>;
  /** Ids of the nodes that there were: what is new is a wish, what was there before is its owner's. */
  readonly nodes: ReadonlySet<string>;
  /** Why a rule cannot have an action so; undefined: it can. */
  problemOf(action: string, settings: Readonly<Record<string, unknown>>): RefusedWish["reason"] | undefined;
}

/** Reads them from the flows as they were deployed. */
export function tabWishes(flows: readonly StoredNode[], before: TabBefore): TabWishes {
  const present = new Set(flows.map(({ id }) => id));
  const taken = new Set<string>();
  const adoptions: Adoption[] = [];
  const refused: RefusedWish[] = [];
  const changed: string[] = [];
  const rules = before.rules.map((frozen) => {
    const rule = structuredClone(frozen) as LinkageRule;
    const ticks = ticksOf(rule);
    // What it has, by the node that stands for it.
    const kept = ticks
      .filter(({ id }) => present.has(id))
      .map(({ id, index }) => ({ node: id, ...at(rule, index) }));
    const added: typeof kept = [];
    for (const node of newActionNodes(flows, rule.id, before.nodes)) {
      if (taken.has(node.id)) continue;
      taken.add(node.id);
      const action = linkageActionName(String(node["action"] ?? ""));
      const settings = settingsIn(node["settings"]);
      const reason =
        settings === undefined
          ? "settings"
          : kept.length + added.length >= MOST_ACTIONS
            ? "too-many"
            : before.problemOf(action, settings);
      if (reason !== undefined) refused.push({ rule: rule.id, action: action.slice(0, 200), reason });
      else if (settings !== undefined) added.push({ node: node.id, action, settings });
    }
    if (kept.length === ticks.length && added.length === 0) return rule;
    changed.push(rule.id);
    // A rule without actions there cannot be: it keeps them, and is not followed any more.
    if (kept.length + added.length === 0) return { ...rule, enabled: false };
    const all = [...kept, ...added];
    const next = { ...rule, actions: all.map(({ action, settings }) => ({ action, settings })) };
    for (const { id, index } of ticksOf(next)) {
      const node = all[index]?.node;
      if (node !== undefined && node !== id) adoptions.push({ node, tick: id });
    }
    return next;
  });
  return { rules, changed, adoptions, refused };
}

/** The flows with nodes that have become ticks: their wires and places stay theirs, and nothing leads into them any more. */
export function withAdoptions(
  flows: readonly StoredNode[],
  adoptions: readonly Adoption[],
): readonly StoredNode[] {
  if (adoptions.length === 0) return flows;
  const ticks = new Map(adoptions.map(({ node, tick }) => [node, tick]));
  const gone = new Set(ticks.keys());
  const given = new Set(ticks.values());
  return flows
    .filter(({ id }) => gone.has(id) || !given.has(id))
    .map((node) => {
      const tick = ticks.get(node.id);
      const { wires } = node;
      const left = Array.isArray(wires)
        ? {
            wires: wires.map((out: unknown) =>
              Array.isArray(out) ? out.filter((id) => !gone.has(id)) : out,
            ),
          }
        : {};
      return tick === undefined ? { ...node, ...left } : { ...node, ...left, id: tick, type: "nj-tick" };
    });
}

/** Action nodes that were put to a rule: wired from its node, or laid into its group. */
function newActionNodes(
  flows: readonly StoredNode[],
  rule: string,
  known: ReadonlySet<string>,
): readonly StoredNode[] {
  const wires = flows.find(({ id }) => id === ruleNodeId(rule))?.["wires"];
  const fired: unknown = Array.isArray(wires) ? wires[0] : undefined;
  const isWired = (id: string): boolean => Array.isArray(fired) && fired.includes(id);
  return flows.filter(
    (node) =>
      node.type === "nj-linkage" &&
      node["z"] === LINKAGE_TAB_ID &&
      node["act"] === "action" &&
      // One that is about another camera, or is switched off, is its owner's own affair.
      (node["camera"] ?? "") === "" &&
      node["d"] !== true &&
      !known.has(node.id) &&
      (isWired(node.id) || node["g"] === groupId(rule)),
  );
}

function at(rule: LinkageRule, index: number): LinkageRule["actions"][number] {
  return rule.actions[index] ?? { action: "", settings: {} };
}

function settingsIn(text: unknown): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(String(text || "{}"));
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // No settings that a rule could have.
  }
  return undefined;
}
