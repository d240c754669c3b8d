// For whoever looks after the recorder: its log and what `doctor` finds. For administrators only; bounded answers.
import { Type } from "typebox";
import { LOG_LEVELS } from "../../log.ts";
import { type Check, runDoctor } from "../../system/doctor.ts";
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
  /** A look takes seconds and starts programs: whoever asks meanwhile gets the same. */
  let looking: Promise<Check[]> | undefined;
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
      summary: "What `nightjar doctor` finds around the recorder. Takes a few seconds.",
      response: ChecksSchema,
      async handle() {
        looking ??= runDoctor({ dataDir: services.config.dataDir }).finally(() => {
          looking = undefined;
        });
        return { checks: await looking };
      },
    }),
  ];
}
