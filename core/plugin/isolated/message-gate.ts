// How much a plugin's process may say to the core: so many messages and bytes in a second. One that floods would keep
// the core busy for everybody else; it is ended. Pure, told the time.

/** Far more than the busiest plugin needs: a hundred calls a second are two hundred messages. */
export const MESSAGES_PER_SECOND = 2_000;
export const BYTES_PER_SECOND = 32 * 1024 * 1024;

/** Counts over windows of a second. */
export class MessageGate {
  #windowMs = Number.NEGATIVE_INFINITY;
  #messages = 0;
  #bytes = 0;

  /** Counts; gives what was too much, in a sentence, once it was. */
  take(nowMs: number, messages: number, bytes: number): string | undefined {
    if (nowMs - this.#windowMs >= 1_000) {
      this.#windowMs = nowMs;
      this.#messages = 0;
      this.#bytes = 0;
    }
    this.#messages += messages;
    this.#bytes += bytes;
    if (this.#messages > MESSAGES_PER_SECOND)
      return `it sent more than ${MESSAGES_PER_SECOND} messages in a second`;
    if (this.#bytes > BYTES_PER_SECOND)
      return `it sent more than ${BYTES_PER_SECOND / 1024 ** 2} MB in a second`;
    return undefined;
  }
}
