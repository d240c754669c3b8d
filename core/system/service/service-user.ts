// The system user that the service runs as, and its data directory: made if they are missing, never taken from others.
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, readdir, stat } from "node:fs/promises";
import { NightjarError, systemCode } from "../../errors.ts";
import { mustRun, runProgram } from "./system-program.ts";
import { isStateDirectory } from "./systemd-unit.ts";

/** Where distributions keep the shell of accounts that nobody signs in with. */
const NO_SHELLS = ["/usr/sbin/nologin", "/sbin/nologin", "/usr/bin/nologin"];

export interface ServiceUser {
  readonly uid: number;
  readonly gid: number;
  /** It was not there before. */
  readonly created: boolean;
}

/** Arguments of `useradd` for an account without a password and a shell. */
export function userAddArgs(name: string, home: string): string[] {
  const shell = NO_SHELLS.find((file) => existsSync(file)) ?? "/bin/false";
  return ["--system", "--user-group", "--no-create-home", "--home-dir", home, "--shell", shell, name];
}

/** Finds the user, or makes it. Throws `NJ_SERVICE_PROGRAM` (failed-precondition). */
export async function ensureServiceUser(name: string, home: string): Promise<ServiceUser> {
  const found = await findUser(name);
  if (found !== undefined) return { ...found, created: false };
  await mustRun("useradd", userAddArgs(name, home));
  const made = await findUser(name);
  if (made !== undefined) return { ...made, created: true };
  throw new NightjarError("NJ_SERVICE_PROGRAM", "failed-precondition", `useradd made no user ${name}`);
}

/** Makes the data directory for the user; throws `NJ_SERVICE_DATA` (failed-precondition) if it holds what is somebody else's. */
export async function ensureDataDir(
  dataDir: string,
  { uid, gid }: Pick<ServiceUser, "uid" | "gid">,
): Promise<void> {
  const found = await stat(dataDir).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (found?.uid === uid) return;
  if (found !== undefined && isStateDirectory(dataDir)) return; // systemd hands it over when the service starts.
  if (found !== undefined && (!found.isDirectory() || (await readdir(dataDir)).length > 0)) {
    throw new NightjarError(
      "NJ_SERVICE_DATA",
      "failed-precondition",
      `${dataDir} is not empty and belongs to user ${found.uid}: stop the recorder that uses it, then give it to the service (\`chown -R ${uid}:${gid}\` and its path), or choose another --data`,
      { dataDir },
    );
  }
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await chmod(dataDir, 0o700);
  await chown(dataDir, uid, gid);
}

async function findUser(name: string): Promise<{ uid: number; gid: number } | undefined> {
  const { code, out } = await runProgram("getent", ["passwd", name]);
  const [, , uid, gid] = out.trim().split(":");
  return code === 0 && uid !== undefined && gid !== undefined
    ? { uid: Number(uid), gid: Number(gid) }
    : undefined;
}
