// Facts about the machine that people want to be told of: whether any network link is up, how much its processors are asked
// for, and how much memory it has left.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, freemem, loadavg, networkInterfaces, totalmem } from "node:os";

const NETWORK_FOLDER = "/sys/class/net";
const BLOCK_FOLDER = "/sys/block";

/**
 * Gives a look at the network: true where a link is up. On Linux as the cables of its adapters say (`carrier`); elsewhere where there is
 * an address. Undefined where the machine has no network of its own at all, as when its only adapter was pulled.
 */
export function networkLook(folder = NETWORK_FOLDER): () => boolean | undefined {
  // Where there are adapters they alone count, from then on: bridges of containers are up whatever becomes of the cable.
  let hadAdapters = false;
  return () => {
    const links = linuxLinks(folder);
    if (links === undefined)
      return Object.values(networkInterfaces()).some((addresses) =>
        addresses?.some(({ internal }) => !internal),
      );
    const adapters = links.filter(({ isAdapter }) => isAdapter);
    hadAdapters ||= adapters.length > 0;
    const counted = hadAdapters ? adapters : links;
    return counted.length === 0 ? undefined : counted.some(({ isUp }) => isUp);
  };
}

/** Processes that want a processor, by processor, over the last minute; undefined where the system does not tell. */
export function loadPerProcessor(): number | undefined {
  if (process.platform === "win32") return undefined;
  return (loadavg()[0] ?? 0) / Math.max(1, cpus().length);
}

/**
 * The share of the last minute in which a process had to wait for a processor, from 0 to 1; undefined where the kernel does not
 * tell (Linux' pressure stall information). The load also counts processes that wait for a disk that is dead.
 */
export function processorPressure(file = "/proc/pressure/cpu"): number | undefined {
  try {
    const percent = /^some .*\bavg60=([0-9.]+)/.exec(readFileSync(file, "latin1"))?.[1];
    return percent === undefined ? undefined : Number(percent) / 100;
  } catch {
    return undefined;
  }
}

/** A disk array of the system's that is not whole. */
export interface BrokenArray {
  /** `md0`. */
  readonly name: string;
  /** As Linux calls it: `clean`, `active`, `inactive` … */
  readonly state: string;
  /** Disks that are missing. */
  readonly missing: number;
}

/** Linux' software arrays (md) that lack disks or do not run; none elsewhere. */
export function brokenArrays(folder = BLOCK_FOLDER): BrokenArray[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => /^md\d+$/.test(name));
  } catch {
    return [];
  }
  return names.flatMap((name): BrokenArray[] => {
    const state = textOf(`${folder}/${name}/md/array_state`);
    // A container of a controller's format is called inactive for ever: what runs are the arrays in it.
    if (/^external:(?!\/)/.test(textOf(`${folder}/${name}/md/metadata_version`) ?? "")) return [];
    // Levels without redundancy have no such file.
    const missing = Number(textOf(`${folder}/${name}/md/degraded`) ?? 0) || 0;
    if (state === undefined || state === "clear") return [];
    return missing > 0 || state === "inactive" ? [{ name, state, missing }] : [];
  });
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1").trim();
  } catch {
    return undefined;
  }
}

/** What a machine has, and how much of it is asked for. */
export interface MachineFigures {
  readonly processors: number;
  readonly load: number | undefined;
  readonly totalBytes: number;
  /** What programs can still have. */
  readonly freeBytes: number;
}

/** Those of this one. */
export function machineFigures(): MachineFigures {
  return {
    processors: availableParallelism(),
    load: loadPerProcessor(),
    totalBytes: totalmem(),
    freeBytes: freemem(),
  };
}

/** All links but the loopback; undefined where the system has no such folder. */
function linuxLinks(folder: string): { readonly isUp: boolean; readonly isAdapter: boolean }[] | undefined {
  try {
    return readdirSync(folder)
      .filter((name) => name !== "lo")
      .map((name) => ({
        isUp: carrierOf(`${folder}/${name}/carrier`),
        isAdapter: existsSync(`${folder}/${name}/device`),
      }));
  } catch {
    return undefined;
  }
}

/** An interface that is switched off answers with an error. */
function carrierOf(path: string): boolean {
  try {
    return readFileSync(path, "latin1").trim() === "1";
  } catch {
    return false;
  }
}
