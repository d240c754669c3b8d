// Two facts about the machine that people want to be told of: whether any network link is up, and how much its processors
// are asked for.
import { readdirSync, readFileSync } from "node:fs";
import { cpus, loadavg, networkInterfaces } from "node:os";

const NETWORK_FOLDER = "/sys/class/net";

/**
 * True where a link is up. On Linux as the cables say (`carrier`); elsewhere where there is an address. Undefined where the
 * machine has no network of its own at all.
 */
export function networkIsUp(folder = NETWORK_FOLDER): boolean | undefined {
  const links = linuxLinks(folder);
  if (links !== undefined) return links.length === 0 ? undefined : links.some((isUp) => isUp);
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal));
}

/** Processes that want a processor, by processor, over the last minute; undefined where the system does not tell. */
export function loadPerProcessor(): number | undefined {
  if (process.platform === "win32") return undefined;
  return (loadavg()[0] ?? 0) / Math.max(1, cpus().length);
}

/** Whether each link but the loopback is up; undefined where the system has no such folder. */
function linuxLinks(folder: string): boolean[] | undefined {
  try {
    return readdirSync(folder)
      .filter((name) => name !== "lo")
      .map((name) => carrierOf(`${folder}/${name}/carrier`));
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
