// Sessions of signed-in people and programs: opened at log-in with a new token, found by it on each request, ended by
// log-out, by time, or by whatever changes the account. Ends are told at once, so that open sockets close (A6).
import type { Clock } from "../clock.ts";
import type { SessionRow, SessionsTable, SessionWithUser } from "../db/tables/sessions-table.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { CameraScopes } from "./camera-scopes.ts";
import type { ClientInfo, Principal } from "./principal.ts";
import { looksLikeToken, newPublicId, newToken, tokenHash } from "./tokens.ts";

/** How long sessions live, in milliseconds. Read anew for each session, so that settings apply at once. */
export interface SessionLimits {
  readonly idleMs: number;
  readonly absoluteMs: number;
}

export interface OpenedSession {
  /** The secret: goes to the client once and is stored nowhere. */
  readonly token: string;
  readonly sessionId: string;
  readonly expiresAtMs: number;
}

export type RevokedListener = (sessionIds: readonly string[]) => void;

/** A use is written down at most this often; between, idle time is judged by the last one written. */
const TOUCH_EVERY_MS = 60_000;
const SWEEP_EVERY_MS = 30_000;
/** One account may have this many sessions; the one longest unused goes first. */
const SESSIONS_PER_ACCOUNT = 50;

export class Sessions {
  readonly #table: SessionsTable;
  readonly #clock: Clock;
  readonly #limits: () => SessionLimits;
  readonly #scopes: CameraScopes;
  readonly #log: Log;
  readonly #listeners = new Set<RevokedListener>();
  readonly #sweeper: { cancel(): void };

  constructor(options: {
    readonly table: SessionsTable;
    readonly clock: Clock;
    readonly limits: () => SessionLimits;
    readonly scopes: CameraScopes;
    readonly log: Log;
  }) {
    this.#table = options.table;
    this.#clock = options.clock;
    this.#limits = options.limits;
    this.#scopes = options.scopes;
    this.#log = options.log;
    this.#sweeper = options.clock.every(SWEEP_EVERY_MS, () => {
      this.sweep().catch((error: unknown) => {
        this.#log.warn("expired sessions could not be removed", { reason: String(error) });
      });
    });
  }

  /** Opens a session for an account that has just proved itself. Always a new token (no fixation). */
  async open(userName: string, client: ClientInfo): Promise<OpenedSession> {
    const now = this.#clock.wallMs();
    const limits = this.#limits();
    const token = newToken();
    const session: SessionRow = {
      id: newPublicId(),
      tokenHash: tokenHash(token),
      userName,
      createdAtMs: now,
      lastSeenAtMs: now,
      expiresAtMs: now + Math.min(limits.idleMs, limits.absoluteMs),
      remoteAddress: client.address,
      userAgent: client.userAgent,
    };
    await this.#table.insert(session);
    await this.#trim(userName, session.id);
    return { token, sessionId: session.id, expiresAtMs: session.expiresAtMs };
  }

  /** Who a token stands for, or undefined. Counts as a use. */
  async authenticate(token: string): Promise<Principal | undefined> {
    if (!looksLikeToken(token)) return undefined;
    const now = this.#clock.wallMs();
    const session = await this.#table.findByTokenHash(tokenHash(token), now);
    if (session === undefined) return undefined;
    return this.#principal(session, await this.#touch(session, now));
  }

  /** Who a session stands for, if it is still alive; for media tickets. */
  async find(sessionId: string): Promise<Principal | undefined> {
    const session = await this.#table.findById(sessionId, this.#clock.wallMs());
    return session === undefined ? undefined : this.#principal(session, session.expiresAtMs);
  }

  /** Ends one session (log-out). */
  async end(sessionId: string): Promise<void> {
    if (await this.#table.remove(sessionId)) this.#tell([sessionId]);
  }

  /** Ends all sessions of an account, but for one if named (who changes the own password stays signed in). */
  async endOfUser(userName: string, exceptId?: string): Promise<void> {
    this.#tell(await this.#table.removeByUser(userName, exceptId));
  }

  /** Tells that sessions have ended which were removed together with their accounts, in one transaction. */
  haveEnded(sessionIds: readonly string[]): void {
    this.#tell(sessionIds);
  }

  /** Removes what has expired. */
  async sweep(): Promise<void> {
    this.#tell(await this.#table.removeExpired(this.#clock.wallMs()));
  }

  /** True if the account has a live session that was opened from this address. */
  async isKnownAddress(userName: string, address: string): Promise<boolean> {
    const now = this.#clock.wallMs();
    const sessions = await this.#table.listByUser(userName);
    return sessions.some((session) => session.expiresAtMs > now && session.remoteAddress === address);
  }

  /** Calls `listener` with the ids of sessions that ended, at once. Returns how to stop that. */
  onRevoked(listener: RevokedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#sweeper.cancel();
  }

  async #touch(session: SessionWithUser, now: number): Promise<number> {
    const limits = this.#limits();
    // A wall clock that stepped back must not lengthen a session: the sooner end holds.
    const end = Math.min(now + limits.idleMs, session.createdAtMs + limits.absoluteMs);
    if (end <= now) {
      await this.end(session.id);
      throw new NightjarError(
        "NJ_UNAUTHENTICATED",
        "unauthenticated",
        "the session has ended, sign in again",
      );
    }
    if (Math.abs(now - session.lastSeenAtMs) < TOUCH_EVERY_MS) return session.expiresAtMs;
    await this.#table.touch(session.id, now, end);
    return end;
  }

  /** Ends the oldest beyond the limit; never the newest, though many may be opened within a millisecond. */
  async #trim(userName: string, newestId: string): Promise<void> {
    const others = (await this.#table.listByUser(userName)).filter(({ id }) => id !== newestId);
    for (const session of others.slice(SESSIONS_PER_ACCOUNT - 1)) await this.end(session.id);
  }

  #principal(session: SessionWithUser, expiresAtMs: number): Principal {
    return {
      sessionId: session.id,
      userName: session.userName,
      role: session.role,
      cameras: session.role === "administrator" ? "all" : this.#scopes.of(session.userName),
      expiresAtMs,
    };
  }

  #tell(ids: readonly string[]): void {
    if (ids.length === 0) return;
    for (const listener of this.#listeners) {
      try {
        listener(ids);
      } catch (error) {
        this.#log.error("a listener failed when sessions ended", { reason: String(error) });
      }
    }
  }
}
