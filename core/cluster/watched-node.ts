// One node that is watched: asked every two seconds, and what follows from its answers and silences. Durations are measured
// on the monotonic clock. Silence counts only while this recorder was there to hear: a look that comes late by more than its
// period (a machine that was suspended, a process that was held up) and looks while one's own network is down count from then
// on, so that nobody is called lost because of the one who looks.
import type { Clock, Timer } from "../clock.ts";
import type { NodeConfig } from "../config/cluster-config.ts";
import { isLoopback } from "../domain/address-policy.ts";
import { certificateFault } from "./node-certificate.ts";
import { NodeConnection, type NodeFound } from "./node-connection.ts";
import { type NodeReason, nodeReason } from "./node-reason.ts";

export const LOOK_MS = 2_000;
/** For an answer, from the first step of the connection on. */
export const ANSWER_MS = 4_000;
export const SUSPECT_MS = 5_000;

export const NODE_STATUSES = ["unknown", "online", "suspect", "lost"] as const;
/** `unknown`: just begun; `suspect`: no good answer for five seconds; `lost`: for as long as is set. */
export type NodeStatus = (typeof NODE_STATUSES)[number];

export interface NodeState {
  readonly status: NodeStatus;
  /** Since when, by the wall clock. */
  readonly sinceMs: number;
  /** Why it is not online, as far as is known. */
  readonly reason?: NodeReason | undefined;
  /** Of its last good answer. */
  readonly version?: string | undefined;
  readonly answeredMs?: number | undefined;
}

export interface WatchedNodeOptions {
  readonly node: Readonly<NodeConfig>;
  readonly clock: Clock;
  lostMs(): number;
  ownPorts(): readonly number[];
  /** There was a network, and there is none now. */
  isOwnNetworkGone(): boolean;
  /** Status or reason are others than before. */
  changed(state: NodeState, previous: NodeState): void;
}

export class WatchedNode {
  readonly #options: WatchedNodeOptions;
  readonly #connection: NodeConnection;
  readonly #isOnThisMachine: boolean;
  readonly #timer: Timer;
  #state: NodeState;
  /** Since when its silence counts, monotonic. */
  #silentSinceMs: number;
  #lookedAtMs: number;
  #underWay: AbortController | undefined;
  #lastReason: NodeReason | undefined;

  /** Asks at once. */
  constructor(options: WatchedNodeOptions) {
    const { node, clock } = options;
    this.#options = options;
    this.#connection = new NodeConnection(node.url, () => options.ownPorts());
    this.#isOnThisMachine = isLoopback(new URL(node.url).hostname.replace(/^\[|\]$/g, ""));
    this.#state = { status: "unknown", sinceMs: clock.wallMs() };
    this.#silentSinceMs = clock.monotonicMs();
    this.#lookedAtMs = this.#silentSinceMs;
    this.#timer = clock.every(LOOK_MS, () => this.#look());
    this.#look();
  }

  get state(): NodeState {
    return this.#state;
  }

  /** Why the last look failed, whatever follows from that; undefined where it did not. */
  get failing(): NodeReason | undefined {
    return this.#lastReason;
  }

  /** The time after which it is lost is another one. */
  lostMsChanged(): void {
    this.#judge();
  }

  close(): void {
    this.#timer.cancel();
    this.#underWay?.abort();
    this.#underWay = undefined;
    this.#connection.close();
  }

  #look(): void {
    this.#judge();
    this.#lookedAtMs = this.#options.clock.monotonicMs();
    // Never two questions at once: one that hangs is given up in its own time.
    if (this.#underWay !== undefined) return;
    const mine = new AbortController();
    this.#underWay = mine;
    const limit = this.#options.clock.after(ANSWER_MS, () => mine.abort());
    const { host } = this.#connection;
    const { certificate: fingerprint } = this.#options.node;
    const asked = this.#connection.ask(mine.signal, (shown) => certificateFault(shown, fingerprint, host));
    void asked.then((found) => {
      limit.cancel();
      if (this.#underWay !== mine) return;
      this.#underWay = undefined;
      this.#take(found);
    });
  }

  #take({ answer }: NodeFound): void {
    if (!answer.isNightjar) {
      this.#lastReason = answer.reason;
      this.#judge();
      return;
    }
    const { clock } = this.#options;
    this.#lastReason = undefined;
    this.#silentSinceMs = clock.monotonicMs();
    this.#put("online", { version: answer.version, answeredMs: clock.wallMs() });
  }

  /** What its silence means by now. */
  #judge(): void {
    const { clock, lostMs, isOwnNetworkGone } = this.#options;
    const nowMs = clock.monotonicMs();
    // Nobody has looked for a while: what it would have said meanwhile is not known.
    if (nowMs - this.#lookedAtMs > 2 * LOOK_MS) this.#silentSinceMs = nowMs;
    if (this.#state.status === "lost") {
      if (this.#lastReason !== undefined) this.#put("lost", { reason: this.#lastReason });
      return;
    }
    if (this.#lastReason !== undefined && !this.#isOnThisMachine && isOwnNetworkGone()) {
      this.#silentSinceMs = nowMs;
      this.#put("suspect", { reason: nodeReason("own-network", { host: this.#connection.host }) });
      return;
    }
    const silentMs = nowMs - this.#silentSinceMs;
    const reason = this.#lastReason ?? nodeReason("no-answer", { host: this.#connection.host });
    if (silentMs >= lostMs()) this.#put("lost", { reason });
    else if (silentMs >= SUSPECT_MS || this.#state.status === "suspect") this.#put("suspect", { reason });
    else if (this.#state.status === "unknown") this.#put("unknown", { reason: this.#lastReason });
  }

  #put(status: NodeStatus, now: Pick<NodeState, "reason" | "version" | "answeredMs">): void {
    const previous = this.#state;
    const isOther = status !== previous.status;
    this.#state = {
      ...{ status, sinceMs: isOther ? this.#options.clock.wallMs() : previous.sinceMs, reason: now.reason },
      ...{ version: now.version ?? previous.version, answeredMs: now.answeredMs ?? previous.answeredMs },
    };
    const isSame =
      previous.reason?.message === now.reason?.message && previous.version === this.#state.version;
    if (isOther || !isSame) this.#options.changed(this.#state, previous);
  }
}
