// The audit log: acts that matter to security, found by who, what and when, and the proof that nobody changed them.
import { setTimeout as delay } from "node:timers/promises";
import { Type } from "typebox";
import type { AuditQuery } from "../../db/tables/audit-table.ts";
import { AUDIT_EXPORT_LIMIT, auditFile } from "../audit-export.ts";
import { ListFormatSchema, listFile } from "../list-file.ts";
import { answer, needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { momentMs } from "../time-range.ts";
import { TimeSchema } from "../wire-schemas.ts";

const closed = { additionalProperties: false } as const;
/** What is looked for. */
const WANTED = {
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
};
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

const CheckSchema = Type.Object({
  intact: Type.Optional(
    Type.Boolean({ description: "Missing while the check goes on, and before the first." }),
  ),
  firstBroken: Type.Optional(Type.Integer({ description: "Number of the first entry that does not fit." })),
  checked: Type.Integer(),
  total: Type.Integer(),
});
/** Within it, most chains are walked; whoever asks would wait longer in vain. */
const CHECK_WAIT_MS = 5_000;

export function auditRoutes(services: HttpServices): Route[] {
  const { audit, auditUpkeep } = services.users;
  return [
    route({
      method: "GET",
      path: "/api/v1/audit",
      policy: needs("audit.view"),
      summary: "Acts that matter to security, newest first.",
      query: Type.Object(
        { ...WANTED, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })) },
        closed,
      ),
      response: Type.Object({ entries: Type.Array(EntrySchema) }),
      async handle({ query }) {
        const entries = await audit.list({ limit: query.limit ?? 100, ...wantedOf(query) });
        return {
          entries: entries.map(({ atMs, ...entry }) => ({ ...entry, at: new Date(atMs).toISOString() })),
        };
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/audit/export",
      policy: needs("audit.view"),
      summary: `The same as a file, newest first: CSV, or a JSON object a line. At most ${AUDIT_EXPORT_LIMIT} entries; the next ones with \`before\`.`,
      query: Type.Object({ ...WANTED, format: Type.Optional(ListFormatSchema) }, closed),
      contentType: "text/csv",
      response: Type.String({ description: "`application/jsonl` where that was asked for." }),
      handle({ query, audit: record }) {
        const format = query.format ?? "csv";
        const file = auditFile((wanted) => audit.list(wanted), wantedOf(query), format);
        record("audit-exported", { type: format });
        return listFile("audit", format, file);
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/audit/verify",
      policy: needs("audit.view"),
      summary:
        "Walks the chain of the audit log and says whether somebody tampered with it. A long one is walked on in the background: ask with GET. One walk is shared by all who ask.",
      response: CheckSchema,
      async handle({ signal }) {
        const waited = new AbortController();
        const time = delay(CHECK_WAIT_MS, undefined, { signal: AbortSignal.any([signal, waited.signal]) });
        try {
          return answer(200, (await Promise.race([auditUpkeep.check(), time])) ?? auditUpkeep.checkState());
        } finally {
          waited.abort();
          await time.catch(() => undefined);
        }
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/audit/verify",
      policy: needs("audit.view"),
      summary: "Where the check of the audit log's chain stands, or how the last one ended.",
      response: CheckSchema,
      handle: () => auditUpkeep.checkState(),
    }),
  ];
}

function wantedOf(query: {
  readonly user?: string;
  readonly actions?: string;
  readonly start?: string;
  readonly end?: string;
  readonly before?: number;
}): Omit<AuditQuery, "limit"> {
  return {
    ...(query.before === undefined ? {} : { before: query.before }),
    ...(query.user === undefined ? {} : { userName: query.user }),
    ...(query.actions === undefined ? {} : { actions: query.actions.split(",") }),
    ...(query.start === undefined ? {} : { fromMs: momentMs(query.start, "/start") }),
    ...(query.end === undefined ? {} : { toMs: momentMs(query.end, "/end") }),
  };
}
