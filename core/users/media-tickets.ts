// Media tickets: what stands in the address of an <img> or <video>, which cannot send headers (A16). One camera, a few
// rights, one session, a minute to its first use and ten more of use (a player asks for ranges again and again).
import type { Clock } from "../clock.ts";
import type { MediaTicketsTable } from "../db/tables/media-tickets-table.ts";
import type { CameraRight } from "../domain/roles.ts";
import type { Principal } from "./principal.ts";
import { looksLikeToken, newToken, tokenHash } from "./tokens.ts";

export const TICKET_FIRST_USE_MS = 60_000;
export const TICKET_USE_MS = 10 * 60_000;

/** What a ticket may open. */
export interface TicketGrant {
  /** Of the session that made it, or of the API token. */
  readonly holderId: string;
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

  /** Makes a ticket, which lives no longer than the session or API token does. The caller has checked that it may do all this. */
  async issue(
    { sessionId, token }: Pick<Principal, "sessionId" | "token">,
    camera: string,
    rights: readonly CameraRight[],
  ): Promise<{ readonly ticket: string; readonly expiresAtMs: number }> {
    const now = this.#clock.wallMs();
    await this.#table.removeExpired(now);
    const ticket = newToken();
    const expiresAtMs = now + TICKET_FIRST_USE_MS;
    const holder = token === undefined ? { sessionId } : { apiTokenId: token.id };
    await this.#table.insert({ ticketHash: tokenHash(ticket), ...holder, camera, rights, expiresAtMs });
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
    return {
      holderId: row.sessionId ?? row.apiTokenId ?? "",
      camera: row.camera,
      rights: row.rights,
      expiresAtMs,
    };
  }
}
