// Writes one access unit at a time into the video arena and decides where it ends: on the marker bit, else on a
// new timestamp. Incomplete units are dropped; later ones are flagged damaged until the next key frame.
// Knows nothing of payload formats: h264-depacketiser.ts and h265-depacketiser.ts tell it what they find.
import { NightjarError } from "../../errors.ts";
import type { FrameArena } from "../slab.ts";
import type { VideoOutput } from "./depacketiser.ts";
import type { ParameterSetStore } from "./parameter-set-store.ts";

/** What the stream assembler wants to know of the writing. */
export interface AccessUnitEvents {
  /** A unit was given up: too large, or the pool has no memory left. */
  unitAbandoned(reason: "too-large" | "memory-exhausted"): void;
}

export class AccessUnitWriter {
  readonly #arena: FrameArena;
  readonly #sets: ParameterSetStore;
  readonly #output: VideoOutput;
  readonly #events: AccessUnitEvents;
  #open = false;
  #timestamp = 0;
  #hasPicture = false;
  #keyFrame = false;
  /** The unit in progress lacks something and will not be given out. */
  #broken = false;
  /** Something was lost: the next picture slice must be the first of its picture, or its unit lacks a beginning. */
  #afterLoss = true;
  /** True at the start of a run as well: nothing is known of what pictures refer to. */
  #damaged = true;
  /** This camera sets the marker bit within pictures: units end on a new timestamp only. */
  #markerLies = false;
  #finishedTimestamp = Number.NaN;
  #nalAt = -1;

  constructor(arena: FrameArena, sets: ParameterSetStore, output: VideoOutput, events: AccessUnitEvents) {
    this.#arena = arena;
    this.#sets = sets;
    this.#output = output;
    this.#events = events;
  }

  /** True if a unit of this timestamp is in progress. */
  holds(timestamp: number): boolean {
    return this.#open && timestamp === this.#timestamp;
  }

  /** Called first for each packet: ends the unit in progress if the packet belongs to another. */
  enter(timestamp: number): void {
    if (this.#open && timestamp !== this.#timestamp) {
      // Parameter sets and SEI sometimes travel under the previous picture's time: they wait for their picture.
      if (this.#hasPicture || this.#broken) this.#finish();
    }
    if (!this.#open) {
      this.#arena.begin();
      this.#open = true;
      this.#hasPicture = false;
      this.#keyFrame = false;
      this.#broken = false;
    }
    this.#timestamp = timestamp;
  }

  /** Packets are missing. */
  lost(): void {
    if (this.#open && (this.#hasPicture || this.#nalAt >= 0)) this.#break();
    this.#nalAt = -1;
    this.#afterLoss = true;
    this.#damaged = true;
  }

  /** A picture slice follows; `first` if it begins its picture, `key` if a decoder can start at it. */
  slice(first: boolean, key: boolean): void {
    if (!first && !this.#hasPicture) {
      if (this.#afterLoss) {
        this.#break();
      } else if (this.#timestamp === this.#finishedTimestamp) {
        // The picture goes on after its marker bit.
        this.#markerLies = true;
        this.#damaged = true;
        this.#break();
      }
    }
    this.#afterLoss = false;
    this.#hasPicture = true;
    if (key) this.#keyFrame = true;
  }

  /** An SEI announced a recovery point. */
  recoveryPoint(): void {
    this.#keyFrame = true;
  }

  /** Something of the unit is known to be missing or wrong. */
  lacks(): void {
    this.#damaged = true;
    this.#break();
  }

  /** Appends a whole NAL unit. */
  nal(data: Buffer, start: number, end: number): void {
    this.endNal();
    if (this.#broken) return;
    try {
      if (!this.#arena.appendUint32(end - start) || !this.#arena.append(data, start, end))
        this.#abandon("too-large");
    } catch (error) {
      this.#rescue(error);
    }
  }

  /** Begins a NAL unit that comes in pieces, of which `head` is the first. */
  beginNal(head: Buffer, start: number, end: number): void {
    this.endNal();
    if (this.#broken) return;
    try {
      this.#nalAt = this.#arena.length;
      if (!this.#arena.appendUint32(0) || !this.#arena.append(head, start, end)) this.#abandon("too-large");
    } catch (error) {
      this.#rescue(error);
    }
  }

  /** Appends a piece of the NAL unit in progress. */
  moreOfNal(data: Buffer, start: number, end: number): void {
    if (this.#broken || this.#nalAt < 0) return;
    try {
      if (!this.#arena.append(data, start, end)) this.#abandon("too-large");
    } catch (error) {
      this.#rescue(error);
    }
  }

  /** Ends the NAL unit in progress, if any. */
  endNal(): void {
    if (this.#nalAt < 0) return;
    this.#arena.patchUint32(this.#nalAt, this.#arena.length - this.#nalAt - 4);
    this.#nalAt = -1;
  }

  /** The packet had the marker bit. */
  marker(): void {
    if (!this.#open || this.#markerLies) return;
    // Some cameras mark parameter sets and SEI as well: a unit without a picture goes on.
    if (this.#hasPicture || this.#broken) this.#finish();
  }

  close(): void {
    this.#arena.close();
    this.#open = false;
    this.#nalAt = -1;
  }

  #finish(): void {
    this.endNal();
    this.#open = false;
    this.#finishedTimestamp = this.#timestamp;
    const whole = this.#hasPicture && !this.#broken;
    if (!whole) {
      this.#arena.drop();
      return;
    }
    const format = this.#sets.takeChange();
    if (format !== undefined) this.#output.videoFormat(format);
    if (!this.#sets.hasFormat) {
      this.#arena.drop();
      return;
    }
    if (this.#keyFrame) this.#damaged = false;
    this.#output.videoFrame(this.#arena.finish(), this.#timestamp, this.#keyFrame, this.#damaged);
  }

  #break(): void {
    this.#broken = true;
    this.#nalAt = -1;
    this.#arena.drop();
  }

  #abandon(reason: "too-large" | "memory-exhausted"): void {
    this.#damaged = true;
    this.#break();
    this.#events.unitAbandoned(reason);
  }

  #rescue(error: unknown): void {
    if (error instanceof NightjarError && error.code === "NJ_MEDIA_MEMORY_EXHAUSTED") {
      this.#abandon("memory-exhausted");
      return;
    }
    throw error;
  }
}
