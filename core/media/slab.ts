// Memory for pictures: slabs over SharedArrayBuffer from one pool, reference-counted, so that ring,
// GOP cache, write queue and viewers point at the same bytes (docs/design/storage-and-quota.md).
// A frame is written once, by the depacketiser, through a FrameArena, and never moved afterwards.
import { NightjarError } from "../errors.ts";

/** A block of shared memory. `data` may be passed to workers, `fs.writev` and sockets without copying. */
export interface Slab {
  readonly data: Buffer;
  /** Takes one more reference. */
  retain(): void;
  /** Gives one reference back; the last one returns the slab to its pool. */
  release(): void;
}

/** A finished frame's place. The caller owns one reference on `slab`. */
export interface FrameBytes {
  readonly slab: Slab;
  readonly offset: number;
  readonly length: number;
}

class PoolSlab implements Slab {
  readonly data: Buffer;
  readonly #pool: SlabPool;
  #references = 1;

  constructor(pool: SlabPool, sizeBytes: number) {
    this.#pool = pool;
    this.data = Buffer.from(new SharedArrayBuffer(sizeBytes));
  }

  retain(): void {
    this.#references += 1;
  }

  release(): void {
    this.#references -= 1;
    if (this.#references === 0) {
      this.#references = 1;
      this.#pool.takeBack(this);
    }
  }
}

/** Hands out slabs of one size and takes them back; bounded by a budget over all streams. */
export class SlabPool {
  readonly slabBytes: number;
  readonly budgetBytes: number;
  #free: PoolSlab[] = [];
  #usedBytes = 0;
  /** The fewest that lay free since the last `trim`: nobody has missed those. */
  #leastFree = 0;
  #droppedBytes = 0;

  constructor(options: { slabBytes?: number; budgetBytes: number }) {
    this.slabBytes = options.slabBytes ?? 256 * 1024;
    this.budgetBytes = options.budgetBytes;
  }

  /** Bytes in slabs that somebody holds. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** True when less than an eighth of the budget is left: keepers of old frames should let go. */
  get isTight(): boolean {
    return this.#usedBytes > this.budgetBytes * 0.875;
  }

