// Sessions of signed-in people and programs: opened at log-in with a new token, found by it on each request, ended by
// log-out, by time, or by whatever changes the account. Ends are told at once, so that open sockets close (A6).
import type { Clock } from "../clock.ts";
import { CoreHook } from "../core-hook.ts";
import type { SessionRow, SessionsTable, SessionWithUser } from "../db/tables/sessions-table.ts";
import { networkOf } from "../domain/client-network.ts";
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
  /** The account's own name, which may be typed in other letters. */
  readonly userName: string;
  /** The secret: goes to the client once and is stored nowhere. */
  readonly token: string;
  readonly sessionId: string;
  readonly expiresAtMs: number;
}

/**
 * Why something ended: `idle` and `over` by time, `ended` by somebody. `changed`: nothing has ended, but all that is open
 * must be judged anew, because the account may do less now.
 */
export type EndReason = "ended" | "idle" | "over" | "changed";

/** Ids of sessions and of API tokens alike. */
export type RevokedListener = (ids: readonly string[], reason: EndReason) => void;

/** A session as its owner sees it. */
export interface SessionFacts {
  readonly id: string;
  readonly createdAtMs: number;
  readonly lastSeenAtMs: number;
  readonly expiresAtMs: number;
  /** Where it was opened from. */
  readonly address: string;
  readonly userAgent: string;
}

/** So many sessions whose time has run out are remembered. */
const RAN_OUT_AT_MOST = 256;
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
  readonly #revoked: CoreHook<Parameters<RevokedListener>>;
  readonly #sweeper: { cancel(): void };
  /** Why those ended whose time has just run out, by what is kept of their tokens: a page that asks for several things learns it each time. */
  readonly #ranOut = new Map<string, "idle" | "over">();

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
    this.#revoked = new CoreHook("sessions revoked", ["ids", "reason"], options.log);
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
    return { userName, token, sessionId: session.id, expiresAtMs: session.expiresAtMs };
  }

  /**
   * Who a token stands for, or undefined. Counts as a use unless `counts` is false: what a page asks by itself must not
   * keep a session alive that nobody uses. Throws `NJ_UNAUTHENTICATED` when its time has just run out, with the case `idle` or `over`.
   */
  async authenticate(token: string, counts = true): Promise<Principal | undefined> {
    if (!looksLikeToken(token)) return undefined;
    const now = this.#clock.wallMs();
    // Of any time: whose has run out is told so.
    const session = await this.#table.findByTokenHash(tokenHash(token), 0);
    if (session === undefined) {
      const reason = this.#ranOut.get(tokenHash(token));
      if (reason !== undefined) throw timeOver(reason);
      return undefined;
    }
    const end = await this.#endOfTime(session, now);
    return this.#principal(session, counts ? await this.#touch(session, now, end) : end);
  }

  /** Who a session stands for, if it is still alive; for media tickets. */
  async find(sessionId: string): Promise<Principal | undefined> {
    const session = await this.#table.findById(sessionId, this.#clock.wallMs());
    return session === undefined ? undefined : this.#principal(session, session.expiresAtMs);
  }

  /** The live sessions of an account, the one used last first. */
  async listOf(userName: string): Promise<SessionFacts[]> {
    const now = this.#clock.wallMs();
    return (await this.#table.listByUser(userName))
      .map((session) => ({
        id: session.id,
        createdAtMs: session.createdAtMs,
        lastSeenAtMs: session.lastSeenAtMs,
        expiresAtMs: this.#endBy(session),
        address: session.remoteAddress,
        userAgent: session.userAgent,
      }))
      .filter((session) => session.expiresAtMs > now);
  }

  /** Ends one session (log-out). */
  async end(sessionId: string): Promise<void> {
    if (await this.#table.remove(sessionId)) this.#tell([sessionId]);
  }

  /** Ends a session of that account. Throws `NJ_SESSION_NOT_FOUND`. */
  async endOwned(sessionId: string, userName: string): Promise<void> {
    const sessions = await this.#table.listByUser(userName);
    if (!sessions.some(({ id }) => id === sessionId) || !(await this.#table.remove(sessionId))) {
      throw new NightjarError(
        "NJ_SESSION_NOT_FOUND",
        "not-found",
        "the account has no such session, or not any more",
      );
    }
    this.#tell([sessionId]);
  }

  /**
   * Ends all sessions of an account, but for one if named (who changes the own password stays signed in). Gives how many
   * ended.
   */
  async endOfUser(userName: string, exceptId?: string): Promise<number> {
    const ids = await this.#table.removeByUser(userName, exceptId);
    this.#tell(ids);
    return ids.length;
  }

  /** Tells of sessions that were removed elsewhere, with their accounts in one transaction, and of API tokens. */
  haveEnded(ids: readonly string[], reason: EndReason = "ended"): void {
    this.#tell(ids, reason);
  }

  /** Removes what has expired, by the limits that hold now. */
  async sweep(): Promise<void> {
    const now = this.#clock.wallMs();
    const { idleMs, absoluteMs } = this.#limits();
    this.#tell(await this.#table.removeOpenedBefore(now - absoluteMs), "over");
    this.#tell(await this.#table.removeExpired(now, now - idleMs), "idle");
  }

  /** True if the account has a live session that was opened from this address, or its IPv6 network. */
  async isKnownAddress(userName: string, address: string): Promise<boolean> {
    const now = this.#clock.wallMs();
    const network = networkOf(address);
    const sessions = await this.#table.listByUser(userName);
    return sessions.some(
      (session) => this.#endBy(session) > now && networkOf(session.remoteAddress) === network,
    );
  }

  /** Calls the listener of this name with the ids of sessions and API tokens that ended, at once. Returns how to stop that. */
  onRevoked(name: string, listener: RevokedListener): () => void {
    return this.#revoked.tap(name, listener);
  }

  close(): void {
    this.#sweeper.cancel();
  }

  /** When a session ends unless it is used: by what was written down, and by the limits that hold now. */
  #endBy(session: SessionRow): number {
    const { idleMs, absoluteMs } = this.#limits();
    return Math.min(session.expiresAtMs, session.lastSeenAtMs + idleMs, session.createdAtMs + absoluteMs);
  }

  async #endOfTime(session: SessionRow, now: number): Promise<number> {
    const end = this.#endBy(session);
    if (end > now) return end;
    const reason = session.createdAtMs + this.#limits().absoluteMs <= now ? "over" : "idle";
    this.#remember(session.tokenHash, reason);
    if (await this.#table.remove(session.id)) this.#tell([session.id], reason);
    throw timeOver(reason);
  }

  #remember(hash: string, reason: "idle" | "over"): void {
    this.#ranOut.set(hash, reason);
    const [oldest] = this.#ranOut.keys();
    if (this.#ranOut.size > RAN_OUT_AT_MOST && oldest !== undefined) this.#ranOut.delete(oldest);
  }

  async #touch(session: SessionRow, now: number, end: number): Promise<number> {
    if (Math.abs(now - session.lastSeenAtMs) < TOUCH_EVERY_MS) return end;
    const limits = this.#limits();
    const next = Math.min(now + limits.idleMs, session.createdAtMs + limits.absoluteMs);
    await this.#table.touch(session.id, now, next);
    return next;
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

  #tell(ids: readonly string[], reason: EndReason = "ended"): void {
    if (ids.length > 0) this.#revoked.call(ids, reason);
  }
}

function timeOver(reason: "idle" | "over"): NightjarError {
  return new NightjarError("NJ_UNAUTHENTICATED", "unauthenticated", "the session has ended, sign in again", {
    case: reason,
  });
}
