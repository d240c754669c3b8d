// Which modules of the core lie together in the built package. To find, read and link a file costs a process a millisecond
// of the processor, and left to itself a bundler makes one for every set of entries that share something: eighty for the core
// process alone. Here what each process loads is a dozen.
import { join } from "node:path";
import { refusePacking } from "../pack-plugin/refusal.ts";

/** What begins where, and loads all that is imported from there on. */
export const BEGINNINGS = {
  every: ["main.ts"],
  role: ["supervisor/child-main.ts"],
  plugin: ["plugin/isolated/plugin-child.ts", "plugin/isolated/child-core.ts"],
  schemas: ["plugin/schemas/whole-typebox.ts"],
  supervisor: ["cli/start.ts"],
  media: ["media/process/run-media.ts"],
  core: ["control/run-core.ts"],
  gateway: ["gateway/run-gateway.ts"],
  analysis: ["analysis/run-analysis.ts"],
  flows: ["flows/run-flows.ts"],
  /** What plugins import: their threads load no more than that either. */
  door: ["index.ts"],
  // Commands, by what they need.
  talk: ["cli/status.ts", "cli/camera.ts"],
  accounts: ["cli/token.ts", "cli/user.ts"],
  look: ["cli/doctor.ts", "cli/downgrade.ts", "cli/fsck.ts"],
  /** Also what a process loads only when it is first used. */
  later: ["cli/plugin-change.ts", "cli/settings.ts", "testing/index.ts"],
} as const;

type Beginning = keyof typeof BEGINNINGS;
type ReachedFrom = ReadonlySet<Beginning>;

const PROCESSES = ["supervisor", "media", "core", "gateway", "analysis", "flows"] as const;
const OTHERS = ["door", "talk", "accounts", "look", "later"] as const;

interface Part {
  readonly name: string;
  holds(from: ReachedFrom): boolean;
}

/**
 * A module lies in the first one that holds it. Whatever reaches a module reaches its imports, so these lie in the same part
 * or in an earlier one, and no two parts wait for each other.
 */
const PARTS: readonly Part[] = [
  { name: "words", holds: (from) => from.has("plugin") && (from.has("every") || from.has("role")) },
  { name: "every-process", holds: (from) => from.has("every") },
  { name: "every-role", holds: (from) => from.has("role") },
  { name: "plugins", holds: (from) => from.has("plugin") && processesOf(from) > 0 },
  { name: "schemas", holds: (from) => from.has("schemas") },
  { name: "several", holds: (from) => processesOf(from) > 2 },
  ...PROCESSES.flatMap((one, index) => PROCESSES.slice(index + 1).map((other) => both(one, other))),
  ...PROCESSES.flatMap((one) => [
    ...OTHERS.map((other) => both(one, other)),
    { name: one, holds: (from: ReachedFrom) => from.has(one) },
  ]),
];

/** In their order. */
export const PART_NAMES: readonly string[] = PARTS.map(({ name }) => name);

function processesOf(from: ReachedFrom): number {
  return PROCESSES.filter((name) => from.has(name)).length;
}

function both(one: Beginning, other: Beginning): Part {
  return { name: `${one}-${other}`, holds: (from) => from.has(one) && from.has(other) };
}

/** What a bundler tells of a module; `null`: it knows none of that name. */
export interface ModuleGraph {
  getModuleInfo(id: string): {
    readonly importedIds: readonly string[];
    readonly dynamicallyImportedIds: readonly string[];
  } | null;
}

/**
 * Names the part of a module of the core in `folder`; `null` for what only something that is loaded later needs. Throws
 * `NJ_PACK_REFUSED` where a beginning is not there.
 */
export function corePart(folder: string): (id: string, graph: ModuleGraph) => string | null {
  let parts: ReadonlyMap<string, string> | undefined;
  return (id, graph) => {
    // For all at once: a bundler asks for each module as often as there are parts.
    parts ??= partsIn(folder, graph);
    return parts.get(id) ?? null;
  };
}

function partsIn(folder: string, graph: ModuleGraph): Map<string, string> {
  const reached = reachedIn(folder, graph);
  // It waits for the parts that it loads, which must not wait for it.
  reached.delete(join(folder, "main.ts"));
  const parts = new Map<string, string>();
  for (const [id, from] of reached) {
    const name = PARTS.find(({ holds }) => holds(from))?.name;
    if (name !== undefined) parts.set(id, name);
  }
  return parts;
}

function reachedIn(folder: string, graph: ModuleGraph): Map<string, Set<Beginning>> {
  const reached = new Map<string, Set<Beginning>>();
  const later = new Set<string>();
  const walk = (beginning: Beginning, ids: readonly string[]): void => {
    const waiting = [...ids];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const from = reached.get(id) ?? new Set();
      reached.set(id, from);
      if (from.has(beginning)) continue;
      from.add(beginning);
      const module = graph.getModuleInfo(id);
      waiting.push(...(module?.importedIds ?? []));
      // The command line names all processes and commands, which begin by themselves.
      if (beginning !== "every") for (const one of module?.dynamicallyImportedIds ?? []) later.add(one);
    }
  };
  for (const [beginning, paths] of Object.entries(BEGINNINGS) as [Beginning, readonly string[]][]) {
    const ids = paths.map((path) => join(folder, path));
    const missing = ids.find((id) => graph.getModuleInfo(id) === null);
    if (missing !== undefined) throw refusePacking(`${missing} is not there, where something begins`);
    walk(beginning, ids);
  }
  // What is loaded later loads more still.
  for (let known = -1; later.size > known; ) {
    known = later.size;
    walk("later", [...later]);
  }
  return reached;
}
