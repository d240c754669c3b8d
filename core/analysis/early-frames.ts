// Frames that come while a decoder is being started: those since the last key frame are its first. Bounded.
const MOST_BYTES = 4 * 1024 * 1024;

export class EarlyFrames {
  #frames: Buffer[] = [];
  #bytes = 0;

  /** Takes a copy of a frame: the link's buffer is not ours beyond the call. What came before a key frame is needed no more; what follows none is not kept. */
  hold(frame: Buffer, isKeyFrame: boolean): void {
    if (isKeyFrame || this.#bytes + frame.length > MOST_BYTES) this.forget();
    if (!isKeyFrame && this.#frames.length === 0) return;
    this.#frames.push(Buffer.from(frame));
    this.#bytes += frame.length;
  }

  /** Gives what is held, and holds it no more. */
  take(): readonly Buffer[] {
    const frames = this.#frames;
    this.forget();
    return frames;
  }

  forget(): void {
    this.#frames = [];
    this.#bytes = 0;
  }
}
