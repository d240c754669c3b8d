// Passes on what changes in the recorder to those who listen on `GET /changes`, by Server-Sent Events (WHATWG HTML §9.2)
// or, through the gateway, by WebSocket. Each listener gets only what its account may see, through a bounded queue:
// whoever does not read is cut off. Who comes back says what it saw last, and gets what it missed, or is told to read anew.
import { Readable } from "node:stream";
import type { Clock, Timer } from "../clock.ts";
import { NightjarError } from "../errors.ts";
import { mayDo, type Principal } from "../users/principal.ts";
import type { EndReason } from "../users/sessions.ts";
import { type Change, concerns, frame, maySeeChange, payloadOf, type ScreenType } from "./change.ts";
import { ChangeHistory, type KeptChange } from "./change-history.ts";
import { cameraFor } from "./visible-cameras.ts";

export type { Change } from "./change.ts";

export const HEARTBEAT_MS = 15_000;
/** How often the ends of sessions are looked for that no message tells: those by time. */
const EXPIRY_MS = 500;
const QUEUE_LIMIT_BYTES = 1024 * 1024;
const LISTENER_LIMIT = 500;
const LISTENERS_PER_SESSION = 16;
/** Of all sessions and tokens of an account, so that none takes the places of everybody else. */
const LISTENERS_PER_ACCOUNT = 128;

/** What a listener wants of all that it may see. */
export interface ListenWish {
  /** Changes of these cameras only; undefined: of all, and of the recorder itself. */
  readonly cameras?: ReadonlySet<string> | undefined;
  readonly types?: ReadonlySet<string> | undefined;
  /** The id of the last change that it got. */
  readonly since?: string | undefined;
  /** It is a screen, which is told more: a wall of this name, or an open page of the interface. */
  readonly screen?: Screen | undefined;
}

/** What somebody looks at. */
export type Screen = { readonly kind: "wall"; readonly name: string } | { readonly kind: "page" };

interface Listener {
  principal: Principal;
  readonly wish: ListenWish;
  readonly stream: Readable;
  isBeingJudged: boolean;
}

