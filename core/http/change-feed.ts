// Passes on what changes in the recorder to those who listen on `GET /changes` (Server-Sent Events, WHATWG HTML §9.2).
// Each listener gets only what its account may see, through a bounded queue: whoever does not read is cut off and
// comes back with a fresh picture.
import { Readable } from "node:stream";
import type { Clock, Timer } from "../clock.ts";
import { NightjarError } from "../errors.ts";
import type { PluginJob } from "../plugin/install/install-job.ts";
import { mayDo, mayDoWith, type Principal } from "../users/principal.ts";
import type { CameraView, VolumeView } from "./wire-schemas.ts";

/** Something that changed, as listeners get it. */
export type Change =
  | { readonly type: "camera"; readonly camera: CameraView }
  | { readonly type: "camera-removed"; readonly camera: string }
  | { readonly type: "volume"; readonly volume: VolumeView }
  | { readonly type: "plugin-job"; readonly job: PluginJob }
  | {
      readonly type: "coverage";
      readonly camera: string;
      readonly stream: "main" | "sub";
      readonly start: string;
      readonly end: string;
      readonly reasons: readonly string[];
      /** A file was begun at `start`; otherwise one was closed. */
      readonly growing: boolean;
    };

export const HEARTBEAT_MS = 15_000;
const QUEUE_LIMIT_BYTES = 1024 * 1024;
const LISTENER_LIMIT = 500;
const LISTENERS_PER_SESSION = 16;

interface Listener {
  readonly principal: Principal;
  readonly stream: Readable;
}

/** The changes of one recorder. Close it at the end. */
export class ChangeFeed {
  readonly #listeners = new Set<Listener>();
  readonly #heartbeat: Timer;

  constructor(clock: Clock) {
    this.#heartbeat = clock.every(HEARTBEAT_MS, () => {
      for (const listener of this.#listeners) this.#send(listener, ": alive\n\n");
    });
  }

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Tells everybody who may see it. */
  publish(change: Change): void {
    let text: string | undefined;
    for (const listener of this.#listeners) {
      if (!maySee(listener.principal, change)) continue;
      text ??= frame(change.type, payload(change));
      this.#send(listener, text);
    }
  }

  /** Tells sessions that they ended, and closes their streams. */
  endSessions(sessionIds: readonly string[]): void {
    const ids = new Set(sessionIds);
    for (const listener of this.#listeners) {
      if (!ids.has(listener.principal.sessionId)) continue;
      this.#send(listener, frame("session-ended", {}));
      this.#drop(listener);
    }
  }

  /** A stream of events for an account, which ends when the session does. Destroy it to stop listening. */
  listen(principal: Principal): Readable {
    let ofSession = 0;
    for (const listener of this.#listeners) {
      if (listener.principal.sessionId === principal.sessionId) ofSession += 1;
    }
    if (this.#listeners.size >= LISTENER_LIMIT || ofSession >= LISTENERS_PER_SESSION) {
      throw new NightjarError(
        "NJ_TOO_MANY_LISTENERS",
        "resource-exhausted",
        "too many streams of changes are open",
      );
    }
    const listener: Listener = {
      principal,
      // Everything comes by push; what was pushed and not read yet is the queue.
      stream: new Readable({ read: () => undefined }),
    };
    listener.stream.once("close", () => this.#listeners.delete(listener));
    this.#listeners.add(listener);
    this.#send(listener, "retry: 2000\n\n");
    return listener.stream;
  }

  close(): void {
    this.#heartbeat.cancel();
    for (const listener of this.#listeners) this.#drop(listener);
  }

  #send(listener: Listener, text: string): void {
    if (listener.stream.readableLength + text.length > QUEUE_LIMIT_BYTES) {
      this.#listeners.delete(listener);
      listener.stream.destroy();
      return;
    }
    listener.stream.push(text);
  }

  #drop(listener: Listener): void {
    this.#listeners.delete(listener);
    listener.stream.push(null);
  }
}

function maySee(principal: Principal, change: Change): boolean {
  switch (change.type) {
    case "camera":
      return mayDoWith(principal, "cameras.view", change.camera.id);
    case "camera-removed":
      return mayDoWith(principal, "cameras.view", change.camera);
    case "coverage":
      return mayDoWith(principal, "playback", change.camera);
    case "volume":
    case "plugin-job":
      return mayDo(principal, "system.view");
  }
}

function payload(change: Change): unknown {
  switch (change.type) {
    case "camera":
      return change.camera;
    case "camera-removed":
      return { id: change.camera };
    case "volume":
      return change.volume;
    case "plugin-job":
      return change.job;
    case "coverage": {
      const { type: _, ...rest } = change;
      return rest;
    }
  }
}

function frame(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
