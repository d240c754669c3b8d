// The logging interface that is injected everywhere, and its pino implementation.
// Level by two questions: who reads it (developer: debug, info; operator: notice and above), and how much
// is broken (one operation: warn; a feature: error). Security-relevant acts go to the audit log, not here.
import { type DestinationStream, type Logger, pino } from "pino";

export const LOG_LEVELS = ["debug", "info", "notice", "warn", "error"] as const;
/** How much a line of the log matters, the least first. */
export type LogLevel = (typeof LOG_LEVELS)[number];
/** What a line of the log carries besides its message. Never secrets. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A log that adds its own fields to every line. Messages carry no trailing period and no secrets. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  notice(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Log;
}

/** What is written: lines that matter less are left out. Shared by a log and all its children, and turned while they run. */
export class LogGate {
  #least: number;

  constructor(least: LogLevel) {
    this.#least = LOG_LEVELS.indexOf(least);
  }

  set(least: LogLevel): void {
    this.#least = LOG_LEVELS.indexOf(least);
  }

  passes(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= this.#least;
  }
}

const PINO_LEVELS = { debug: 20, info: 30, notice: 35, warn: 40, error: 50 } as const;

/** Makes a log that writes JSON lines to `destination` (standard error where none is given); `gate` can be turned later. */
export function createLog(
  options: { level?: LogLevel; gate?: LogGate; destination?: DestinationStream; fields?: LogFields } = {},
): Log {
  const logger = pino(
    {
      // Children of a pino logger keep the level that they were made with: the gate decides.
      level: "debug",
      customLevels: PINO_LEVELS,
      useOnlyCustomLevels: true,
      base: options.fields ?? {},
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: "message",
      formatters: { level: (label) => ({ level: label }) },
    },
    options.destination ?? pino.destination({ fd: 2, sync: true }),
  );
  const gate = options.gate ?? new LogGate(options.level ?? "info");
  return wrap(logger as unknown as Logger<LogLevel>, gate);
}

function wrap(logger: Logger<LogLevel>, gate: LogGate): Log {
  const write =
    (level: LogLevel) =>
    (message: string, fields?: LogFields): void => {
      if (gate.passes(level)) logger[level](fields ?? {}, message);
    };
  return {
    debug: write("debug"),
    info: write("info"),
    notice: write("notice"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => wrap(logger.child(fields) as unknown as Logger<LogLevel>, gate),
  };
}

/** A log that says nothing: for tests, whose output must stay readable. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  notice: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};
