// For whoever looks after the recorder: its log and what `doctor` finds. For administrators only; bounded answers.
import { Type } from "typebox";
import { LOG_LEVELS } from "../../log.ts";
import { runDoctor } from "../../system/doctor.ts";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { CheckSchema, TimeSchema } from "../wire-schemas.ts";

const closed = { additionalProperties: false } as const;
const MOST_LINES = 1_000;
const USUAL_LINES = 200;

const LogSchema = Type.Object({
  lines: Type.Array(
    Type.Object({
      time: TimeSchema,
      level: Type.Enum(LOG_LEVELS),
      process: Type.String(),
      message: Type.String(),
      fields: Type.Record(Type.String(), Type.Unknown()),
    }),
  ),
});

const ChecksSchema = Type.Object({
  checks: Type.Array(CheckSchema),
});

export function healthRoutes(services: HttpServices): Route[] {
  const look = sharedLook(async (signal) => {
    const status = await services.status.status();
    const running = { status, plugins: services.plugins.list() };
    return runDoctor({ dataDir: services.config.dataDir, running, signal });
  });
  return [
    route({
      method: "GET",
      path: "/api/v1/log",
      policy: needs("diagnostics.view"),
      summary: "The newest lines of the recorder's log, the oldest of them first.",
      query: Type.Object(
        {
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_LINES, default: USUAL_LINES })),
          level: Type.Optional(
            Type.Enum(LOG_LEVELS, { description: "Lines that matter less are left out.", default: "notice" }),
          ),
          process: Type.Optional(Type.String({ pattern: "^[a-z]{1,32}$" })),
          plugin: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 214,
              description: "A plugin's package name: the lines that are its own, or about it.",
            }),
          ),
        },
        closed,
      ),
      response: LogSchema,
      async handle({ query }) {
        const { limit = USUAL_LINES, level = "notice", process, plugin } = query;
        return { lines: await services.keptLog.read({ limit, level, process, plugin }) };
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/doctor",
      policy: needs("diagnostics.view"),
      summary:
        "What `nightjar doctor` finds around the recorder. Takes a few seconds; ends when nobody waits for it.",
      response: ChecksSchema,
      async handle({ signal }) {
        return { checks: await look(signal) };
      },
    }),
  ];
}

/**
 * A look takes seconds and starts programs: whoever asks meanwhile gets the same. It is given up when none of them waits any
 * more. The answer rejects with the reason of the signal that it is given.
 */
export function sharedLook<T>(
  look: (signal: AbortSignal) => Promise<T>,
): (signal: AbortSignal) => Promise<T> {
  let shared: { readonly found: Promise<T>; readonly end: AbortController; waiting: number } | undefined;
  return async (signal) => {
    signal.throwIfAborted();
    if (shared === undefined) {
      const end = new AbortController();
      const mine = { found: look(end.signal), end, waiting: 0 };
      shared = mine;
      const over = (): void => {
        if (shared === mine) shared = undefined;
      };
      mine.found.then(over, over);
    }
    const mine = shared;
    mine.waiting += 1;
    const gone = Promise.withResolvers<never>();
    const leave = (): void => {
      gone.reject(signal.reason);
      mine.waiting -= 1;
      if (mine.waiting > 0) return;
      // Whoever comes next begins anew.
      if (shared === mine) shared = undefined;
      mine.end.abort(signal.reason);
    };
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await Promise.race([mine.found, gone.promise]);
    } finally {
      signal.removeEventListener("abort", leave);
    }
  };
}
