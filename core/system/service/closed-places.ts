// Finds out before the first start what the service's user could not read or write: the commonest reason why a service
// that was installed from somebody's folder does not start, or records nothing.
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { isHidden, isWithin, type UnitOptions } from "./systemd-unit.ts";

const OTHERS_ENTER = 0o001;
const OTHERS_WRITE = 0o002;
const OTHERS_READ = 0o004;

/**
 * A sentence for each folder or file on the way to the program that is closed to other users, and for each volume that
 * the service's user could not write. Never throws.
 */
export async function closedPlaces(
  { node, entry, programFolder, volumes }: UnitOptions,
  user: { readonly uid: number; readonly gid: number },
): Promise<string[]> {
  const ways = [wayTo(entry, programFolder), wayTo(node, dirname(node))];
  const problems = await Promise.all([
    ...[...new Set(ways.flat())].map(problemOfReading),
    ...volumes.map((volume) => problemOfWriting(volume, user)),
  ]);
  return problems.filter((problem) => problem !== undefined);
}

/** The file and the folders that lead to it; the unit opens those of a home from `bound` on by itself. */
function wayTo(file: string, bound: string): string[] {
  const way = [file];
  for (let at = dirname(file); at !== dirname(at); at = dirname(at)) {
    if (isHidden(file) && !isWithin(at, bound)) break;
    way.push(at);
  }
  return way;
}

async function problemOfReading(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return `${path} is not there`;
  const needed = found.isDirectory() ? OTHERS_ENTER : OTHERS_READ;
  if ((found.mode & needed) === needed) return undefined;
  return `${path} is closed to other users: \`chmod o+rx\` it, or install Nightjar elsewhere`;
}

async function problemOfWriting(
  volume: string,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): Promise<string | undefined> {
  const found = await stat(volume).catch(() => undefined);
  if (found === undefined) return `the volume ${volume} is not there`;
  const bits = found.uid === uid ? found.mode >> 6 : found.gid === gid ? found.mode >> 3 : found.mode;
  if ((bits & OTHERS_WRITE) !== 0) return undefined;
  return `the service cannot write the volume ${volume}: \`chown ${uid}:${gid}\` it`;
}
