// What was handed to another broker and is not acknowledged yet: bounded in number, in bytes and in time, because a broker that
// stands still keeps its connection, takes bytes for a while, and would be waited for without end.
import type { Clock, Timer } from "../clock.ts";
import { NightjarError } from "../errors.ts";

/** Nothing came from the broker for so long while something waits: it stands still. */
export const STANDS_STILL_MS = 10_000;
/** It says something, but not what is waited for. */
export const LONGEST_WAIT_MS = 60_000;
/** More than all states and a batch of events of the largest recorder. */
export const MOST_WAITING = 50_000;
export const MOST_WAITING_BYTES = 32 * 1024 * 1024;
/** Looked at so often while something waits. One look does not do: a process that stood still reads first what came meanwhile. */
export const LOOK_EVERY_MS = 1_000;

/** Why a broker is given up: the word for programs, and for people what is seen of it. */
export interface BrokerFault {
  readonly case: "stands-still" | "acknowledges-nothing" | "too-much-waits";
  readonly message: string;
}

/** The bytes of a connection: those that wait within this process for room on the way, and those that have left it. */
export interface Outgoing {
  readonly waitingBytes: number;
  readonly leftBytes: number;
}

const NOTHING: Outgoing = { waitingBytes: 0, leftBytes: 0 };

interface Waiting {
  readonly sinceMs: number;
  readonly bytes: number;
  readonly reject: (error: Error) => void;
}

export class AckWatch {
  readonly #clock: Clock;
  readonly #onFault: (fault: BrokerFault) => void;
  readonly #outgoing: () => Outgoing;
  /** In the order in which they were sent. */
  readonly #waiting = new Set<Waiting>();
  #bytes = 0;
  #heardMs = 0;
  #movedMs = 0;
  #seen = NOTHING;
  #timer: Timer | undefined;
  #wasDue = false;

  /** `onFault` gives the broker up: it ends the connection and calls `giveUp`. */
  constructor(clock: Clock, onFault: (fault: BrokerFault) => void, outgoing: () => Outgoing) {
    this.#clock = clock;
    this.#onFault = onFault;
    this.#outgoing = outgoing;
  }

  /** What waits. */
  get waiting(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#waiting.size, bytes: this.#bytes };
  }

  /** The broker sent something, whatever it was. */
  heard(): void {
    this.#heardMs = this.#clock.monotonicMs();
  }

  /** Has `send` send something of that size, and resolves when it says so. Rejects with `NJ_MQTT_AWAY` when it is given up. */
  hand(bytes: number, send: (done: (error: Error | undefined) => void) => void): Promise<void> {
    if (this.#waiting.size >= MOST_WAITING || this.#bytes + bytes > MOST_WAITING_BYTES) {
      this.#onFault({
        case: "too-much-waits",
        message: `it is too slow: ${this.#waiting.size} messages wait for its acknowledgement`,
      });
      return Promise.reject(brokerAway());
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { sinceMs: this.#clock.monotonicMs(), bytes, reject };
      this.#waiting.add(waiting);
      this.#bytes += bytes;
      this.#timer ??= this.#clock.after(LOOK_EVERY_MS, () => this.#look());
      send((error) => {
        if (!this.#forget(waiting)) return;
        if (error === undefined) resolve();
        else reject(brokerAway(error));
      });
    });
  }

  /** The connection is over: nothing of it is waited for any more. */
  giveUp(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#wasDue = false;
    this.#seen = NOTHING;
    // One for all: tens of thousands may wait, and most of what an error takes is its stack.
    const away = brokerAway();
    for (const waiting of [...this.#waiting]) {
      this.#forget(waiting);
      waiting.reject(away);
    }
  }

  #forget(waiting: Waiting): boolean {
    if (!this.#waiting.delete(waiting)) return false;
    this.#bytes -= waiting.bytes;
    return true;
  }

  #look(): void {
    this.#timer = undefined;
    const [oldest] = this.#waiting;
    if (oldest === undefined) {
      // It came just in time: what waits later has two looks of its own.
      this.#wasDue = false;
      this.#seen = NOTHING;
      return;
    }
    const nowMs = this.#clock.monotonicMs();
    this.#lookForMoves(nowMs);
    const silentForMs = nowMs - Math.max(this.#heardMs, oldest.sinceMs);
    const stillForMs = nowMs - Math.max(this.#heardMs, this.#movedMs, oldest.sinceMs);
    const isDue = stillForMs >= STANDS_STILL_MS || nowMs - oldest.sinceMs >= LONGEST_WAIT_MS;
    if (isDue && this.#wasDue) {
      const isSilent = silentForMs >= STANDS_STILL_MS;
      this.#onFault(FAULTS[stillForMs >= STANDS_STILL_MS ? "still" : isSilent ? "slow" : "talks"]);
      return;
    }
    this.#wasDue = isDue;
    this.#timer = this.#clock.after(LOOK_EVERY_MS, () => this.#look());
  }

  /**
   * Over a slow line an acknowledgement comes when all that was sent before it has gone: that it goes is a sign of life. Only
   * where something waited for room: what the system takes at once may lie there, whatever the broker does.
   */
  #lookForMoves(nowMs: number): void {
    const before = this.#seen;
    this.#seen = this.#outgoing();
    if (before.waitingBytes > 0 && this.#seen.leftBytes > before.leftBytes) this.#movedMs = nowMs;
  }
}

const FAULTS = {
  still: {
    case: "stands-still",
    message: "it stands still: it keeps the connection and has answered nothing for 10 seconds",
  },
  talks: {
    case: "acknowledges-nothing",
    message: "it answers, but has not acknowledged a message for 60 seconds",
  },
  slow: {
    case: "too-much-waits",
    message: "it is too slow, or the way to it is: what was sent has not reached it for 60 seconds",
  },
} as const satisfies Readonly<Record<string, BrokerFault>>;

/** What whoever publishes is told while there is no way to the broker. */
export function brokerAway(cause?: Error): NightjarError {
  return new NightjarError("NJ_MQTT_AWAY", "unavailable", "the MQTT broker is away", {}, cause);
}
