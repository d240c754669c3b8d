// What a plugin's process writes to the recorder's log: so many lines a second, of bounded length, under the plugin's own
// name. The process counts as well, but its word cannot be relied on.
import type { Clock } from "../../clock.ts";
import { LOG_LEVELS, type Log, type LogFields, type LogLevel } from "../../log.ts";
import { LOG_LINES_PER_SECOND } from "./protocol.ts";

const MESSAGE_LIMIT = 2_000;
const FIELDS_LIMIT = 4_000;
/** Told by the recorder itself, of every line. */
const OURS = new Set(["level", "time", "message", "plugin", "dropped"]);

export interface PluginLog {
  /** Takes a line as the process sent it, whatever it is. */
  line(level: unknown, message: unknown, fields: unknown): void;
  /** True where one more may be written in this second; counts it. */
  takesOne(): boolean;
}

/** The bounded way into the log for one life of a plugin. */
export function pluginLog(log: Log, clock: Clock): PluginLog {
  let sinceMs = Number.NEGATIVE_INFINITY;
  let lines = 0;
  const takesOne = (): boolean => {
    const nowMs = clock.monotonicMs();
    if (nowMs - sinceMs >= 1_000) {
      const dropped = lines - LOG_LINES_PER_SECOND;
      if (dropped > 0) log.warn("a plugin logs too much", { dropped });
      sinceMs = nowMs;
      lines = 0;
    }
    lines += 1;
    return lines <= LOG_LINES_PER_SECOND;
  };
  return {
    takesOne,
    line(level, message, fields) {
      if (!LOG_LEVELS.includes(level as LogLevel) || !takesOne()) return;
      log[level as LogLevel](String(message).slice(0, MESSAGE_LIMIT), ownFields(fields));
    },
  };
}

function ownFields(fields: unknown): LogFields {
  if (typeof fields !== "object" || fields === null) return {};
  if (JSON.stringify(fields).length > FIELDS_LIMIT) return { fields: "too long to be logged" };
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !OURS.has(key)));
}