  /**
   * A slab of at least `atLeastBytes`, with one reference. Larger ones than the pool's size are made to
   * measure and not kept. Throws `NJ_MEDIA_MEMORY_EXHAUSTED` when the budget is spent.
   */
  take(atLeastBytes: number = this.slabBytes): Slab {
    const sizeBytes = Math.max(atLeastBytes, this.slabBytes);
    if (this.#usedBytes + sizeBytes > this.budgetBytes) {
      throw new NightjarError(
        "NJ_MEDIA_MEMORY_EXHAUSTED",
        "resource-exhausted",
        "the memory for pictures is used up: shorten the pre-record time or raise media.memoryBudgetBytes",
        { usedBytes: this.#usedBytes, budgetBytes: this.budgetBytes },
      );
    }
    this.#usedBytes += sizeBytes;
    if (sizeBytes === this.slabBytes) {
      const slab = this.#free.pop();
      this.#leastFree = Math.min(this.#leastFree, this.#free.length);
      if (slab !== undefined) return slab;
    }
    return new PoolSlab(this, sizeBytes);
  }

  /** @internal Called by a slab when its last reference goes. */
  takeBack(slab: PoolSlab): void {
    this.#usedBytes -= slab.data.length;
    // A quarter of the budget idle at most, until it is trimmed.
    if (
      slab.data.length === this.slabBytes &&
      (this.#free.length + 1) * this.slabBytes <= this.budgetBytes / 4
    ) {
      this.#free.push(slab);
    } else if (slab.data.length === this.slabBytes) {
      // Those made to measure are large key frames, which come and go all day.
      this.#droppedBytes += slab.data.length;
    }
  }

  /**
   * Lets go of the slabs that nobody has needed since it was asked the last time: a burst must not hold memory for ever. Gives
   * how many bytes were let go of since then, for the collector to find.
   */
  trim(): number {
    this.#free.splice(0, this.#leastFree);
    const bytes = this.#droppedBytes + this.#leastFree * this.slabBytes;
    this.#leastFree = this.#free.length;
    this.#droppedBytes = 0;
    return bytes;
  }
}

/**
 * Where a depacketiser writes one frame at a time: `begin`, any number of `append`, then `finish` or `drop`.
 * One arena per track of a stream. A frame never straddles two slabs.
 */
export class FrameArena {
  readonly #pool: SlabPool;
  readonly #limitBytes: number;
  readonly #slabBytes: number;
  #slab: Slab | undefined;
  #start = 0;
  #end = 0;

  /** `slabBytes` below the pool's size makes no sense and is raised to it. */
  constructor(pool: SlabPool, options: { frameLimitBytes?: number; slabBytes?: number } = {}) {
    this.#pool = pool;
    this.#limitBytes = options.frameLimitBytes ?? 16 * 1024 * 1024;
    this.#slabBytes = Math.max(options.slabBytes ?? pool.slabBytes, pool.slabBytes);
  }

  /** Bytes appended since `begin`. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Starts a frame; an unfinished one is dropped. */
  begin(): void {
    this.#end = this.#start;
  }

  /**
   * Appends bytes `start` to `end` of `source`. Returns false, having dropped the frame, when it would
   * exceed the frame limit. Throws `NJ_MEDIA_MEMORY_EXHAUSTED` when the pool's budget is spent.
   */
  append(source: Buffer, start: number, end: number): boolean {
    const count = end - start;
    if (!this.#ensure(count)) return false;
    const data = (this.#slab as Slab).data;
    // Small copies are cheaper without the call into native code.
    if (count < 32) {
      for (let index = 0; index < count; index += 1)
        data[this.#end + index] = source[start + index] as number;
    } else {
      // Half the cost of `set` over a `subarray`, which makes an object for every packet.
      source.copy(data, this.#end, start, end);
    }
    this.#end += count;
    return true;
  }

  /** Appends a 32-bit big-endian number. */
  appendUint32(value: number): boolean {
    if (!this.#ensure(4)) return false;
    (this.#slab as Slab).data.writeUInt32BE(value, this.#end);
    this.#end += 4;
    return true;
  }

  /** Overwrites four bytes at `at`, counted from the frame's start: patches a NAL length. */
  patchUint32(at: number, value: number): void {
    (this.#slab as Slab).data.writeUInt32BE(value, this.#start + at);
  }

  /** Cuts the frame back to `length` bytes: drops a NAL unit that turned out to be useless. */
  truncate(length: number): void {
    this.#end = this.#start + Math.min(length, this.length);
  }

  /** Ends the frame and gives its place, with one reference on its slab for the caller. */
  finish(): FrameBytes {
    const slab = this.#slab;
    if (slab === undefined || this.#end === this.#start) {
      throw new NightjarError("NJ_INTERNAL", "internal", "a frame was finished that has no bytes");
    }
    const bytes = { slab, offset: this.#start, length: this.#end - this.#start };
    slab.retain();
    this.#start = this.#end;
    return bytes;
  }

  /** Forgets the frame in progress. */
  drop(): void {
    this.#end = this.#start;
  }

  /** Gives the current slab back. The arena may be used again. */
  close(): void {
    this.#slab?.release();
    this.#slab = undefined;
    this.#start = 0;
    this.#end = 0;
  }

  #ensure(count: number): boolean {
    const length = this.#end - this.#start;
    if (length + count > this.#limitBytes) {
      this.drop();
      return false;
    }
    const slab = this.#slab;
    if (slab !== undefined && this.#end + count <= slab.data.length) return true;
    // The frame in progress moves to a fresh slab; doubling keeps a huge frame from moving at every packet.
    const wanted = Math.max(
      this.#slabBytes,
      length === 0 ? count : Math.min(this.#limitBytes, (length + count) * 2),
    );
    const next = this.#pool.take(wanted);
    if (slab !== undefined) {
      if (length > 0) next.data.set(slab.data.subarray(this.#start, this.#end), 0);
      slab.release();
    }
    this.#slab = next;
    this.#start = 0;
    this.#end = length;
    return true;
  }
}
