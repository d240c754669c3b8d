// Feeds fragments to a <video> through MediaSource: one SourceBuffer, a queue in front of it, old media removed,
// and a new MediaSource when the tracks change. Neither live nor playback: both are built on it.

/** What lies behind the playhead is kept for this long, in seconds. */
const KEEP_S = 20;
const MOST_WAITING = 2000;

/** True if MediaSource takes this type. */
export function feeds(mime: string): boolean {
  return typeof MediaSource !== "undefined" && MediaSource.isTypeSupported(mime);
}

/** Feeds one video element. */
export class MediaSourceFeed {
  readonly #video: HTMLVideoElement;
  #source: MediaSource | undefined;
  #buffer: SourceBuffer | undefined;
  #queue: Uint8Array<ArrayBuffer>[] = [];
  #mime = "";
  #url = "";
  /** Everything is to be thrown away, or being thrown away. */
  #clearing: "no" | "wanted" | "begun" = "no";

  constructor(video: HTMLVideoElement) {
    this.#video = video;
  }

  /** Begins with an init segment. Another set of codecs takes a new MediaSource. */
  init(mime: string, data: Uint8Array<ArrayBuffer>): void {
    if (mime !== this.#mime || this.#source === undefined || this.#source.readyState === "closed")
      this.#open(mime);
    this.append(data);
  }

  append(data: Uint8Array<ArrayBuffer>): void {
    if (this.#queue.length < MOST_WAITING) this.#queue.push(data);
    this.#work();
  }

  /** Throws away everything buffered (a seek). */
  clear(): void {
    this.#queue = [];
    this.#clearing = "wanted";
    this.#work();
  }

  /** True while something may be buffered that was to be thrown away. */
  get isStale(): boolean {
    return this.#clearing !== "no";
  }

  /** True when all that came is buffered. */
  get isIdle(): boolean {
    return this.#queue.length === 0 && this.#buffer?.updating === false;
  }

  /** The end of the buffered range that holds the playhead or follows it, in seconds; undefined if there is none. */
  get edge(): number | undefined {
    const { buffered } = this.#video;
    return buffered.length === 0 ? undefined : buffered.end(buffered.length - 1);
  }

  close(): void {
    this.#queue = [];
    this.#source = undefined;
    this.#buffer = undefined;
    this.#video.removeAttribute("src");
    this.#video.load();
    URL.revokeObjectURL(this.#url);
  }

  #open(mime: string): void {
    this.#mime = mime;
    this.#queue = [];
    this.#buffer = undefined;
    this.#clearing = "no";
    URL.revokeObjectURL(this.#url);
    const source = new MediaSource();
    this.#source = source;
    this.#url = URL.createObjectURL(source);
    source.addEventListener("sourceopen", () => {
      if (source !== this.#source || this.#buffer !== undefined) return;
      const buffer = source.addSourceBuffer(mime);
      buffer.mode = "segments";
      buffer.addEventListener("updateend", () => this.#work());
      this.#buffer = buffer;
      this.#work();
    });
    this.#video.src = this.#url;
  }

  #work(): void {
    const buffer = this.#buffer;
    if (
      buffer === undefined ||
      buffer.updating ||
      this.#source?.readyState !== "open" ||
      this.#video.error !== null
    )
      return;
    let next: Uint8Array<ArrayBuffer> | undefined;
    try {
      if (this.#clearing === "begun") this.#clearing = "no";
      if (this.#clearing === "wanted") {
        this.#clearing = buffer.buffered.length > 0 ? "begun" : "no";
        if (this.#clearing === "begun") {
          buffer.remove(0, Number.POSITIVE_INFINITY);
          return;
        }
      }
      const { currentTime } = this.#video;
      const oldest = buffer.buffered.length > 0 ? buffer.buffered.start(0) : currentTime;
      if (this.#queue.length > 0 && oldest < currentTime - 2 * KEEP_S) {
        buffer.remove(0, currentTime - KEEP_S);
        return;
      }
      next = this.#queue.shift();
      if (next !== undefined) buffer.appendBuffer(next);
    } catch (error) {
      // A full buffer: what is behind goes, the rest waits. Anything else shows as the element's error.
      if (error instanceof DOMException && error.name === "QuotaExceededError") {
        if (next !== undefined) this.#queue.unshift(next);
        buffer.remove(0, Math.max(0.1, this.#video.currentTime - 1));
      }
    }
  }
}
