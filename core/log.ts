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

const PINO_LEVELS = { debug: 20, info: 30, notice: 35, warn: 40, error: 50 } as const;

/** Makes a log that writes JSON lines to `destination` (standard error where none is given). */
export function createLog(
  options: { level?: LogLevel; destination?: DestinationStream; fields?: LogFields } = {},
): Log {
  const logger = pino(
    {
      level: options.level ?? "info",
      customLevels: PINO_LEVELS,
      useOnlyCustomLevels: true,
      base: options.fields ?? {},
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: "message",
      formatters: { level: (label) => ({ level: label }) },
    },
    options.destination ?? pino.destination({ fd: 2, sync: true }),
  );
  return wrap(logger as unknown as Logger<keyof typeof PINO_LEVELS>);
}

function wrap(logger: Logger<keyof typeof PINO_LEVELS>): Log {
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    notice: (message, fields) => logger.notice(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
    child: (fields) => wrap(logger.child(fields) as unknown as Logger<keyof typeof PINO_LEVELS>),
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
