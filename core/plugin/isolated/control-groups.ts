// Control groups for isolated plugins (cgroups(7), version 2; version 1: old-control-groups.ts): finds the branch that
// systemd has handed over to the recorder and makes it ready for groups below it. A branch with processes in it may not
// bound those below, so what runs in it goes into a group of its own first. Nothing is touched that was not handed over:
// the unit says so in the environment.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemCode } from "../../errors.ts";
import { controllerFolders, openTrees } from "./old-control-groups.ts";
import { type ControllerFolders, endGroup, type GroupBounds, PluginGroup } from "./plugin-group.ts";

/** What a unit with `Delegate=` sets, to `delegated`: the branch is the recorder's to divide. */
export const DELEGATED_VARIABLE = "NIGHTJAR_CONTROL_GROUP";
/** By the kernel, at once; or by the recorder, which looks every second. */
export const BOUNDS_WAYS = ["control-group", "watch"] as const;
export type BoundsWay = (typeof BOUNDS_WAYS)[number];

/** What is bounded by them. */
const CONTROLLERS = ["cpu", "memory", "pids"] as const;
/** The recorder's own group, below the branch. */
const OWN_GROUP = "recorder";
const PLUGIN_PREFIX = "plugin-";
/** Processes that are started while others are moved. */
const MOVE_ROUNDS = 10;

/** Where groups of plugins are made: below the folder of the branch, or in the trees of version 1. */
export type GroupBranch = { readonly folder: string } | { readonly trees: ControllerFolders };

let found: Promise<GroupBranch | undefined> | undefined;

/** The branch that was handed over, made ready; undefined: there is none. Found out once in the life of the process. */
export function detectControlGroups(): Promise<GroupBranch | undefined> {
  found ??= detect();
  return found;
}

async function detect(): Promise<GroupBranch | undefined> {
  if (process.platform !== "linux" || process.env[DELEGATED_VARIABLE] !== "delegated") return undefined;
  const read = (file: string) => readFile(`/proc/self/${file}`, "utf8").catch(() => "");
  const [groups, mounts] = [await read("cgroup"), await read("mountinfo")];
  const folder = branchFolder(groups, mounts);
  const branch = folder === undefined ? undefined : await openBranch(folder);
  if (branch !== undefined) return branch;
  // Both may be there, with the controllers in the old trees.
  const old = controllerFolders(groups, mounts);
  const trees = old === undefined ? undefined : await openTrees(old);
  return trees === undefined ? undefined : { trees };
}

/** Makes the group `name` in a branch. */
export function makeGroup(branch: GroupBranch, name: string, bounds: GroupBounds): Promise<PluginGroup> {
  return "trees" in branch
    ? PluginGroup.makeOld(branch.trees, name, bounds)
    : PluginGroup.make(join(branch.folder, name), bounds);
}

/** The folder of the branch that a process is in, by its /proc/self/cgroup and mountinfo; undefined: there is none. */
export function branchFolder(groups: string, mounts: string): string | undefined {
  const path = /^0::(\/.*)$/m.exec(groups)?.[1];
  if (path === undefined || path.split("/").includes("..")) return undefined;
  // A recorder whose core was started anew is in its own group already.
  const branch = basename(path) === OWN_GROUP ? dirname(path) : path;
  for (const line of mounts.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    if (!after.startsWith("cgroup2 ")) continue;
    const [, , , root = "", place = ""] = before.split(" ");
    const below = root === "/" ? branch : branch.startsWith(`${root}/`) ? branch.slice(root.length) : "";
    // The root of all groups is the machine's, or the container's: nobody hands that over.
    if (below !== "" && below !== "/") return join(place, below);
  }
  return undefined;
}

/** Makes a branch ready. Undefined where it lacks what bounds a plugin, or is not ours to divide after all. */
export async function openBranch(
  folder: string,
  controllers: readonly string[] = CONTROLLERS,
): Promise<GroupBranch | undefined> {
  try {
    const present = (await readFile(join(folder, "cgroup.controllers"), "utf8")).trim().split(/\s+/);
    if (!controllers.every((name) => present.includes(name))) return undefined;
    await mkdir(join(folder, OWN_GROUP), { recursive: true });
    await moveAll(folder, join(folder, OWN_GROUP));
    await writeFile(join(folder, "cgroup.subtree_control"), controllers.map((name) => `+${name}`).join(" "));
    // Left over from a recorder that was killed.
    const left = (await readdir(folder)).filter((name) => name.startsWith(PLUGIN_PREFIX));
    await Promise.all(left.map((name) => endGroup(join(folder, name))));
    return { folder };
  } catch {
    // Read-only, somebody else's, of another version: the watch does it.
    return undefined;
  }
}

/** A name for a plugin's group. */
export function groupName(plugin: string, life: number): string {
  return `${PLUGIN_PREFIX}${plugin.replaceAll(/[^A-Za-z0-9-]/g, "_").slice(0, 100)}-${process.pid}-${life}`;
}

async function moveAll(from: string, to: string): Promise<void> {
  for (let round = 0; round < MOVE_ROUNDS; round += 1) {
    const pids = (await readFile(join(from, "cgroup.procs"), "utf8")).split("\n").filter(Boolean);
    if (pids.length === 0) return;
    for (const pid of pids) {
      await writeFile(join(to, "cgroup.procs"), pid).catch((error: unknown) => {
        // It has ended meanwhile.
        if (systemCode(error) !== "ESRCH") throw error;
      });
    }
  }
}
