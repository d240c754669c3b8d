// Reads the newest lines of all processes' logs, merged by time, for the page of the system. Bounded in bytes and lines
// whatever the files hold; anything that sounds like a secret is taken out once more, though the log holds none.
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { LOG_LEVELS, type LogLevel } from "../log.ts";
import { withoutSecrets } from "./diagnostics.ts";
import { LOGS_FOLDER } from "./kept-log.ts";

export interface LogLine {
  /** ISO 8601. */
  readonly time: string;
  readonly level: LogLevel;
  readonly process: string;
  readonly message: string;
  /** What it says besides. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface LogQuery {
  readonly limit: number;
  /** Lines of less are left out. */
  readonly level: LogLevel;
  readonly process?: string | undefined;
  /** A plugin's package name: its own lines, and those of the recorder that name it. */
  readonly plugin?: string | undefined;
}

/** Read of each file: the newest of it. */
const TAIL_BYTES = 512 * 1024;
const FILE_NAME = /^([a-z]{1,32})\.log(\.1)?$/;
const FILES_LIMIT = 16;
const MESSAGE_LIMIT = 2_000;
const FIELDS_LIMIT = 4_000;

/** The newest lines, the oldest of them first. Files that are not there hold none. */
export async function readLog(dataDir: string, query: LogQuery): Promise<LogLine[]> {
  const folder = join(dataDir, LOGS_FOLDER);
  const names = (await readdir(folder).catch(() => []))
    .filter((name) => {
      const process = FILE_NAME.exec(name)?.[1];
      return process !== undefined && (query.process === undefined || process === query.process);
    })
    .slice(0, FILES_LIMIT);
  const least = LOG_LEVELS.indexOf(query.level);
  const lines: LogLine[] = [];
  for (const name of names) {
    const text = await tailOf(join(folder, name));
    for (const line of text.split("\n")) {
      const parsed = lineOf(line, FILE_NAME.exec(name)?.[1] ?? "");
      if (parsed === undefined || LOG_LEVELS.indexOf(parsed.level) < least) continue;
      if (query.plugin === undefined || parsed.fields["plugin"] === query.plugin) lines.push(parsed);
    }
  }
  return lines.sort((a, b) => a.time.localeCompare(b.time)).slice(-query.limit);
}

async function tailOf(path: string): Promise<string> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return "";
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const text = buffer.toString("utf8", 0, bytesRead);
    // The first line is cut unless the file was read from its begin.
    return from === 0 ? text : text.slice(text.indexOf("\n") + 1);
  } finally {
    await file.close();
  }
}

function lineOf(text: string, ofProcess: string): LogLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { level, time, message, process, ...rest } = value as Record<string, unknown>;
  const known = LOG_LEVELS.find((one) => one === level);
  if (known === undefined || typeof time !== "string" || Number.isNaN(Date.parse(time))) return undefined;
  const fields = withoutSecrets(rest) as Record<string, unknown>;
  return {
    time,
    level: known,
    process: typeof process === "string" ? process.slice(0, 64) : ofProcess,
    message: String(withoutSecrets(String(message ?? ""))).slice(0, MESSAGE_LIMIT),
    fields:
      JSON.stringify(fields).length > FIELDS_LIMIT
        ? { cut: JSON.stringify(fields).slice(0, FIELDS_LIMIT) }
        : fields,
  };
}
