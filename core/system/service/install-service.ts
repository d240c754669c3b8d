// Installs Nightjar as a service of systemd, and takes it away: the unit's file, the user, the data directory, systemd
// told. Never touches a unit that Nightjar did not write, unless it is forced to; never touches recordings.
import { chmod, lstat, mkdir, readFile, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { writeFileAtomically } from "../../config/atomic-file.ts";
import { shellWord } from "../../domain/shell-word.ts";
import { NightjarError, systemCode } from "../../errors.ts";
import { closedPlaces } from "./closed-places.ts";
import { ensureDataDir, ensureServiceUser, userAddArgs } from "./service-user.ts";
import {
  forgetUnit,
  isSystemdRunning,
  type Scope,
  startUnit,
  stopUnit,
  systemctlArgs,
  type UnitState,
  unitState,
} from "./systemd-manager.ts";
import {
  dataDirOfUnit,
  isOwnUnit,
  isStateDirectory,
  SERVICE_USER,
  systemdUnit,
  UNIT_NAME,
  type UnitOptions,
} from "./systemd-unit.ts";

export interface ServicePlace {
  readonly scope: Scope;
  /** Another folder for the unit's file. With it nothing but that file is touched: for packages and images. */
  readonly unitDir?: string;
}

export interface InstallOptions extends ServicePlace {
  readonly unit: UnitOptions;
  /** Replace a unit that is not Nightjar's. */
  readonly force: boolean;
  /** Start it now and at every boot, where systemd runs. */
  readonly start: boolean;
}

export interface InstallResult {
  readonly unitFile: string;
  readonly dataDir: string;
  readonly userCreated: boolean;
  readonly started: boolean;
  /** What would keep the service from working. */
  readonly problems: readonly string[];
  /** Commands that are left to type. */
  readonly next: readonly string[];
}

/** Writes the unit and sees to what it needs. Throws `NJ_SERVICE_…`. */
export async function installService(options: InstallOptions): Promise<InstallResult> {
  const { scope, unit, force } = options;
  const { dataDir } = unit;
  const text = systemdUnit(unit);
  const unitFile = unitFileOf(options);
  needRights(options);
  const earlier = await readOwnUnit(unitFile, force);
  const onlyFile = options.unitDir !== undefined;
  const user = scope === "system" && !onlyFile ? await ensureServiceUser(SERVICE_USER, dataDir) : undefined;
  if (user !== undefined) await ensureDataDir(dataDir, user);
  if (scope === "user" && !onlyFile) await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await writeUnit(unitFile, text);
  const started = options.start && !onlyFile && isSystemdRunning(scope);
  const wasActive = started && (await unitState(scope)).active === "active";
  if (started) await startUnit(scope);
  return {
    unitFile,
    dataDir,
    userCreated: user?.created === true,
    started,
    problems: user === undefined ? [] : await closedPlaces(unit, user),
    next: [
      ...(started ? [] : byHand(options, unitFile)),
      ...(wasActive && earlier !== text ? [systemctl(scope, "restart nightjar")] : []),
      // Without it a user's services end when the user signs out.
      ...(scope === "user" ? ["loginctl enable-linger"] : []),
    ],
  };
}

export interface UninstallResult {
  readonly unitFile: string;
  /** Stays, with all recordings. */
  readonly dataDir?: string;
  readonly stopped: boolean;
}

/** Stops the service and removes its unit; recordings, settings and the user stay. Throws `NJ_SERVICE_…`. */
export async function uninstallService(
  options: ServicePlace & { readonly force: boolean },
): Promise<UninstallResult> {
  const unitFile = unitFileOf(options);
  needRights(options);
  const text = await readOwnUnit(unitFile, options.force);
  if (text === undefined) {
    throw new NightjarError("NJ_SERVICE_NOT_INSTALLED", "not-found", `there is no ${unitFile}`, { unitFile });
  }
  const stopped = options.unitDir === undefined && isSystemdRunning(options.scope);
  if (stopped) await stopUnit(options.scope);
  await rm(unitFile);
  if (stopped) await forgetUnit(options.scope);
  const dataDir = dataDirOfUnit(text);
  return { unitFile, stopped, ...(dataDir === undefined ? {} : { dataDir }) };
}

export interface ServiceStatus extends UnitState {
  readonly unitFile: string;
  /** `nightjar`: written by `nightjar service`; `foreign`: by somebody else. */
  readonly unit: "none" | "nightjar" | "foreign";
  readonly dataDir?: string;
  readonly systemd: boolean;
}

/** What is installed, and what systemd says of it. Throws `NJ_SERVICE_UNIT_FILE`, `NJ_SERVICE_PROGRAM`. */
export async function serviceStatus(place: ServicePlace): Promise<ServiceStatus> {
  const unitFile = unitFileOf(place);
  const text = await readUnit(unitFile);
  const dataDir = text === undefined ? undefined : dataDirOfUnit(text);
  return {
    unitFile,
    unit: text === undefined ? "none" : isOwnUnit(text) ? "nightjar" : "foreign",
    ...(dataDir === undefined ? {} : { dataDir }),
    systemd: isSystemdRunning(place.scope),
    ...(place.unitDir === undefined ? await unitState(place.scope) : {}),
  };
}

function unitFileOf({ scope, unitDir }: ServicePlace): string {
  const config = process.env["XDG_CONFIG_HOME"] ?? join(homedir(), ".config");
  const usual = scope === "system" ? "/etc/systemd/system" : join(config, "systemd/user");
  return join(unitDir ?? usual, UNIT_NAME);
}

function needRights({ scope, unitDir }: ServicePlace): void {
  if (process.platform !== "linux") {
    throw new NightjarError(
      "NJ_SERVICE_SYSTEM",
      "unimplemented",
      "services are made for systemd, which is on Linux only: start `nightjar start` by what this system has",
    );
  }
  if (scope === "user" || unitDir !== undefined || process.getuid?.() === 0) return;
  throw new NightjarError(
    "NJ_SERVICE_ROOT",
    "permission-denied",
    "a service of the system is made by root: put `sudo` before the command, or add --user for a service of your own",
  );
}

/** The text that is there, if any. Throws `NJ_SERVICE_FOREIGN_UNIT` (failed-precondition) unless it is ours or forced. */
async function readOwnUnit(unitFile: string, force: boolean): Promise<string | undefined> {
  const text = await readUnit(unitFile);
  if (text === undefined || force || isOwnUnit(text)) return text;
  throw new NightjarError(
    "NJ_SERVICE_FOREIGN_UNIT",
    "failed-precondition",
    `${unitFile} was not written by Nightjar: look at it first; --force does it all the same`,
    { unitFile },
  );
}

async function readUnit(unitFile: string): Promise<string | undefined> {
  try {
    // A link to /dev/null masks a unit: somebody's decision, like any text that is not ours.
    if ((await lstat(unitFile)).isSymbolicLink()) return "";
    return await readFile(unitFile, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw unitFileError(unitFile, "read", error);
  }
}

async function writeUnit(unitFile: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(unitFile), { recursive: true });
    await writeFileAtomically(unitFile, text, 0o644);
    // Whatever mask root has: a unit is no secret, and systemctl shows it to everybody.
    await chmod(unitFile, 0o644);
  } catch (error) {
    throw unitFileError(unitFile, "written", error);
  }
}

