// Who may see which pictures, for as long as they flow: core judges the credentials of each request, and everything
// granted is watched until it ends: revoked, expired, camera gone (attack list A6: closed within a second).
import type { Clock, Timer } from "../clock.ts";
import type { CameraId } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import type { Grant, MediaRight, RequestCredentials } from "./protocol.ts";

/** Asks core; rejects with unauthenticated, permission-denied, not-found, or unavailable. */
export type AskCore = (params: {
  credentials: RequestCredentials;
  camera: string;
  right: MediaRight;
}) => Promise<Grant>;

/** How long before its end a grant is asked for anew. */
const RENEW_BEFORE_MS = 30_000;
const SWEEP_MS = 500;
/** Open connections with pictures per login session, by what they carry. */
const PER_SESSION: Readonly<Record<MediaRight, number>> = {
  live: 640,
  playback: 64,
  export: 16,
  snapshot: 32,
};

/** Something granted. `signal` aborts with the reason when it ends; the holder calls `release` when done. */
export interface Access {
  readonly grant: Grant;
  /** Where the request came from, for the audit log. */
  readonly remoteAddress: string;
  readonly signal: AbortSignal;
  /** True while the grant holds; asked before every act on behalf of the client. */
  isValid(): boolean;
  release(): void;
}

class OpenAccess implements Access {
  grant: Grant;
  readonly request: { credentials: RequestCredentials; camera: string; right: MediaRight };
  readonly #clock: Clock;
  readonly #forget: (access: OpenAccess) => void;
  readonly #controller = new AbortController();
  renewing: boolean = false;

  constructor(
    grant: Grant,
    request: OpenAccess["request"],
    clock: Clock,
    forget: (access: OpenAccess) => void,
  ) {
    this.grant = grant;
    this.request = request;
    this.#clock = clock;
    this.#forget = forget;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get remoteAddress(): string {
    return this.request.credentials.remoteAddress;
  }

  isValid(): boolean {
    if (this.signal.aborted) return false;
    if (this.grant.expiresAtMs > this.#clock.wallMs()) return true;
    this.end(new NightjarError("NJ_SESSION_EXPIRED", "unauthenticated", "the login has expired"));
    return false;
  }

  end(reason: NightjarError): void {
    this.#forget(this);
    this.#controller.abort(reason);
  }

  release(): void {
    this.#forget(this);
  }
}

/** Asks core for grants and keeps watch over those that are in use. */
export class Authorizer {
  readonly #askCore: AskCore;
  readonly #clock: Clock;
  readonly #open = new Set<OpenAccess>();
  /** For each question that core has not answered yet, what was revoked meanwhile: its answer may be older than that. */
  readonly #asking = new Set<Set<string>>();
  readonly #sweep: Timer;

  constructor(askCore: AskCore, clock: Clock) {
    this.#askCore = askCore;
    this.#clock = clock;
    this.#sweep = clock.every(SWEEP_MS, () => this.#lookAfter());
  }

  /** Connections that are open under a grant. */
  get openCount(): number {
    return this.#open.size;
  }

  /** Asks core for one request. Rejects with what core says, or `NJ_TOO_MANY_CONNECTIONS`. */
  async authorize(credentials: RequestCredentials, camera: string, right: MediaRight): Promise<Access> {
    const request = { credentials, camera, right };
    const grant = await this.#ask(request);
    if (grant.expiresAtMs <= this.#clock.wallMs()) {
      throw new NightjarError("NJ_SESSION_EXPIRED", "unauthenticated", "the login has expired");
    }
    let count = 0;
    for (const access of this.#open) {
      if (access.grant.sessionId === grant.sessionId && access.request.right === right) count += 1;
    }
    if (count >= PER_SESSION[right]) {
      throw new NightjarError(
        "NJ_TOO_MANY_CONNECTIONS",
        "resource-exhausted",
        `this login holds ${count} connections of this kind already`,
      );
    }
    const access = new OpenAccess(grant, request, this.#clock, (ended) => this.#open.delete(ended));
    this.#open.add(access);
    return access;
  }

  /** Ends everything that was granted to these sessions. */
  revoke(sessionIds: readonly string[]): void {
    const ended = new Set(sessionIds);
    for (const revoked of this.#asking) for (const id of sessionIds) revoked.add(id);
    for (const access of [...this.#open]) {
      if (ended.has(access.grant.sessionId)) access.end(sessionEnded());
    }
  }

  /** A camera is gone: its viewers end. Changed: they are judged anew. */
  cameraChanged(camera: CameraId, removed: boolean): void {
    for (const access of [...this.#open]) {
      if (access.grant.camera.id !== camera) continue;
      if (removed) access.end(new NightjarError("NJ_CAMERA_GONE", "not-found", "the camera was removed"));
      else void this.#renew(access);
    }
  }

  /** Judges everything anew: core was away and a revocation may have been missed. */
  recheckAll(): void {
    for (const access of [...this.#open]) void this.#renew(access);
  }

  close(): void {
    this.#sweep.cancel();
    for (const access of [...this.#open]) {
      access.end(new NightjarError("NJ_GATEWAY_STOPPING", "unavailable", "Nightjar is being restarted"));
    }
  }

  /** Asks core, and once more if what it granted was revoked while the answer was on its way. */
  async #ask(request: OpenAccess["request"]): Promise<Grant> {
    const revoked = new Set<string>();
    this.#asking.add(revoked);
    try {
      let grant = await this.#askCore(request);
      while (revoked.has(grant.sessionId)) {
        revoked.clear();
        grant = await this.#askCore(request);
      }
      return grant;
    } finally {
      this.#asking.delete(revoked);
    }
  }

  #lookAfter(): void {
    const nowMs = this.#clock.wallMs();
    for (const access of [...this.#open]) {
      if (!access.isValid() || access.renewing) continue;
      if (access.grant.expiresAtMs - nowMs <= RENEW_BEFORE_MS) void this.#renew(access);
    }
  }

  async #renew(access: OpenAccess): Promise<void> {
    if (access.renewing) return;
    access.renewing = true;
    try {
      const grant = await this.#ask(access.request);
      if (grant.sessionId !== access.grant.sessionId) {
        access.end(sessionEnded());
      } else access.grant = grant;
    } catch (error) {
      // Core being away takes nothing from anybody: the grant holds until its own end.
      const judged =
        error instanceof NightjarError &&
        (error.kind === "unauthenticated" ||
          error.kind === "permission-denied" ||
          error.kind === "not-found");
      if (judged) access.end(error);
    } finally {
      // A refusal to say is not asked for again at every sweep.
      this.#clock.after(2_000, () => {
        access.renewing = false;
      });
    }
  }
}

function sessionEnded(): NightjarError {
  return new NightjarError("NJ_SESSION_ENDED", "unauthenticated", "the login was ended");
}
