// Which coded frames of a camera are decoded. All of them while something goes on (awake); key frames alone while nothing does
// (idle), as long as they come often enough for all detectors. What is left out is kept up to the next key frame: whoever
// becomes suspicious sees what came since. Pure: times are those of the stream.
import { TICKS_PER_SECOND } from "../domain/time.ts";
import type { LiveFrameHeader } from "../media/live-wire.ts";
import { CodedSizes } from "./coded-sizes.ts";
import type { LoadStep } from "./load-governor.ts";

/** Awake for so long after the last sign of something. */
export const AWAKE_MS = 10_000;
/** The same while the machine is short of time. */
const AWAKE_SHORT_MS = 3_000;
/** Key frames may come so much later than they should. */
const LATE_MS = 250;
/** A step of the stream's clock after which nothing of before counts. */
const JUMP_90K = 10 * TICKS_PER_SECOND;
/** What is kept is bounded; beyond it the camera is looked at without a break. */
const MOST_KEPT = 600;
const MOST_KEPT_BYTES = 4 * 1024 * 1024;
/** Frames that none needs are left out where the others come at least this much more often than pictures are asked for … */
const SHARE_OF_TURN = 0.65;
/** … or as often, to so many milliseconds. */
const SAME_TURN_MS = 20;
/** Key frames in a row that must have come in time. */
const STEADY_KEY_FRAMES = 2;

export interface FrameGateOptions {
  /** Milliseconds between pictures that are enough for every detector while nothing happens; undefined: it wants all of them. */
  readonly idleEveryMs: number | undefined;
  /** Milliseconds between the pictures that are asked for while something goes on. */
  readonly everyMs: number;
  /** Whether no other frame needs this one. */
  isDisposable(data: Uint8Array): boolean;
  /** Has a frame decoded. They come in the stream's order, and none follows one that it needs and that was left out. */
  write(header: LiveFrameHeader, data: Uint8Array): void;
}

interface Kept {
  readonly header: LiveFrameHeader;
  readonly data: Uint8Array;
}

export class FrameGate {
  readonly #options: FrameGateOptions;
  readonly #sizes = new CodedSizes();
  #kept: Kept[] = [];
  #keptBytes = 0;
  #isIdle = false;
  /** The key frame's picture has not come: what follows it is decoded too, and pushes it out. */
  #isPushing = false;
  /** Frames were thrown away since the key frame: what follows needs them, up to the next. */
  #isCut = false;
  /** It is awake by the size of frames alone, and nobody has seen anything yet. */
  #isHinted = false;
  /** Of the frames that others need: when the last was, and how far they are apart. */
  #needed90k: number | undefined;
  #neededStep90k = Number.POSITIVE_INFINITY;
  /** Awake up to this time of the stream; undefined: from the next frame on for the usual time. */
  #awakeUntil90k: number | undefined;
  #key90k: number | undefined;
  #last90k: number | undefined;
  #keysInTime = 0;
  /** Frames do not come in the order in which they are shown: a key frame's picture comes out late. */
  #isReordered = false;
  /** What is left out because the machine is short of time. */
  step: LoadStep = 0;

  constructor(options: FrameGateOptions) {
    this.#options = options;
  }

  /** Nothing but key frames is decoded at the moment. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  /** Takes a frame of the stream. True: it is left out, and that is no loss. */
  frame(header: LiveFrameHeader, data: Uint8Array): boolean {
    this.#follow(header.time90k);
    return header.keyFrame ? this.#keyFrame(header, data) : this.#otherFrame(header, data);
  }

