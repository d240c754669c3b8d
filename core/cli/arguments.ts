// Reads the command line: global options, the command's words, its own options. Nothing is guessed:
// an unknown option is refused by name.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { NightjarError } from "../errors.ts";
import { nearestWord } from "./nearest-word.ts";

/** Exit codes of the command line; scripts may rely on them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unavailable: 3, findings: 4 } as const;

export interface CommandLine {
  readonly words: readonly string[];
  readonly dataDir: string;
  /** The data directory was not chosen and lies in a checkout. */
  readonly dataInCheckout: boolean;
  readonly json: boolean;
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
}

/** Every option of every command: name → type. Kept in one table so that `--help` and parsing cannot disagree. */
export const OPTIONS = {
  data: {
    type: "string",
    help: "data directory (default: ./data in a checkout, else $XDG_DATA_HOME/nightjar)",
  },
  json: { type: "boolean", help: "machine-readable output" },
  help: { type: "boolean", help: "this list; behind a command, its own" },
  version: { type: "boolean", help: "version" },
  "plugin-path": {
    type: "string",
    multiple: true,
    help: "start: a plugin, or a folder of plugins, besides the bundled ones",
  },
  "log-level": { type: "string", help: "start: debug, info, notice, warn or error" },
  id: { type: "string", help: "camera add: its id (default: made from the name)" },
  name: { type: "string", help: "camera add: its name" },
  config: {
    type: "string",
    help: "camera add, probe: its driver's settings as JSON, in the place of URL",
  },
  driver: { type: "string", help: "camera add, probe: its driver (default: rtsp)" },
  "sub-url": { type: "string", help: "camera add: address of the sub-stream" },
  username: { type: "string", help: "camera add, probe: the camera's user" },
  "password-stdin": {
    type: "boolean",
    help: "camera add, probe, user create, user password, settings export, import: read the password from standard input",
  },
  mode: { type: "string", help: "camera add: continuous, manual or off" },
  streams: { type: "string", help: "camera add: record main, sub or both" },
  audio: { type: "boolean", help: "camera add: record the sound" },
  javascript: { type: "boolean", help: "plugin create: plain JavaScript instead of TypeScript" },
  footage: { type: "string", help: "camera remove: keep or remove its recordings" },
  admin: { type: "string", help: "user create: make an administrator of this name" },
  role: { type: "string", help: "user create, change: administrator, operator or viewer" },
  disable: { type: "boolean", help: "user change: nobody signs in with it until --enable" },
  enable: { type: "boolean", help: "user change: a disabled one signs in again" },
  account: { type: "string", help: "token create, list: whose API tokens" },
  rights: { type: "string", help: "token create: what it may do, as live,playback,events.view" },
  cameras: {
    type: "string",
    help: "user create, change: all, or ids of cameras, as gate,yard; token create: likewise (default: all that the account sees)",
  },
  expires: { type: "string", help: "token create: its end, as 90d, 2027-01-31 or never" },
  "allow-scripts": {
    type: "boolean",
    help: "plugin add, update: let install scripts run; they can do all that Nightjar can",
  },
  user: { type: "boolean", help: "service: one of your own, which needs no root" },
  volume: {
    type: "string",
    multiple: true,
    help: "service install, print: a folder outside the data directory that recordings go to",
  },
  "unit-dir": {
    type: "string",
    help: "service: write, look at or remove the unit in this folder, and touch nothing else",
  },
  "no-start": { type: "boolean", help: "service install: write everything, start nothing" },
  force: { type: "boolean", help: "service install, uninstall: also a unit that Nightjar did not write" },
  parts: {
    type: "string",
    help: "settings import: cameras,storage,plugins,accounts,general,network (default: all but network)",
  },
  "dry-run": { type: "boolean", help: "settings import, rollback: only say what would change" },
  repair: { type: "boolean", help: "fsck: mend what can be mended" },
  rebuild: { type: "boolean", help: "fsck: make the index anew from the files" },
  verify: { type: "boolean", help: "fsck: read all recordings and compare their checksums" },
} as const;

/** Parses `argv` (without node and script). Throws `NJ_CLI_USAGE` (invalid-argument). */
export function parseCommandLine(argv: readonly string[], environment: NodeJS.ProcessEnv): CommandLine {
  const options = Object.fromEntries(
    Object.entries(OPTIONS).map(([name, { type, ...rest }]) => [
      name,
      { type, ...("multiple" in rest ? { multiple: true } : {}) } as const,
    ]),
  );
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new NightjarError("NJ_CLI_USAGE", "invalid-argument", optionProblem(error));
  }
  const flags = parsed.values as CommandLine["flags"];
  const chosen = typeof flags["data"] === "string" ? flags["data"] : environment["NIGHTJAR_DATA"];
  // A process whose walls are narrow may not look where it runs from, and was told its directory.
  const checkout = chosen === undefined ? checkoutFolder() : undefined;
  const fallback = checkout === undefined ? userDataFolder(environment, homedir()) : join(checkout, "data");
  return {
    words: parsed.positionals,
    dataDir: resolve(chosen ?? fallback),
    dataInCheckout: checkout !== undefined,
    json: flags["json"] === true,
    flags,
  };
}

/** Where an installed Nightjar keeps what is its user's (XDG Base Directory Specification: a path that is not absolute counts as none). */
export function userDataFolder(
  environment: Readonly<Record<string, string | undefined>>,
  home: string,
): string {
  const named = environment["XDG_DATA_HOME"] ?? "";
  return join(isAbsolute(named) ? named : join(home, ".local", "share"), "nightjar");
}

/** What is wrong with an option, naming the one that was meant if there is one near. */
function optionProblem(error: unknown): string {
  // Node adds a hint on positional arguments that begin with dashes, which there are none of here.
  const reason = (error instanceof Error ? error.message : String(error)).split(". ", 1)[0] ?? "";
  const [, unknown] = /^Unknown option '--?([^']*)'/.exec(reason) ?? [];
  const near = unknown === undefined ? undefined : nearestWord(unknown, Object.keys(OPTIONS));
  const meant = near === undefined ? "" : ` Did you mean --${near}?`;
  return `${reason.replace(/\.$/, "")}.${meant} "nightjar --help" lists the options`;
}

/** The checkout's root if Nightjar runs from one. */
export function checkoutFolder(): string | undefined {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  return existsSync(join(root, ".git")) || existsSync(join(root, "scripts", "start.mjs")) ? root : undefined;
}

/** A flag that must be text. */
export function textFlag(line: CommandLine, name: keyof typeof OPTIONS): string | undefined {
  const value = line.flags[name];
  return typeof value === "string" ? value : undefined;
}
