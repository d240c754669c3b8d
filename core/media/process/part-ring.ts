// The newest parts of a stream in memory: pre-record ring and GOP cache in one (docs/design/storage-and-quota.md).
// It always begins with a key frame, holds what lies after the last key frame before the moment asked for,
// and never exceeds its bytes: then whole GOPs go, oldest first.
import type { Part } from "./part.ts";

export class PartRing {
  #parts: Part[] = [];
  #bytes = 0;

  /** Oldest first. The ring holds one reference on each. */
  get parts(): readonly Part[] {
    return this.#parts;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Length in 90 kHz ticks. */
  get duration90k(): number {
    const first = this.#parts[0];
    const last = this.#parts.at(-1);
    return first === undefined || last === undefined ? 0 : Math.max(0, last.end90k - first.start90k);
  }

  /** Adds a part, retaining it. One that does not start with a key frame is refused while the ring is empty. */
  push(part: Part): boolean {
    if (this.#parts.length === 0 && !part.startsWithKeyFrame) return false;
    part.retain();
    this.#parts.push(part);
    this.#bytes += part.bytes;
    return true;
  }

  /**
   * Lets go of every GOP that ends before `keepFrom90k`, then of as many as it takes to hold `limitBytes`. Of what lies ahead of
   * the newest part the clock has been set back since, and its time will be long in coming: that goes once `length90k` follows it.
   */
  trim(keepFrom90k: number, limitBytes: number, length90k = Number.POSITIVE_INFINITY): void {
    for (;;) {
      const next = this.#secondKeyFrame();
      if (next === -1) {
        if (this.#bytes > limitBytes) this.clear();
        return;
      }
      const start = (this.#parts[next] as Part).start90k;
      const isKept = start > keepFrom90k && (start <= this.#end90k || this.#lengthFrom(next) < length90k);
      if (isKept && this.#bytes <= limitBytes) return;
      this.#drop(next);
    }
  }

  /**
   * Where a recording must begin to hold `time90k` of the present clock: the last key frame not after it, else the oldest (0);
   * -1 if empty.
   */
  indexFor(time90k: number): number {
    if (this.#parts.length === 0) return -1;
    return Math.max(
      0,
      this.#parts.findLastIndex((part) => part.startsWithKeyFrame && part.presentStart90k <= time90k),
    );
  }

  /** Index of the newest part that starts with a key frame, or -1. */
  newestKeyFrame(): number {
    return this.#parts.findLastIndex((part) => part.startsWithKeyFrame);
  }

  /** Gives everything back. */
  clear(): void {
    this.#drop(this.#parts.length);
  }

  get #end90k(): number {
    return this.#parts.at(-1)?.end90k ?? 0;
  }

  #lengthFrom(index: number): number {
    let length = 0;
    for (const part of this.#parts.slice(index)) length += part.end90k - part.start90k;
    return length;
  }

  #secondKeyFrame(): number {
    for (let index = 1; index < this.#parts.length; index += 1) {
      if (this.#parts[index]?.startsWithKeyFrame === true) return index;
    }
    return -1;
  }

  #drop(count: number): void {
    for (const part of this.#parts.splice(0, count)) {
      this.#bytes -= part.bytes;
      part.release();
    }
  }
}
