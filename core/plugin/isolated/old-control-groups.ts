// Control groups of version 1, as many NAS boxes have them: a tree for each controller, in which a plugin has a group each.
// Finds where the recorder is in these trees, and makes it ready. Processes need not be moved: a group may hold them and
// bound those below it. As in version 2 nothing is touched that was not handed over (control-groups.ts).
import { access, constants, readdir } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../../errors.ts";
import { type ControllerFolders, endGroup } from "./plugin-group.ts";

/** Of a group's name: whose it is, and the pid of the recorder that made it. */
const PLUGIN_GROUP = /^plugin-.*-(\d+)-\d+$/;

/** Where a process is in the trees, by its /proc/self/cgroup and mountinfo; undefined: memory or processor has none. */
export function controllerFolders(groups: string, mounts: string): ControllerFolders | undefined {
  const folderOf = (controller: string): string | undefined => {
    const path = groups
      .split("\n")
      .map((line) => /^\d+:([^:]+):(\/.*)$/.exec(line))
      .find((found) => found?.[1]?.split(",").includes(controller))?.[2];
    return path === undefined || path.split("/").includes("..")
      ? undefined
      : placeIn(mounts, controller, path);
  };
  const [memory, cpu, pids] = ["memory", "cpu", "pids"].map(folderOf);
  if (memory === undefined || cpu === undefined) return undefined;
  return { memory, cpu, ...(pids === undefined ? {} : { pids }) };
}

/** Where `path` of a controller's tree lies among the mounts. */
function placeIn(mounts: string, controller: string, path: string): string | undefined {
  for (const line of mounts.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const [type, , options = ""] = after.split(" ");
    if (type !== "cgroup" || !options.split(",").includes(controller)) continue;
    const [, , , root = "", place = ""] = before.split(" ");
    // In a container the tree begins at its own group.
    const above = root === "/" ? "" : root;
    if (path === above || path.startsWith(`${above}/`))
      return join(place, path.slice(above.length)).replace(/\/$/, "");
  }
  return undefined;
}

/** Makes the trees ready. Undefined where they are not ours to divide after all. */
export async function openTrees(folders: ControllerFolders): Promise<ControllerFolders | undefined> {
  const { memory, cpu, pids } = folders;
  try {
    for (const folder of [memory, cpu]) await access(folder, constants.W_OK);
  } catch {
    return undefined;
  }
  const isOpen =
    pids !== undefined &&
    (await access(pids, constants.W_OK).then(
      () => true,
      () => false,
    ));
  const open = { memory, cpu, ...(isOpen ? { pids } : {}) };
  await Promise.all(Object.values(open).map(endLeftOver));
  return open;
}

/** Groups of a recorder that was killed. Other recorders may have theirs here as well. */
async function endLeftOver(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => {
    const pid = Number(PLUGIN_GROUP.exec(name)?.[1]);
    return pid > 0 && !isRunning(pid);
  });
  await Promise.all(left.map((name) => endGroup(join(folder, name))));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== "ESRCH";
  }
}
