// What a plugin's process writes to the recorder's log: so many lines a second, of bounded length, under the plugin's own
// name. The process counts as well, but its word cannot be relied on.
import type { Clock } from "../../clock.ts";
import { LOG_LEVELS, type Log, type LogFields, type LogLevel } from "../../log.ts";

const LINES_PER_SECOND = 60;
const MESSAGE_LIMIT = 2_000;
const FIELDS_LIMIT = 4_000;
/** Told by the recorder itself, of every line. */
const OURS = new Set(["level", "time", "message", "plugin", "dropped"]);

/** Takes lines as the process sent them, whatever they are. */
export function pluginLog(
  log: Log,
  clock: Clock,
): (level: unknown, message: unknown, fields: unknown) => void {
  let sinceMs = Number.NEGATIVE_INFINITY;
  let lines = 0;
  return (level, message, fields) => {
    if (!LOG_LEVELS.includes(level as LogLevel)) return;
    const nowMs = clock.monotonicMs();
    if (nowMs - sinceMs >= 1_000) {
      if (lines > LINES_PER_SECOND) log.warn("a plugin logs too much", { dropped: lines - LINES_PER_SECOND });
      sinceMs = nowMs;
      lines = 0;
    }
    lines += 1;
    if (lines > LINES_PER_SECOND) return;
    log[level as LogLevel](String(message).slice(0, MESSAGE_LIMIT), ownFields(fields));
  };
}

function ownFields(fields: unknown): LogFields {
  if (typeof fields !== "object" || fields === null) return {};
  if (JSON.stringify(fields).length > FIELDS_LIMIT) return { fields: "too long to be logged" };
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !OURS.has(key)));
}
