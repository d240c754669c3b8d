// What the recorder says of how it makes the pictures of a request, passed on to the page: converted, of the other stream,
// or waiting for a place to convert them. What was said of an older request is taken back with the first picture.
import type { Post } from "./messages.ts";
import { numberOf, textOf } from "./wire-text.ts";

/** Of one playback line. */
export class PlaybackNotes {
  readonly #id: number;
  readonly #post: Post;
  #isNoted = false;
  #isTold = false;
  #rests = false;

  constructor(id: number, post: Post) {
    this.#id = id;
    this.#post = post;
  }

  /** The recorder stopped converting while nobody went on: what comes next must be asked for. */
  get rests(): boolean {
    return this.#rests;
  }

  /** Another request. */
  asked(): void {
    this.#isNoted = false;
    this.#rests = false;
  }

  /** A picture of the request is on show. */
  shown(): void {
    if (this.#isNoted || !this.#isTold) return;
    this.#isTold = false;
    this.#post({ id: this.#id, type: "as-recorded" });
  }

  /** Takes a message of the recorder, if it is one of these. */
  take(message: Readonly<Record<string, unknown>>): void {
    const id = this.#id;
    const load = { running: numberOf(message, "running") ?? 0, limit: numberOf(message, "limit") ?? 0 };
    const from = textOf(message, "from") ?? "";
    switch (message["type"]) {
      case "transcoding":
        this.#post({ id, type: "transcoding", from, to: textOf(message, "to") ?? "", ...load });
        break;
      case "transcode-wait":
        this.#post({ id, type: "transcode-wait", from, ...load });
        break;
      case "other-stream": {
        const stream = textOf(message, "stream") === "sub" ? "sub" : "main";
        this.#post({ id, type: "other-stream", stream, codec: textOf(message, "codec") ?? "" });
        break;
      }
      case "transcode-rest":
        this.#rests = true;
        return;
      default:
        return;
    }
    this.#isNoted = true;
    this.#isTold = true;
  }
}
