// What the recorder runs on: the version of Node, memory, files that may be open at once, and the walls around ffmpeg's and
// plugins' processes.
import { readFile } from "node:fs/promises";
import { freemem, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { type ConfinementWay, detectConfinement } from "../../plugin/isolated/confinement.ts";
import { type Check, finding, ok, type Said, said } from "./check.ts";

const NODE_NEEDED = [24, 12] as const;
const MIB = 1024 ** 2;
/** Three processes, and pre-record time and buffers of one camera of 4 Mbit/s. */
const BASE_MEMORY_BYTES = 384 * MIB;
const CAMERA_MEMORY_BYTES = 8 * MIB;
/** Database, sockets between the processes, viewers; a camera has its connections, its file and what is read of it. */
const BASE_FILES = 512;
const CAMERA_FILES = 16;
const GROUPS = "/sys/fs/cgroup";

/** Is this Node new enough? */
export function checkNode(version: string): Check[] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const enough = major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1]);
  if (enough) return [ok("node", said("node-fit", "Node.js {version}", { version }))];
  const message = said("node-old", "Node.js {version} is older than {needed}", {
    version,
    needed: NODE_NEEDED.join("."),
  });
  const advice = said("start-by-npm", "start with `npm start`, which fetches a newer one");
  return [finding("node", "error", message, { where: process.execPath, advice, command: "npm start" })];
}

/** Is there memory for so many cameras? `pid`: whose control group limits it, this process's own unless given. */
export async function checkMemory(cameras: number, pid: number | undefined): Promise<Check[]> {
  const limit = await groupMemoryLimit(pid === undefined ? "self" : String(pid));
  return [memoryFinding(Math.min(totalmem(), limit), freemem(), limit < totalmem(), cameras)];
}

/** The least limit of a process's control group and those around it, in bytes (cgroups(7), both versions). */
async function groupMemoryLimit(process: string): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (const line of (await readFile(`/proc/${process}/cgroup`, "utf8").catch(() => "")).split("\n")) {
    const [, controllers = "-", path = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const isVersion2 = controllers === "";
    if (!isVersion2 && !controllers.split(",").includes("memory")) continue;
    const [root, file] = isVersion2 ? ["", "memory.max"] : ["memory", "memory.limit_in_bytes"];
    for (let at = path; ; at = dirname(at)) {
      const text = await readFile(join(GROUPS, root, at, file), "utf8").catch(() => "");
      least = Math.min(least, Number.parseInt(text, 10) || Number.POSITIVE_INFINITY);
      if (at === "/" || at === "." || at === "") break;
    }
  }
  return least;
}

function memoryFinding(total: number, free: number, isLimited: boolean, cameras: number): Check {
  const needed = BASE_MEMORY_BYTES + cameras * CAMERA_MEMORY_BYTES;
  const facts = { total: gib(total), free: gib(free), needed: gib(needed), cameras };
  if (total >= needed) {
    return ok(
      "memory",
      isLimited
        ? said("memory-fit-limited", "{total} of memory by the limit of its control group", facts)
        : said("memory-fit", "{total} of memory, {free} free", facts),
    );
  }
  const message = isLimited
    ? said(
        "memory-little-limited",
        "only {total} of memory by the limit of its control group: {needed} are wanted (cameras: {cameras})",
        facts,
      )
    : said("memory-little", "only {total} of memory: {needed} are wanted (cameras: {cameras})", facts);
  return finding("memory", "warning", message, {
    advice: isLimited
      ? said("raise-memory-limit", "raise the limit of the container or service (memory, MemoryMax)")
      : said("fewer-cameras", "record fewer cameras with a shorter pre-record time, or put in more memory"),
  });
}

function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

/**
 * May enough files be open at once? Of the process `pid` where one is given and can be looked at, else of this one, which
 * has the limit that `nightjar start` would have from the same shell.
 */
export async function checkOpenFiles(cameras: number, pid: number | undefined): Promise<Check[]> {
  const limit =
    (pid === undefined ? undefined : await openFilesLimit(String(pid))) ?? (await openFilesLimit("self"));
  // No /proc: another system, of which nothing is claimed.
  if (limit === undefined) return [];
  const needed = BASE_FILES + cameras * CAMERA_FILES;
  if (limit >= needed)
    return [ok("open-files", said("files-fit", "{limit} files may be open at once", { limit }))];
  const message = said(
    "files-few",
    "only {limit} files may be open at once: {needed} are wanted (cameras: {cameras})",
    { limit, needed, cameras },
  );
  const advice = said(
    "raise-files-limit",
    "raise the limit before `nightjar start`; the unit of `nightjar service install` does so itself",
  );
  return [finding("open-files", "warning", message, { advice, command: "ulimit -n 65536" })];
}

async function openFilesLimit(process: string): Promise<number | undefined> {
  const text = await readFile(`/proc/${process}/limits`, "utf8").catch(() => "");
  // Soft, then hard: Node takes the hard one.
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(text)?.[1];
  if (hard === undefined) return undefined;
  return hard === "unlimited" ? Number.POSITIVE_INFINITY : Number(hard);
}

const PLUGIN_WALLS: Readonly<Record<ConfinementWay, Said>> = {
  bubblewrap: said("plugins-walled", "plugins of others run in a sandbox (bubblewrap)"),
  namespaces: said(
    "plugins-walled-by-namespaces",
    "plugins of others see no network and no other processes; files are kept from them by Node alone",
  ),
  node: said("plugins-walled-by-node", "network and files are kept from plugins of others by Node alone"),
  process: said(
    "plugins-walled-within",
    "the network is kept from plugins of others within their own processes only, which is the weaker way",
  ),
};

/** How plugins of others are walled in here. */
export async function checkPluginWalls(): Promise<Check[]> {
  const { way } = await detectConfinement();
  if (way === "bubblewrap") return [ok("plugin-walls", PLUGIN_WALLS[way])];
  const advice = said("install-bubblewrap", "install bubblewrap; in a container, allow user namespaces");
  return [
    finding("plugin-walls", "notice", PLUGIN_WALLS[way], { advice, command: "apt install bubblewrap" }),
  ];
}
