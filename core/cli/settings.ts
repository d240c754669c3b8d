// `nightjar settings export [FILE] | import FILE | rollback`, on a running recorder or one that stands still. Passwords come on
// standard input.
import { open, readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { NightjarError, systemCode } from "../errors.ts";
import { SETTINGS_UPLOAD_LIMIT_BYTES } from "../gateway/protocol.ts";
import type { SettingsPart } from "../settings/settings-parts.ts";
import { type CommandLine, EXIT, textFlag } from "./arguments.ts";
import { print, printJson, printTable, readSecretFromStdin } from "./output.ts";
import { withSettings } from "./settings-calls.ts";

const USAGE =
  "settings export [FILE] [--password-stdin] | import FILE [--password-stdin] [--parts LIST] [--dry-run] | rollback [--dry-run]";

interface Outcome {
  readonly differences: readonly {
    readonly path: string;
    readonly kind: string;
    readonly secret?: true;
    readonly before?: string;
    readonly after?: string;
  }[];
  readonly more: number;
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
  readonly notes: readonly string[];
}

export async function settings(line: CommandLine): Promise<number> {
  const [, action, file] = line.words;
  switch (action) {
    case "export":
      return exportSettings(line, file);
    case "import":
      if (file === undefined) break;
      return importSettings(line, file);
    case "rollback":
      return rollback(line);
  }
  throw new NightjarError("NJ_CLI_USAGE", "invalid-argument", USAGE);
}

async function exportSettings(line: CommandLine, wanted: string | undefined): Promise<number> {
  const password = await passwordOf(line);
  return withSettings(line.dataDir, async (calls) => {
    const { name, file } = await calls.exportSettings(password === undefined ? {} : { password });
    const path = resolve(wanted ?? name);
    const bytes = Buffer.from(file, "base64");
    await writeNew(path, bytes);
    if (line.json) printJson({ file: path, sealed: password !== undefined, sizeBytes: bytes.length });
    else if (password !== undefined) print(`Wrote ${path}, sealed: without its password nobody can open it`);
    else
      print(`Wrote ${path}, without secrets and accounts: for those give a password with --password-stdin`);
    return EXIT.ok;
  });
}

async function importSettings(line: CommandLine, path: string): Promise<number> {
  const bytes = await readSettingsFile(path);
  const password = await passwordOf(line);
  const parts = textFlag(line, "parts")
    ?.split(",")
    .map((part) => part.trim()) as readonly SettingsPart[] | undefined;
  const dryRun = line.flags["dry-run"] === true;
  return withSettings(
    line.dataDir,
    async (calls) => {
      const outcome = await calls.importSettings({
        file: bytes.toString("base64"),
        ...(password === undefined ? {} : { password }),
        ...(parts === undefined ? {} : { parts }),
        dryRun,
      });
      return tell(line, outcome, dryRun, "Imported. `nightjar settings rollback` takes it back");
    },
    true,
  );
}

async function rollback(line: CommandLine): Promise<number> {
  return withSettings(line.dataDir, async (calls) => {
    if (line.flags["dry-run"] !== true) {
      const outcome = await calls.rollbackSettings({});
      return tell(line, outcome, false, "The last import is taken back");
    }
    const { undo } = await calls.lastSettingsImport({});
    if (undo !== undefined) return tell(line, undo, true, "");
    if (line.json) printJson(null);
    else print("No import of settings is left to be taken back");
    return EXIT.ok;
  });
}

/** Exit code 4 where something stays as it is that the file wants otherwise. */
function tell(line: CommandLine, outcome: Outcome, dryRun: boolean, done: string): number {
  const code = outcome.refused.length > 0 ? EXIT.findings : EXIT.ok;
  if (line.json) {
    printJson({ dryRun, ...outcome });
    return code;
  }
  printTable(
    outcome.differences.map(({ path, kind, secret, before, after }) => [
      kind,
      path,
      secret === true ? "(secret)" : [before, after].filter((value) => value !== undefined).join(" → "),
    ]),
  );
  if (outcome.more > 0) print(`and ${outcome.more} more`);
  for (const { path, reason } of outcome.refused) print(`Stays as it is: ${path} ${reason}`);
  for (const note of outcome.notes) print(note);
  if (!dryRun) print(done);
  else if (outcome.differences.length === 0) print("Nothing would change");
  else print("Nothing was changed: this was a dry run");
  return code;
}

async function passwordOf(line: CommandLine): Promise<string | undefined> {
  return line.flags["password-stdin"] === true ? readSecretFromStdin() : undefined;
}

/** Never over a file that is there, and for nobody else to read. */
async function writeNew(path: string, bytes: Buffer): Promise<void> {
  try {
    const handle = await open(path, "wx", 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const isThere = systemCode(error) === "EEXIST";
    throw new NightjarError(
      "NJ_CLI_FILE",
      "failed-precondition",
      isThere
        ? `${path} is there already: name another file`
        : `${path} cannot be written (${systemCode(error)})`,
      { path },
      error,
    );
  }
}

async function readSettingsFile(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size <= SETTINGS_UPLOAD_LIMIT_BYTES) return await readFile(path);
  } catch (error) {
    throw new NightjarError(
      "NJ_CLI_FILE",
      "failed-precondition",
      `${path} cannot be read (${systemCode(error)})`,
      { path },
      error,
    );
  }
  throw new NightjarError(
    "NJ_CLI_FILE",
    "failed-precondition",
    `${path} is larger than ${SETTINGS_UPLOAD_LIMIT_BYTES} bytes: it is no settings file`,
    { path },
  );
}
