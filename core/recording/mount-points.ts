// Whether something is mounted on a folder, found out without touching it: a share that hangs must not hold up who asks.
import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** True if a file system is mounted on this very folder. Links in the path are not followed on Linux. */
export async function isMountPoint(path: string): Promise<boolean> {
  const folder = resolve(path);
  if (process.platform === "linux")
    return mountPointsIn(await readFile("/proc/self/mountinfo", "utf8")).has(folder);
  try {
    const [own, parent] = await Promise.all([stat(folder), stat(dirname(folder))]);
    return own.dev !== parent.dev;
  } catch {
    // What is not there is no mount either.
    return false;
  }
}

/** The fifth field of each line of proc(5) mountinfo, whose blanks, tabs, line feeds and backslashes are in octal. */
export function mountPointsIn(mountinfo: string): ReadonlySet<string> {
  return new Set(
    mountinfo.split("\n").flatMap((line) => {
      const point = line.split(" ")[4];
      return point === undefined
        ? []
        : [
            point.replaceAll(/\\([0-7]{3})/g, (_all, octal: string) =>
              String.fromCharCode(Number.parseInt(octal, 8)),
            ),
          ];
    }),
  );
}