function unitFileError(unitFile: string, done: string, error: unknown): NightjarError {
  const reason = systemCode(error) ?? String(error);
  return new NightjarError(
    "NJ_SERVICE_UNIT_FILE",
    "failed-precondition",
    `${unitFile} cannot be ${done} (${reason})`,
    { unitFile },
    error,
  );
}

function systemctl(scope: Scope, words: string): string {
  return ["systemctl", ...systemctlArgs(scope, [words])].join(" ");
}

/** What `install` would have done with a running systemd and without `--unit-dir`. */
function byHand({ scope, unit: { dataDir }, unitDir }: InstallOptions, unitFile: string): string[] {
  const isBare = scope === "system" && unitDir !== undefined;
  return [
    ...(isBare ? [`useradd ${userAddArgs(SERVICE_USER, dataDir).map(shellWord).join(" ")}`] : []),
    ...(isBare && !isStateDirectory(dataDir)
      ? [`install -d -m 0700 -o ${SERVICE_USER} -g ${SERVICE_USER} ${shellWord(dataDir)}`]
      : []),
    ...(unitDir === undefined
      ? [systemctl(scope, "daemon-reload")]
      : [systemctl(scope, `link ${shellWord(unitFile)}`)]),
    systemctl(scope, "enable --now nightjar"),
  ];
}
