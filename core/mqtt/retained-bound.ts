// How much other programs may have the embedded broker retain: so many topics, so many bytes.
export const RETAINED_TOPICS = 2_000;
export const RETAINED_BYTES = 16 * 1024 * 1024;

export class RetainedBound {
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  /** True if the message may be retained, which is then counted. One without a payload takes away what was. */
  admit(topic: string, payloadBytes: number): boolean {
    const before = this.#sizes.get(topic);
    if (payloadBytes === 0) {
      this.#bytes -= before ?? 0;
      this.#sizes.delete(topic);
      return true;
    }
    const bytes = this.#bytes - (before ?? 0) + payloadBytes + topic.length;
    if (bytes > RETAINED_BYTES || (before === undefined && this.#sizes.size >= RETAINED_TOPICS)) return false;
    this.#sizes.set(topic, payloadBytes + topic.length);
    this.#bytes = bytes;
    return true;
  }
}
