// The text of the systemd unit that runs Nightjar: what it may reach, how it ends, who goes first when the machine is
// short. Pure text from facts; install-service.ts writes it. Settings: systemd.exec(5), systemd.service(5). Only those
// that systemd 247 and later know.

import { DELEGATED_VARIABLE } from "../../plugin/isolated/control-groups.ts";
import { LONGEST_STOP_MS } from "../../supervisor/process-contract.ts";
import { unitCommand, unitWord } from "./unit-words.ts";

/** Begins every unit that Nightjar wrote; one that begins otherwise is somebody's own and left alone. */
export const UNIT_MARK = "# Written by `nightjar service`";
export const UNIT_NAME = "nightjar.service";
export const SERVICE_USER = "nightjar";
/** The data directory of a system's service unless another is chosen. */
export const SERVICE_DATA = "/var/lib/nightjar";
const DATA_LINE = "# Data directory: ";
/** The command line's exit code for wrong usage: arguments do not get better by trying again. */
const USAGE_EXIT = 2;

export interface UnitOptions {
  /** `system`: for the machine, as a user of its own. `user`: for the one who types, in their own manager. */
  readonly scope: "system" | "user";
  /** Absolute path of the Node that runs it. */
  readonly node: string;
  /** Absolute path of the command line's entry file. */
  readonly entry: string;
  /** Folder that holds the program and all packages that it imports. */
  readonly programFolder: string;
  /** Absolute path. */
  readonly dataDir: string;
  /** Folders outside the data directory that recordings go to; absolute paths. */
  readonly volumes: readonly string[];
  /** Folders of plugins besides the bundled ones; absolute paths. */
  readonly pluginPaths: readonly string[];
  readonly logLevel?: string;
}

/** Where homes are. A service sees none of them, but for what it was given by name. */
const HOMES = ["/home", "/root", "/run/user"];
const TEMPORARY = ["/tmp", "/var/tmp"];

/** The whole text. Throws `NJ_SERVICE_PATH` (invalid-argument) for a path that no unit can name. */
export function systemdUnit(options: UnitOptions): string {
  const { scope, dataDir } = options;
  const isSystem = scope === "system";
  const lines = [
    `${UNIT_MARK}. Changes of your own: \`systemctl ${isSystem ? "" : "--user "}edit nightjar\`.`,
    `${DATA_LINE}${dataDir}`,
    "",
    "[Unit]",
    "Description=Nightjar network video recorder",
    // A user's manager knows neither the network nor the clock.
    ...(isSystem ? ["After=network.target time-set.target", `RequiresMountsFor=${unitWord(dataDir)}`] : []),
    "# A recorder that stands still records nothing: it is started again for as long as it takes, and soon: every second counts.",
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    "Type=exec",
    `ExecStart=${startCommand(options)}`,
    "SyslogIdentifier=nightjar",
    "Restart=on-failure",
    "RestartSec=250ms",
    `RestartPreventExitStatus=${USAGE_EXIT}`,
    "# The supervisor ends its processes in order, so that recordings are closed and indexed; twice its longest time.",
    "KillMode=mixed",
    `TimeoutStopSec=${Math.ceil((2 * LONGEST_STOP_MS) / 1_000)}s`,
    "# A plugin that ate all memory ends alone.",
    "OOMPolicy=continue",
    "# Each plugin of others has a control group of its own below this one, which the recorder divides.",
    "Delegate=cpu memory pids",
    `Environment=${DELEGATED_VARIABLE}=delegated`,
    "LimitNOFILE=65536",
    "UMask=0077",
    ...(isSystem ? [...identity(dataDir), ...precedence(), ...systemWalls(options)] : []),
    ...walls(),
    "",
    "[Install]",
    `WantedBy=${isSystem ? "multi-user.target" : "default.target"}`,
    "",
  ];
  return lines.join("\n");
}

/** True for a unit that Nightjar wrote. */
export function isOwnUnit(text: string): boolean {
  return text.startsWith(UNIT_MARK);
}

/** The data directory that a unit of ours names. */
export function dataDirOfUnit(text: string): string | undefined {
  return text
    .split("\n")
    .find((line) => line.startsWith(DATA_LINE))
    ?.slice(DATA_LINE.length);
}

/** True if systemd makes the data directory and sees to its owner (`StateDirectory=`). */
export function isStateDirectory(dataDir: string): boolean {
  return /^\/var\/lib\/[\w@.-]+$/.test(dataDir) && !/\/\.{1,2}$/.test(dataDir);
}