  /** A picture came out. */
  picture(timeMs: number): void {
    if (this.#key90k !== undefined && timeMs * 90 >= this.#key90k - 90) this.#isPushing = false;
  }

  /** Something goes on, or may: everything is decoded for a while, from the last key frame on. */
  wake(): void {
    if (this.#isHinted) this.#sizes.wasRight(true);
    this.#isHinted = false;
    this.#wake();
  }

  #wake(): void {
    const awakeMs = this.step === 0 ? AWAKE_MS : AWAKE_SHORT_MS;
    this.#awakeUntil90k = this.#last90k === undefined ? undefined : this.#last90k + awakeMs * 90;
    if (!this.#isIdle || this.#isCut || this.step === 2) return;
    this.#isIdle = false;
    const kept = this.#kept;
    this.#forgetKept();
    for (const { header, data } of kept) this.#write(header, data);
  }

  /** A decoder begins anew, or another stream: nothing is known of it. */
  reset(): void {
    this.#forgetKept();
    this.#sizes.forget();
    this.#isIdle = false;
    this.#isPushing = false;
    this.#isCut = false;
    this.#isHinted = false;
    this.#needed90k = undefined;
    this.#neededStep90k = Number.POSITIVE_INFINITY;
    this.#isReordered = false;
    this.#awakeUntil90k = undefined;
    this.#key90k = undefined;
    this.#last90k = undefined;
    this.#keysInTime = 0;
  }

  /** Goes with the stream's clock. */
  #follow(time90k: number): void {
    const last90k = this.#last90k;
    if (last90k !== undefined && Math.abs(time90k - last90k) > JUMP_90K) this.reset();
    else if (last90k !== undefined && time90k < last90k) this.#isReordered = true;
    this.#last90k = time90k;
    this.#awakeUntil90k ??= time90k + AWAKE_MS * 90;
  }

  #keyFrame(header: LiveFrameHeader, data: Uint8Array): false {
    const { time90k } = header;
    const isInTime = this.#key90k !== undefined && !this.#isLate(time90k);
    this.#keysInTime = isInTime ? this.#keysInTime + 1 : 0;
    this.#key90k = time90k;
    this.#isCut = false;
    this.#forgetKept();
    this.#isIdle =
      this.step === 2 ||
      (this.#options.idleEveryMs !== undefined &&
        this.#keysInTime >= STEADY_KEY_FRAMES &&
        !this.#isReordered &&
        time90k >= (this.#awakeUntil90k ?? Number.POSITIVE_INFINITY));
    this.#isPushing = this.#isIdle;
    if (this.#isIdle && this.#isHinted) {
      this.#isHinted = false;
      this.#sizes.wasRight(false);
    }
    this.#write(header, data);
    return false;
  }

  #otherFrame(header: LiveFrameHeader, data: Uint8Array): boolean {
    const isSuspicious = this.#sizes.take(data.byteLength);
    const isFull = this.#kept.length >= MOST_KEPT || this.#keptBytes + data.byteLength > MOST_KEPT_BYTES;
    if (this.#isIdle && (isSuspicious || isFull || this.#isLate(header.time90k))) {
      this.#isHinted ||= isSuspicious && this.step !== 2;
      this.#wake();
    }
    this.#isCut ||= this.#isIdle && this.step === 2 && !this.#isPushing;
    if (this.#isCut) return true;
    if (!this.#isIdle || this.#isPushing) {
      this.#write(header, data);
      return false;
    }
    this.#kept.push({ header, data });
    this.#keptBytes += data.byteLength;
    return true;
  }

  /** Has a frame decoded, unless none needs it and pictures enough come of the others. */
  #write(header: LiveFrameHeader, data: Uint8Array): void {
    const { everyMs, isDisposable, write } = this.#options;
    const isNeeded = header.keyFrame || !isDisposable(data);
    if (isNeeded) {
      this.#neededStep90k = Math.abs(header.time90k - (this.#needed90k ?? Number.POSITIVE_INFINITY));
      this.#needed90k = header.time90k;
    }
    const stepMs = this.#neededStep90k / 90;
    const isEnough = stepMs <= everyMs * SHARE_OF_TURN || Math.abs(stepMs - everyMs) <= SAME_TURN_MS;
    if (isNeeded || !isEnough) write(header, data);
  }

  /** The next key frame should have come. */
  #isLate(time90k: number): boolean {
    const { idleEveryMs = 0 } = this.#options;
    return this.#key90k === undefined || time90k - this.#key90k > (idleEveryMs + LATE_MS) * 90;
  }

  #forgetKept(): void {
    this.#kept = [];
    this.#keptBytes = 0;
  }
}
