// Media tickets: what stands in the address of an <img> or <video>, which cannot send headers (A16). One camera, a few
// rights, one session, a minute to its first use and ten more of use (a player asks for ranges again and again).
import type { Clock } from "../clock.ts";
import type { MediaTicketsTable } from "../db/tables/media-tickets-table.ts";
import type { CameraRight } from "../domain/roles.ts";
import { looksLikeToken, newToken, tokenHash } from "./tokens.ts";

export const TICKET_FIRST_USE_MS = 60_000;
export const TICKET_USE_MS = 10 * 60_000;

/** What a ticket may open. */
export interface TicketGrant {
  readonly sessionId: string;
  readonly camera: string;
  readonly rights: readonly string[];
  readonly expiresAtMs: number;
}

export class MediaTickets {
  readonly #table: MediaTicketsTable;
  readonly #clock: Clock;

  constructor(table: MediaTicketsTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /** Makes a ticket. The caller has checked that the session may do all this. */
  async issue(
    sessionId: string,
    camera: string,
    rights: readonly CameraRight[],
  ): Promise<{ readonly ticket: string; readonly expiresAtMs: number }> {
    const now = this.#clock.wallMs();
    await this.#table.removeExpired(now);
    const ticket = newToken();
    const expiresAtMs = now + TICKET_FIRST_USE_MS;
    await this.#table.insert({ ticketHash: tokenHash(ticket), sessionId, camera, rights, expiresAtMs });
    return { ticket, expiresAtMs };
  }

  /** What a ticket opens, or undefined if it is none, too old, or its session is gone. Counts as a use. */
  async redeem(ticket: string): Promise<TicketGrant | undefined> {
    if (!looksLikeToken(ticket)) return undefined;
    const hash = tokenHash(ticket);
    const now = this.#clock.wallMs();
    const row = await this.#table.find(hash);
    if (row === undefined || row.expiresAtMs <= now) return undefined;
    let expiresAtMs = row.expiresAtMs;
    if (row.firstUsedAtMs === undefined) {
      expiresAtMs = now + TICKET_USE_MS;
      await this.#table.use(hash, now, expiresAtMs);
    }
    return { sessionId: row.sessionId, camera: row.camera, rights: row.rights, expiresAtMs };
  }
}
