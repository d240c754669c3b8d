// The audit log: acts that matter to security, found by who, what and when, and the proof that nobody changed them.
import { Type } from "typebox";
import { answer, needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { momentMs } from "../time-range.ts";
import { TimeSchema } from "../wire-schemas.ts";

const closed = { additionalProperties: false } as const;
const EntrySchema = Type.Object({
  number: Type.Integer({ description: "Rises by one with each entry." }),
  at: TimeSchema,
  userName: Type.String({ description: "Empty for the recorder itself, or a stranger." }),
  remoteAddress: Type.String({ description: "Empty for the command line." }),
  action: Type.String(),
  camera: Type.Optional(Type.String()),
  detail: Type.Record(Type.String(), Type.Unknown(), {
    description: "Facts without secrets. `token` and `tokenId` where a program acted with an API token.",
  }),
  hash: Type.String({ description: "SHA-256 over this entry and the hash of the one before." }),
});

export function auditRoutes(services: HttpServices): Route[] {
  const { audit } = services.users;
  return [
    route({
      method: "GET",
      path: "/api/v1/audit",
      policy: needs("audit.view"),
      summary: "Acts that matter to security, newest first.",
      query: Type.Object(
        {
          user: Type.Optional(Type.String({ maxLength: 64 })),
          actions: Type.Optional(
            Type.String({
              maxLength: 2_000,
              pattern: "^[a-z0-9-]+(?:,[a-z0-9-]+){0,49}$",
              description: "Actions, separated by commas.",
            }),
          ),
          start: Type.Optional(TimeSchema),
          end: Type.Optional(TimeSchema),
          before: Type.Optional(
            Type.Integer({ minimum: 1, description: "Entries with smaller numbers: the next page." }),
          ),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
        },
        closed,
      ),
      response: Type.Object({ entries: Type.Array(EntrySchema) }),
      async handle({ query }) {
        const entries = await audit.list({
          limit: query.limit ?? 100,
          ...(query.before === undefined ? {} : { before: query.before }),
          ...(query.user === undefined ? {} : { userName: query.user }),
          ...(query.actions === undefined ? {} : { actions: query.actions.split(",") }),
          ...(query.start === undefined ? {} : { fromMs: momentMs(query.start, "/start") }),
          ...(query.end === undefined ? {} : { toMs: momentMs(query.end, "/end") }),
        });
        return {
          entries: entries.map(({ atMs, ...entry }) => ({ ...entry, at: new Date(atMs).toISOString() })),
        };
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/audit/verify",
      policy: needs("audit.view"),
      summary: "Walks the chain of the audit log and says whether somebody tampered with it.",
      response: Type.Object({ intact: Type.Boolean(), firstBroken: Type.Optional(Type.Integer()) }),
      async handle() {
        const firstBroken = await audit.verify();
        return answer(200, firstBroken === undefined ? { intact: true } : { intact: false, firstBroken });
      },
    }),
  ];
}
