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

/** One line of proc(5) mountinfo, as far as it matters where recordings can go. */
export interface Mount {
  /** `major:minor`. */
  readonly device: string;
  /** What of the file system is seen there: `/`, unless it is a bind mount or a subvolume. */
  readonly root: string;
  readonly mountPoint: string;
  readonly fileSystem: string;
  /** `/dev/sdb1`, or what the file system calls itself. */
  readonly source: string;
  /** The file system itself is read-only. */
  readonly isReadOnly: boolean;
  /** This way to it is read-only, as in a service whose unit closes it. */
  readonly isClosed: boolean;
}

/** More lines than any machine that records has; what comes after is not looked at. */
const MOUNT_LIMIT = 4_096;

/** The mounts of proc(5) mountinfo in their order. Lines that are none are passed over. */
export function mountsIn(mountinfo: string): Mount[] {
  return mountinfo.split("\n", MOUNT_LIMIT).flatMap((line): Mount[] => {
    const fields = line.split(" ");
    // Optional fields end with a dash of their own; blanks within names are in octal.
    const dash = fields.indexOf("-", 6);
    const [, , device, root, mountPoint, options] = fields;
    const [fileSystem, source, superOptions] = dash < 0 ? [] : fields.slice(dash + 1);
    if (device === undefined || root === undefined || mountPoint === undefined || options === undefined)
      return [];
    if (fileSystem === undefined || source === undefined || superOptions === undefined) return [];
    return [
      {
        device,
        root: plainName(root),
        mountPoint: plainName(mountPoint),
        fileSystem,
        source: plainName(source),
        isReadOnly: superOptions.split(",").includes("ro"),
        isClosed: options.split(",").includes("ro"),
      },
    ];
  });
}

/** The fifth field of each line of proc(5) mountinfo. */
export function mountPointsIn(mountinfo: string): ReadonlySet<string> {
  return new Set(
    mountinfo.split("\n").flatMap((line) => {
      const point = line.split(" ")[4];
      return point === undefined ? [] : [plainName(point)];
    }),
  );
}

/** Blanks, tabs, line feeds and backslashes are in octal there. */
function plainName(name: string): string {
  return name.replaceAll(/\\([0-7]{3})/g, (_all, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
