// Watches one volume's health from the main thread: probes it every second, also when nothing is written, and
// notices within five seconds that its threads no longer answer. A written probe is also the sync of a disk that
// nobody else writes to: it too tells that one is slow, and that one which was left for it still is.
// Nothing here touches the disk.
import type { Clock } from "../../clock.ts";
import type { Facts } from "../../domain/facts.ts";
import type { VolumeId } from "../../domain/ids.ts";
import { SeenWait } from "./seen-wait.ts";
import type { SyncPool } from "./sync-pool.ts";
import { SLOW_MS } from "./sync-rounds.ts";
import type { VolumeEvent, VolumeHealth } from "./volume-events.ts";
import { caseOf, healthOf, sentenceOf } from "./volume-fault.ts";
import type { ProbeOutcome, ThreadFault } from "./volume-messages.ts";

export const WATCH_TICK_MS = 250;
const PROBE_MS = 1_000;
/** Without any answer for so long while something is asked, the volume counts as hung. */
const SILENCE_MS = 4_000;
/** A single sync may take long on a busy disk while others are answered, but not for ever. */
const STUCK_MS = 15_000;
/** An idle volume is written to so often, for a disk that is gone still answers from memory. */
const WRITE_PROBE_MS = 3_000;
/** After a failed write, probes must be good for so long before the volume counts as normal. */
const HOLD_MS = 10_000;
const TELL_MS = 1_000;

type WatchedPool = Pick<SyncPool, "run" | "lastAnswerMs" | "longestRunMs">;

/** Health of a volume, told by events. */
export class VolumeWatch {
  readonly #id: VolumeId | undefined;
  readonly #pool: WatchedPool;
  readonly #clock: Clock;
  readonly #emit: (event: VolumeEvent) => void;
  #probing = false;
  /** The written probe that is under way. */
  readonly #written = new SeenWait();
  #probedMs = Number.NEGATIVE_INFINITY;
  #wroteMs = Number.NEGATIVE_INFINITY;
  #holdUntilMs = Number.NEGATIVE_INFINITY;
  #hung = false;
  #toldSlowMs = Number.NEGATIVE_INFINITY;
  #health: VolumeHealth = "normal";
  #message = "";
  #context: Facts = {};
  space: ProbeOutcome | undefined;

  constructor(options: {
    readonly id: VolumeId | undefined;
    readonly pool: WatchedPool;
    readonly clock: Clock;
    readonly emit: (event: VolumeEvent) => void;
  }) {
    this.#id = options.id;
    this.#pool = options.pool;
    this.#clock = options.clock;
    this.#emit = options.emit;
  }

  get health(): VolumeHealth {
    return this.#health;
  }

  get message(): string {
    return this.#message;
  }

  /** What the message names. */
  get context(): Facts {
    return this.#context;
  }

  /**
   * To be called every `WATCH_TICK_MS`. `writer`: how long the oldest message to the writer thread has waited (0: none),
   * when it last answered, and when data last reached the disk.
   */
  tick(writer: {
    readonly waitingMs: number;
    readonly lastAnswerMs: number;
    readonly lastGoodSyncMs: number;
  }): void {
    const now = this.#clock.monotonicMs();
    this.#wroteMs = Math.max(this.#wroteMs, writer.lastGoodSyncMs);
    const silentMs = now - Math.max(writer.lastAnswerMs, this.#pool.lastAnswerMs);
    const waitingMs = Math.max(writer.waitingMs, this.#pool.longestRunMs);
    const stuck = writer.waitingMs >= SILENCE_MS || this.#pool.longestRunMs >= STUCK_MS;
    if (stuck || (waitingMs >= SILENCE_MS && silentMs >= SILENCE_MS)) {
      this.#hung = true;
      const seconds = Math.round(waitingMs / 1000);
      this.#set("offline", `the disk has not answered for ${seconds} s`, { case: "silent", seconds });
    } else {
      this.#hung = false;
    }
    if (!this.#probing && now - this.#probedMs >= PROBE_MS) this.#probe(now);
    else this.#tellIfSlow(this.#written.look(now));
  }

  /** An operation failed: says what that means for the volume at once. */
  noteFault(fault: ThreadFault): void {
    const health = healthOf(fault);
    if (health === undefined) return;
    this.#holdUntilMs = this.#clock.monotonicMs() + HOLD_MS;
    this.#set(health, sentenceOf(fault), caseOf(fault));
  }

  #probe(now: number): void {
    this.#probing = true;
    this.#probedMs = now;
    const write = this.#health !== "normal" || now - this.#wroteMs >= WRITE_PROBE_MS;
    this.#pool.run(
      [{ kind: "probe", id: this.#id, write }],
      ([outcome]) => {
        this.#probing = false;
        this.#tellIfSlow(this.#written.end(this.#clock.monotonicMs()));
        if (outcome?.fault !== undefined) {
          this.#set(healthOf(outcome.fault) ?? "error", sentenceOf(outcome.fault), caseOf(outcome.fault));
          return;
        }
        if (outcome?.probe !== undefined) {
          this.space = outcome.probe;
          this.#emit({ kind: "space", ...outcome.probe });
        }
        if (write) this.#wroteMs = this.#clock.monotonicMs();
        if (!this.#hung && this.#clock.monotonicMs() >= this.#holdUntilMs) this.#set("normal", "");
      },
      {
        first: true,
        onStart: () => {
          if (write) this.#written.begin(this.#clock.monotonicMs());
        },
      },
    );
  }

  #tellIfSlow(ms: number): void {
    if (ms < SLOW_MS) return;
    const now = this.#clock.monotonicMs();
    if (now - this.#toldSlowMs < TELL_MS) return;
    this.#toldSlowMs = now;
    this.#emit({ kind: "slow", ms: Math.round(ms) });
  }

  #set(health: VolumeHealth, message: string, context: Facts = {}): void {
    // The seconds of silence in the message change all the time; one event a change of health is enough.
    if (health === this.#health) return;
    this.#health = health;
    this.#message = message;
    this.#context = context;
    this.#emit({ kind: "state", status: health, message, context });
  }
}
