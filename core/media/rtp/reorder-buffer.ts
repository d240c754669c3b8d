// Puts UDP's RTP packets back into order: a packet ahead of its turn waits a little for those before it.
import type { Clock, Timer } from "../../clock.ts";

const SLOTS = 256;
/** So many packets waiting mean that the missing ones are gone. */
const MAX_HELD = 64;
const MAX_WAIT_MS = 40;

/** In front of one track's receiver. Packets are kept by reference: they must not be overwritten by the caller. */
export class ReorderBuffer {
  readonly #clock: Clock;
  readonly #deliver: (packet: Buffer) => void;
  readonly #slots: (Buffer | undefined)[] = new Array<Buffer | undefined>(SLOTS).fill(undefined);
  #held = 0;
  #next = -1;
  #timer: Timer | undefined;

  constructor(clock: Clock, deliver: (packet: Buffer) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  push(packet: Buffer): void {
    if (packet.length < 12) return;
    const sequence = packet.readUInt16BE(2);
    if (this.#next < 0) this.#next = sequence;
    const ahead = (sequence - this.#next) & 0xffff;
    if (ahead === 0) {
      this.#next = (sequence + 1) & 0xffff;
      this.#deliver(packet);
      if (this.#held > 0) this.#drain();
      return;
    }
    if (ahead >= SLOTS) {
      // Late ones are for the receiver to judge; far ones mean a new sequence.
      if (ahead < 0x8000) {
        this.flush();
        this.#next = (sequence + 1) & 0xffff;
      }
      this.#deliver(packet);
      return;
    }
    const slot = sequence % SLOTS;
    if (this.#slots[slot] === undefined) this.#held += 1;
    this.#slots[slot] = packet;
    if (this.#held >= MAX_HELD) this.#skip();
    else this.#timer ??= this.#clock.after(MAX_WAIT_MS, () => this.#timedOut());
  }

  /** Hands out all that waits, in order. */
  flush(): void {
    while (this.#held > 0) this.#skip();
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#slots.fill(undefined);
    this.#held = 0;
  }

  #timedOut(): void {
    this.#timer = undefined;
    if (this.#held > 0) this.#skip();
    if (this.#held > 0) this.#timer = this.#clock.after(MAX_WAIT_MS, () => this.#timedOut());
  }

  /** Gives up what is missing before the first that waits. */
  #skip(): void {
    for (let step = 0; step < SLOTS; step += 1) {
      if (this.#slots[this.#next % SLOTS] !== undefined) break;
      this.#next = (this.#next + 1) & 0xffff;
    }
    this.#drain();
  }

  #drain(): void {
    for (;;) {
      const slot = this.#next % SLOTS;
      const packet = this.#slots[slot];
      if (packet === undefined) break;
      this.#slots[slot] = undefined;
      this.#held -= 1;
      this.#next = (this.#next + 1) & 0xffff;
      this.#deliver(packet);
    }
    if (this.#held === 0) {
      this.#timer?.cancel();
      this.#timer = undefined;
    }
  }
}
