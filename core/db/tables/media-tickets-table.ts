// Queries on the table `media_tickets`: short-lived rights on one camera for <img> and <video>.
import type { SqlWriter } from "../db.ts";

export interface MediaTicketRow {
  /** SHA-256 of the ticket, hex. */
  readonly ticketHash: string;
  /** Who made it: one of the two. */
  readonly sessionId?: string;
  readonly apiTokenId?: string;
  readonly camera: string;
  readonly rights: readonly string[];
  /** Moment after which it must not be used for the first time. */
  readonly expiresAtMs: number;
  readonly firstUsedAtMs: number | undefined;
}

export interface MediaTicketsTable {
  insert(ticket: Omit<MediaTicketRow, "firstUsedAtMs">): Promise<void>;
  find(ticketHash: string): Promise<MediaTicketRow | undefined>;
  /** Notes the first use and moves the expiry; false if it was used before or is gone. */
  use(ticketHash: string, atMs: number, expiresAtMs: number): Promise<boolean>;
  removeExpired(nowMs: number): Promise<void>;
}

type StoredTicket = Omit<MediaTicketRow, "rights" | "firstUsedAtMs" | "sessionId" | "apiTokenId"> & {
  readonly sessionId: string | null;
  readonly apiTokenId: string | null;
  readonly rights: string;
  readonly firstUsedAtMs: number | null;
};

/** `db`: the database, or the writer of a transaction. */
export function mediaTicketsTable(db: SqlWriter): MediaTicketsTable {
  return {
    async insert(ticket) {
      await db.run(
        `insert into media_tickets (ticket_hash, session_id, api_token_id, camera, rights, expires_at_ms)
         values (?, ?, ?, ?, ?, ?)`,
        [
          ticket.ticketHash,
          ticket.sessionId ?? null,
          ticket.apiTokenId ?? null,
          ticket.camera,
          JSON.stringify(ticket.rights),
          ticket.expiresAtMs,
        ],
      );
    },
    async find(ticketHash) {
      const row = await db.get<StoredTicket>(
        `select ticket_hash as ticketHash, session_id as sessionId, api_token_id as apiTokenId, camera, rights,
           expires_at_ms as expiresAtMs, first_used_at_ms as firstUsedAtMs
         from media_tickets where ticket_hash = ?`,
        [ticketHash],
      );
      if (row === undefined) return undefined;
      const { sessionId, apiTokenId, ...rest } = row;
      return {
        ...rest,
        ...(sessionId === null ? {} : { sessionId }),
        ...(apiTokenId === null ? {} : { apiTokenId }),
        rights: JSON.parse(row.rights) as string[],
        firstUsedAtMs: row.firstUsedAtMs ?? undefined,
      };
    },
    async use(ticketHash, atMs, expiresAtMs) {
      const { changes } = await db.run(
        `update media_tickets set first_used_at_ms = ?, expires_at_ms = ?
         where ticket_hash = ? and first_used_at_ms is null`,
        [atMs, expiresAtMs, ticketHash],
      );
      return changes === 1;
    },
    async removeExpired(nowMs) {
      await db.run("delete from media_tickets where expires_at_ms <= ?", [nowMs]);
    },
  };
}
