// `nightjar service install | uninstall | status | print`: Nightjar as a service of systemd. The unit's text and what
// belongs to it: core/system/service/.
import { constants, realpathSync } from "node:fs";
import { access } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigStore } from "../config/config-store.ts";
import { shellWord } from "../domain/shell-word.ts";
import { NightjarError } from "../errors.ts";
import { silentLog } from "../log.ts";
import {
  type InstallResult,
  installService,
  type ServiceStatus,
  serviceStatus,
  uninstallService,
} from "../system/service/install-service.ts";
import { SERVICE_DATA, systemdUnit, type UnitOptions } from "../system/service/systemd-unit.ts";
import { type CommandLine, EXIT, textFlag } from "./arguments.ts";
import { print, printJson } from "./output.ts";

const USAGE =
  "service print | install [--user] [--data DIR] [--volume DIR] [--unit-dir DIR] [--no-start] [--force] | uninstall | status";
const ENTRY = fileURLToPath(new URL("../main.ts", import.meta.url));

/** Throws `NJ_CLI_USAGE` (invalid-argument), and `NJ_SERVICE_…` for what keeps the service from being made. */
export async function service(line: CommandLine): Promise<number> {
  const [, action, ...more] = line.words;
  if (more.length > 0) throw new NightjarError("NJ_CLI_USAGE", "invalid-argument", USAGE);
  const force = line.flags["force"] === true;
  switch (action) {
    case "print": {
      const unit = systemdUnit(await unitOptions(line));
      if (line.json) printJson({ unit });
      else process.stdout.write(unit);
      return EXIT.ok;
    }
    case "install": {
      const start = line.flags["no-start"] !== true;
      const result = await installService({ ...place(line), unit: await unitOptions(line), force, start });
      if (line.json) printJson(result);
      else printInstalled(result);
      return EXIT.ok;
    }
    case "uninstall": {
      const result = await uninstallService({ ...place(line), force });
      if (line.json) printJson(result);
      else {
        print(`${result.stopped ? "Stopped the service and removed" : "Removed"} ${result.unitFile}`);
        if (result.dataDir !== undefined) print(`Recordings and settings stay in ${result.dataDir}`);
      }
      return EXIT.ok;
    }
    case "status": {
      const found = await serviceStatus(place(line));
      if (line.json) printJson(found);
      else printStatus(found);
      return found.active === "active" ? EXIT.ok : EXIT.unavailable;
    }
    default:
      throw new NightjarError("NJ_CLI_USAGE", "invalid-argument", USAGE);
  }
}

function place(line: CommandLine): { scope: "system" | "user"; unitDir?: string } {
  const unitDir = textFlag(line, "unit-dir");
  return {
    scope: line.flags["user"] === true ? "user" : "system",
    ...(unitDir === undefined ? {} : { unitDir: resolve(unitDir) }),
  };
}

async function unitOptions(line: CommandLine): Promise<UnitOptions> {
  const { scope } = place(line);
  // A service of the system has a place of its own; `./data` of a checkout or somebody's home is none.
  const chosen = textFlag(line, "data") ?? process.env["NIGHTJAR_DATA"];
  const dataDir = scope === "system" && chosen === undefined ? SERVICE_DATA : line.dataDir;
  const level = textFlag(line, "log-level");
  const entry = realpathSync(ENTRY);
  return {
    scope,
    node: realpathSync(process.execPath),
    entry,
    programFolder: programFolder(entry),
    dataDir,
    volumes: await volumesOf(line, dataDir),
    pluginPaths: paths(line, "plugin-path"),
    ...(level === undefined ? {} : { logLevel: level }),
  };
}

function paths(line: CommandLine, name: "plugin-path" | "volume"): string[] {
  return ((line.flags[name] ?? []) as readonly string[]).map((path) => resolve(path));
}

/** The folder with the program and its packages: all of `node_modules` if it lies in one, else the checkout. */
function programFolder(entry: string): string {
  const packages = `${sep}node_modules${sep}`;
  const at = entry.indexOf(packages);
  return at === -1 ? dirname(dirname(entry)) : entry.slice(0, at + packages.length - 1);
}

/** Volumes outside the data directory: those of the command line and of `config.json`. Throws what is wrong with that. */
async function volumesOf(line: CommandLine, dataDir: string): Promise<string[]> {
  const known = paths(line, "volume");
  if (await isReadable(join(dataDir, "config.json"))) {
    const store = await ConfigStore.open({ dataDir, log: silentLog, watch: false, readOnly: true });
    known.push(...store.get().storage.volumes.flatMap(({ path }) => (isAbsolute(path) ? [path] : [])));
    await store.close();
  }
  return [...new Set(known)].filter((path) => relative(dataDir, path).startsWith(".."));
}

/** False before the first start, and for those who do not own the data directory. */
async function isReadable(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}

function printInstalled({ unitFile, dataDir, userCreated, started, problems, next }: InstallResult): void {
  print(`Wrote ${unitFile}`);
  if (userCreated) print("Made the user nightjar, which it runs as");
  print(`Recordings and settings: ${dataDir}`);
  if (started) print("Started; it starts with the machine from now on");
  for (const problem of problems) print(`  ! ${problem}`);
  if (next.length > 0) print(`\nNext:\n${next.map((command) => `  ${command}`).join("\n")}`);
  print(`\nThe one-time code for the browser: nightjar user activation-code --data ${shellWord(dataDir)}`);
}

function printStatus(found: ServiceStatus): void {
  const written = { none: "is not there", nightjar: "is Nightjar's", foreign: "was not written by Nightjar" };
  print(`${found.unitFile} ${written[found.unit]}`);
  if (found.dataDir !== undefined) print(`Recordings and settings: ${found.dataDir}`);
  if (!found.systemd) print("systemd does not run here");
  if (found.active === undefined) return;
  const facts = [
    found.active,
    found.enabled ?? "",
    found.pid === undefined ? "" : `process ${found.pid}`,
    found.restarts === undefined || found.restarts === 0 ? "" : `${found.restarts} restarts`,
    found.result === undefined || found.result === "success" ? "" : `ended the last time by ${found.result}`,
  ];
  print(facts.filter((fact) => fact !== "").join(", "));
}
