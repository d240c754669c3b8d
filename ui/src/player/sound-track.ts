// Sound of playback: decoded as it comes, kept until the clock is about to reach it, then handed to the page.
import type { LiveFrameHeader, WireFormat } from "@nightjar/core/wire";
import type { Post } from "./messages.ts";
import { SoundPipe } from "./sound-pipe.ts";

/** The page schedules sound this far ahead, so it gets it that much earlier. */
const LEAD_90K = 10_800;
/** Blocks that wait at most; play never runs further ahead than this at normal speed. */
const MOST_BLOCKS = 600;

interface Block {
  readonly planes: Float32Array<ArrayBuffer>[];
  readonly sampleRate: number;
  readonly time90k: number;
}

/** Sound in step with the clock of a playback session. */
export class SoundTrack {
  readonly #id: number;
  readonly #post: Post;
  readonly #pipe: SoundPipe;
  #blocks: Block[] = [];
  #enabled = false;

  constructor(id: number, post: Post) {
    this.#id = id;
    this.#post = post;
    this.#pipe = new SoundPipe((planes, sampleRate, time90k) => {
      if (this.#blocks.length < MOST_BLOCKS) this.#blocks.push({ planes, sampleRate, time90k });
    });
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  set enabled(enabled: boolean) {
    this.#enabled = enabled;
    if (!enabled) this.silence();
  }

  configure(format: WireFormat["audio"]): void {
    this.#pipe.configure(format);
  }

  feed(header: LiveFrameHeader, bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#enabled) this.#pipe.feed(header, bytes);
  }

  /** Throws away what waits, here and in the page. */
  silence(): void {
    this.#blocks = [];
    this.hold();
  }

  /** Stops what the page plays; what waits here is for when play goes on. */
  hold(): void {
    this.#post({ id: this.#id, type: "pcm-reset" });
  }

  /** Hands over what is due at this media time. */
  tick(now90k: number): void {
    let block = this.#blocks[0];
    while (block !== undefined && block.time90k <= now90k + LEAD_90K) {
      this.#blocks.shift();
      // What is already past (a seek into the middle of a group) is not played at all.
      if (block.time90k >= now90k - LEAD_90K) {
        this.#post(
          { id: this.#id, type: "pcm", planes: block.planes, sampleRate: block.sampleRate },
          block.planes.map((plane) => plane.buffer),
        );
      }
      block = this.#blocks[0];
    }
  }

  close(): void {
    this.#pipe.close();
  }
}
