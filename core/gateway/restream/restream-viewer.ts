// One viewer that plays: gets the packets of the tracks that it set up, falls to the next key frame when it does not keep
// up, and ends when it takes nothing at all. Nobody else notices.
import type { Clock } from "../../clock.ts";
import type { PacketBlock } from "./packet-block.ts";
import type { BlockSink, RestreamSource } from "./restream-source.ts";
import { VIDEO_TRACK } from "./tracks.ts";
import type { Pair, ViewerOutput } from "./viewer-output.ts";

/** Bytes that may wait, beyond the pictures that a new viewer gets at once. */
export const BEHIND_BYTES = 4 * 1024 * 1024;
export const BEHIND_MS = 2_000;
/** For the pictures that a new viewer gets at once. */
const START_MS = 15_000;
/** A viewer that takes nothing for so long is gone. */
export const STALLED_MS = 15_000;

/** A track of a viewer: how its packets leave. */
export interface ViewerTrack {
  readonly output: ViewerOutput;
  readonly pair: Pair;
}

export class RestreamViewer implements BlockSink {
  readonly #source: RestreamSource;
  readonly #tracks: ReadonlyMap<number, ViewerTrack>;
  readonly #outputs: readonly ViewerOutput[];
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  readonly #hasVideo: boolean;
  #needsKeyFrame: boolean = true;
  /** The pictures of the start do not count against it until they have left. */
  #allowanceBytes = 0;
  /** When nothing waited for the last time. */
  #emptyMs: number;
  #sentBytes = 0;
  #movedMs: number;

  /** `onEnd`: the stream goes on no more as it was described. */
  constructor(
    source: RestreamSource,
    tracks: ReadonlyMap<number, ViewerTrack>,
    clock: Clock,
    onEnd: () => void,
  ) {
    this.#source = source;
    this.#tracks = tracks;
    this.#outputs = [...new Set([...tracks.values()].map(({ output }) => output))];
    this.#clock = clock;
    this.#onEnd = onEnd;
    this.#hasVideo = tracks.has(VIDEO_TRACK);
    this.#emptyMs = clock.monotonicMs();
    this.#movedMs = this.#emptyMs;
  }

  start(): void {
    // Counted anew: a pause may lie behind.
    this.#needsKeyFrame = true;
    this.#emptyMs = this.#clock.monotonicMs();
    this.#allowanceBytes = Number.POSITIVE_INFINITY;
    const join = this.#outputs.reduce<() => void>(
      (inner, output) => () => output.gather(inner),
      () => this.#source.join(this),
    );
    join();
    this.#allowanceBytes = this.#waitingBytes;
  }

  /** Stops the flow; `start` begins it again. */
  stop(): void {
    this.#source.leave(this);
    for (const output of this.#outputs) output.close();
  }

  block(block: PacketBlock, nowMs: number): void {
    const track = this.#tracks.get(block.track);
    if (track === undefined) return;
    if (this.#isBehind(nowMs)) {
      this.#needsKeyFrame = true;
      return;
    }
    if (this.#needsKeyFrame && this.#hasVideo) {
      // Most of what may wait must be gone, or the next second would be left out again.
      if (!block.isKeyFrame || this.#waitingBytes > BEHIND_BYTES / 4 + this.#allowanceBytes) return;
      this.#needsKeyFrame = false;
    }
    track.output.send(block, track.pair);
  }

  report(track: number, packet: Buffer): void {
    const own = this.#tracks.get(track);
    if (own !== undefined && this.#waitingBytes <= BEHIND_BYTES + this.#allowanceBytes)
      own.output.control(packet, own.pair);
  }

  waitForKeyFrame(): void {
    this.#needsKeyFrame = true;
  }

  end(): void {
    this.#onEnd();
  }

  /** Bytes that left since the last call are a sign of life. True unless something waits and nothing moved for long. */
  isMoving(nowMs: number): boolean {
    let sentBytes = 0;
    for (const output of this.#outputs) sentBytes += output.sentBytes;
    if (sentBytes !== this.#sentBytes || this.#waitingBytes === 0) {
      this.#sentBytes = sentBytes;
      this.#movedMs = nowMs;
    }
    return nowMs - this.#movedMs <= STALLED_MS;
  }

  get #waitingBytes(): number {
    let bytes = 0;
    for (const output of this.#outputs) bytes += output.waitingBytes;
    return bytes;
  }

  #isBehind(nowMs: number): boolean {
    const waiting = this.#waitingBytes;
    if (waiting === 0) {
      this.#emptyMs = nowMs;
      if (this.#allowanceBytes !== Number.POSITIVE_INFINITY) this.#allowanceBytes = 0;
      return false;
    }
    const patienceMs = this.#allowanceBytes > 0 ? START_MS : BEHIND_MS;
    return waiting > BEHIND_BYTES + this.#allowanceBytes || nowMs - this.#emptyMs > patienceMs;
  }
}