function startCommand({ node, entry, dataDir, pluginPaths, logLevel }: UnitOptions): string {
  return unitCommand(node, [
    "--disable-warning=ExperimentalWarning",
    entry,
    "start",
    "--data",
    dataDir,
    ...(logLevel === undefined ? [] : ["--log-level", logLevel]),
    ...pluginPaths.flatMap((path) => ["--plugin-path", path]),
  ]);
}

function identity(dataDir: string): string[] {
  return [
    "",
    `User=${SERVICE_USER}`,
    `Group=${SERVICE_USER}`,
    ...(isStateDirectory(dataDir)
      ? [`StateDirectory=${dataDir.slice("/var/lib/".length)}`, "StateDirectoryMode=0700"]
      : []),
  ];
}

function precedence(): string[] {
  return [
    "",
    "# Recording goes first. The rest of Nightjar steps back behind it by its own `nice`; the kernel derives each",
    "# process's turn at the disk from that, which is why no IOSchedulingPriority= is set for all of them.",
    "Nice=-5",
    "CPUWeight=400",
    "IOWeight=400",
    "OOMScoreAdjust=-500",
  ];
}

/** Walls that need a mount namespace, which only the system's manager can always make. */
function systemWalls(options: UnitOptions): string[] {
  const { node, entry, programFolder, dataDir, volumes, pluginPaths } = options;
  const writes = [dataDir, ...volumes];
  const reads = [programFolder, folderOf(node), folderOf(entry), ...pluginPaths];
  const boundWrites = outermost(writes.filter(isHidden));
  const boundReads = outermost(reads.filter(isHidden)).filter(
    (path) => !boundWrites.some((place) => isWithin(path, place)),
  );
  const plainWrites = writes.filter(
    (path) => !isHidden(path) && !(path === dataDir && isStateDirectory(path)),
  );
  const usesHome = [...writes, ...reads].some((path) => isWithinOneOf(path, HOMES));
  return [
    "",
    "# Files: its own, and those of its volumes. A volume that is added later: `nightjar service install` again.",
    "ProtectSystem=strict",
    ...plainWrites.map((path) => `ReadWritePaths=${path === dataDir ? "" : "-"}${unitWord(path)}`),
    `ProtectHome=${usesHome ? "tmpfs" : "yes"}`,
    "PrivateTmp=yes",
    ...boundReads.map((path) => `BindReadOnlyPaths=${unitWord(path)}`),
    ...boundWrites.map((path) => `BindPaths=${path === dataDir ? "" : "-"}${unitWord(path)}`),
    "# Recordings go through file systems, never to a device itself.",
    "PrivateDevices=yes",
    "ProtectProc=invisible",
    "ProtectClock=yes",
    "ProtectHostname=yes",
    "ProtectControlGroups=yes",
    "# But for its own, which it divides among plugins. Somewhere else than in system.slice it is not found, and the recorder",
    "# watches over plugins itself.",
    "ReadWritePaths=-/sys/fs/cgroup/system.slice/%n",
    "ProtectKernelModules=yes",
    "CapabilityBoundingSet=",
    "RemoveIPC=yes",
    "# Left out on purpose, because each would take the inner walls away: plugins of others and ffmpeg run in namespaces",
    "# of their own (bubblewrap). That needs RestrictNamespaces= off, and a /proc without anything mounted over its files,",
    "# which ProtectKernelTunables= and ProtectKernelLogs= do: the kernel then refuses a new /proc within.",
  ];
}

/** Walls by system call: for every unit. */
function walls(): string[] {
  return [
    "",
    "NoNewPrivileges=yes",
    "LockPersonality=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "# Cameras and browsers; the recorder's own sockets; netlink tells the machine's addresses and starts loopback in a",
    "# namespace.",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    "SystemCallArchitectures=native",
    "# @mount is for bubblewrap, inside its own namespace: nothing here has the right to mount outside one. @pkey is for V8.",
    "SystemCallFilter=@system-service @mount @pkey",
    "SystemCallErrorNumber=EPERM",
    "# MemoryDenyWriteExecute= stays off: V8 compiles JavaScript to machine code while it runs, and would not start.",
  ];
}

/** True for what a service does not see unless its unit binds it by name. */
export function isHidden(path: string): boolean {
  return isWithinOneOf(path, [...HOMES, ...TEMPORARY]);
}

function isWithinOneOf(path: string, places: readonly string[]): boolean {
  return places.some((place) => isWithin(path, place));
}

/** True if the path is the place or lies below it. */
export function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/")) || "/";
}

/** Without doubles and without those that lie in another one. */
function outermost(paths: readonly string[]): string[] {
  return [...new Set(paths)].filter(
    (path) => !paths.some((other) => other !== path && isWithin(path, other)),
  );
}