/** The changes of one recorder. Close it at the end. */
export class ChangeFeed {
  readonly #clock: Clock;
  readonly #listeners = new Set<Listener>();
  readonly #watchers = new Set<(change: Change) => void>();
  readonly #timers: readonly Timer[];
  readonly #history: ChangeHistory;
  readonly #withoutSecrets = new WeakMap<Change, string>();
  #findSession: ((sessionId: string) => Promise<Principal | undefined>) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#history = new ChangeHistory(clock.wallMs());
    this.#timers = [
      clock.every(HEARTBEAT_MS, () => {
        for (const listener of this.#listeners) this.#send(listener, ": alive\n\n");
      }),
      clock.every(EXPIRY_MS, () => this.endExpired()),
    ];
  }

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Says who knows whether a session lives on whose known end has come: it may have been used meanwhile. */
  judgeBy(findSession: (sessionId: string) => Promise<Principal | undefined>): void {
    this.#findSession = findSession;
  }

  /** Calls `watcher` for every change, for parts of the recorder itself. Gives what ends that. */
  watch(watcher: (change: Change) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Tells everybody who may see it. */
  publish(change: Change): void {
    const data = JSON.stringify(payloadOf(change));
    const kept = this.#history.add(change, data);
    for (const listener of this.#listeners) this.#offer(listener, kept);
    for (const watcher of this.#watchers) watcher(change);
  }

  /**
   * Says something to screens, each what `dataFor` makes for its account; undefined: nothing. It is not kept: who was not
   * there has missed it.
   */
  show(type: ScreenType, dataFor: (principal: Principal, screen: Screen) => object | undefined): void {
    for (const listener of this.#listeners) {
      const { screen, types } = listener.wish;
      if (screen === undefined || (types !== undefined && !types.has(type))) continue;
      const data = dataFor(listener.principal, screen);
      if (data !== undefined) this.#send(listener, frame(type, JSON.stringify(data)));
    }
  }

  /** Tells sessions that they ended and why, and closes their streams. */
  endSessions(sessionIds: readonly string[], reason: EndReason = "ended"): void {
    const ids = new Set(sessionIds);
    for (const listener of this.#listeners)
      if (ids.has(listener.principal.sessionId)) this.#end(listener, reason);
  }

  /** Ends the streams of sessions whose time is over. */
  endExpired(): void {
    const nowMs = this.#clock.wallMs();
    for (const listener of this.#listeners) {
      if (listener.principal.expiresAtMs > nowMs || listener.isBeingJudged) continue;
      if (this.#findSession === undefined) {
        this.#end(listener, "over");
        continue;
      }
      listener.isBeingJudged = true;
      this.#findSession(listener.principal.sessionId)
        .then((principal) => {
          if (principal === undefined || principal.expiresAtMs <= this.#clock.wallMs())
            this.#end(listener, "over");
          else listener.principal = principal;
        })
        // What cannot be asked is asked again at the next look.
        .catch(() => undefined)
        .finally(() => {
          listener.isBeingJudged = false;
        });
    }
  }

  /**
   * A stream of events for an account, which ends when the session does. Destroy it to stop listening. Throws
   * `NJ_TOO_MANY_LISTENERS`.
   */
  listen(principal: Principal, wish: ListenWish = {}): Readable {
    let ofSession = 0;
    let ofAccount = 0;
    for (const listener of this.#listeners) {
      if (listener.principal.sessionId === principal.sessionId) ofSession += 1;
      if (listener.principal.userName === principal.userName) ofAccount += 1;
    }
    const isFull = this.#listeners.size >= LISTENER_LIMIT;
    if (isFull || ofSession >= LISTENERS_PER_SESSION || ofAccount >= LISTENERS_PER_ACCOUNT) {
      throw new NightjarError(
        "NJ_TOO_MANY_LISTENERS",
        "resource-exhausted",
        "too many streams of changes are open",
      );
    }
    const listener: Listener = {
      principal,
      wish,
      isBeingJudged: false,
      // Everything comes by push; what was pushed and not read yet is the queue.
      stream: new Readable({ read: () => undefined }),
    };
    listener.stream.once("close", () => this.#listeners.delete(listener));
    this.#listeners.add(listener);
    this.#send(listener, "retry: 2000\n\n");
    this.#catchUp(listener);
    return listener.stream;
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel();
    for (const listener of this.#listeners) this.#drop(listener);
  }

  /** What came after the last change that the listener knows; where that is not known any more, that it must read anew. */
  #catchUp(listener: Listener): void {
    const missed = listener.wish.since === undefined ? [] : this.#history.after(listener.wish.since);
    if (missed === undefined) {
      this.#send(listener, frame("reset", "{}", this.#history.lastId));
      return;
    }
    for (const kept of missed) this.#offer(listener, kept);
  }

  #offer(listener: Listener, kept: KeptChange): void {
    const { id, change } = kept;
    const { cameras, types } = listener.wish;
    if (types !== undefined && !types.has(change.type)) return;
    if (cameras !== undefined && !concerns(change, cameras)) return;
    if (!maySeeChange(listener.principal, change)) return;
    this.#send(listener, frame(change.type, this.#dataFor(listener.principal, kept), id));
  }

  /** Cameras without the secrets in their addresses for those who may not change them; made once for all of these. */
  #dataFor(principal: Principal, { change, data }: KeptChange): string {
    if (change.type !== "camera" || mayDo(principal, "cameras.edit")) return data;
    const made = this.#withoutSecrets.get(change) ?? JSON.stringify(cameraFor(principal, change.camera));
    this.#withoutSecrets.set(change, made);
    return made;
  }

  #send(listener: Listener, text: string): void {
    if (listener.stream.destroyed || !this.#listeners.has(listener)) return;
    if (listener.stream.readableLength + text.length > QUEUE_LIMIT_BYTES) {
      this.#listeners.delete(listener);
      listener.stream.destroy();
      return;
    }
    listener.stream.push(text);
  }

  #end(listener: Listener, reason: EndReason): void {
    this.#send(listener, frame("session-ended", JSON.stringify({ reason })));
    this.#drop(listener);
  }

  #drop(listener: Listener): void {
    if (!this.#listeners.delete(listener)) return;
    listener.stream.push(null);
  }
}
