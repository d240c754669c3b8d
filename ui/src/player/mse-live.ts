// Live pictures in a <video>: appends fragments as they come and keeps the playhead near the edge.
import { MediaSourceFeed } from "./media-source-feed.ts";

/** Further behind than this, in seconds, and the playhead jumps to the edge. */
const JUMP_S = 1;
/** Where it lands: far enough from the edge not to starve at once. */
const MARGIN_S = 0.12;
/** Behind by more than this, it plays faster, the more the further. */
const HURRY_S = 0.3;
const QUICKEST = 1.5;
/** Of `HTMLMediaElement.readyState`: there is a picture at the playhead. */
const HAVE_CURRENT_DATA = 2;

/** Where the playhead should go: a time to jump to, or only a rate. Times in seconds. Pure. */
export function steer(current: number, edge: number): { readonly jumpTo?: number; readonly rate: number } {
  const behind = edge - current;
  if (behind > JUMP_S || behind < -0.5) return { jumpTo: Math.max(0, edge - MARGIN_S), rate: 1 };
  // In steps, because each change of rate costs the element a little.
  const extra = Math.ceil(Math.max(0, behind - HURRY_S) * 8) / 8;
  return { rate: Math.min(QUICKEST, 1 + extra) };
}

/** Live pictures of one camera. */
export class MseLive {
  readonly #video: HTMLVideoElement;
  readonly #feed: MediaSourceFeed;
  readonly #timer: ReturnType<typeof setInterval>;
  #lastTime = -1;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    // What comes first begins with a key frame of a while ago: it is not shown as if it were now.
    video.style.visibility = "hidden";
    this.#feed = new MediaSourceFeed(video);
    this.#timer = setInterval(() => this.#steer(), 200);
  }

  /** Seconds of media between the playhead and the edge. */
  get behind(): number {
    return Math.max(0, (this.#feed.edge ?? this.#video.currentTime) - this.#video.currentTime);
  }

  init(mime: string, data: Uint8Array<ArrayBuffer>): void {
    this.#feed.init(mime, data);
  }

  append(data: Uint8Array<ArrayBuffer>): void {
    this.#feed.append(data);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#feed.close();
  }

  #steer(): void {
    const video = this.#video;
    const edge = this.#feed.edge;
    if (edge === undefined) return;
    const { jumpTo, rate } = steer(video.currentTime, edge);
    // A hole in what came (a lost frame) stops the element although newer pictures are there.
    const stuck = video.currentTime === this.#lastTime && edge - video.currentTime > 0.3;
    this.#lastTime = video.currentTime;
    if (jumpTo !== undefined) video.currentTime = jumpTo;
    else if (stuck) video.currentTime = Math.max(0, edge - MARGIN_S);
    if (video.playbackRate !== rate) video.playbackRate = rate;
    if (jumpTo === undefined && !video.seeking && video.readyState >= HAVE_CURRENT_DATA)
      video.style.visibility = "";
    if (video.paused) void video.play().catch(() => undefined);
  }
}
