// Live pictures in a <video>: appends fragments as they come, keeps the playhead near the edge, and sees whether pictures come out.
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
const LOOK_MS = 200;
/** No picture for this long although more come: it is stale. */
const UNDRAWN_MS = 5000;
/** Nothing for this long, and none are coming at the moment: that is not the element's fault. */
const COMING_MS = 2000;

/** What is told of the pictures. */
export interface MseLiveSink {
  /** The first one is on show, or the first again. */
  shown(): void;
  /** They arrive, and none has been shown for {@link UNDRAWN_MS}: since when, in milliseconds of the wall clock. */
  undrawn(sinceMs: number): void;
}

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
  readonly #sink: MseLiveSink;
  readonly #timer: ReturnType<typeof setInterval>;
  #feed: MediaSourceFeed;
  #init: { readonly mime: string; readonly data: Uint8Array<ArrayBuffer> } | undefined;
  #lastTime = -1;
  /** Pictures that the element has shown, and when it was seen to have shown one more. */
  #shown = 0;
  #shownMs = performance.now();
  #fedMs = 0;
  #isToldShown = false;

  constructor(video: HTMLVideoElement, sink: MseLiveSink) {
    this.#video = video;
    this.#sink = sink;
    this.#feed = this.#begin();
    this.#timer = setInterval(() => {
      this.#steer();
      this.#watch();
    }, LOOK_MS);
  }

  /** Seconds of media between the playhead and the edge. */
  get behind(): number {
    return Math.max(0, (this.#feed.edge ?? this.#video.currentTime) - this.#video.currentTime);
  }

  init(mime: string, data: Uint8Array<ArrayBuffer>): void {
    this.#init = { mime, data };
    this.#feed.init(mime, data);
  }

  append(data: Uint8Array<ArrayBuffer>): void {
    this.#fedMs = performance.now();
    this.#feed.append(data);
  }

  /** Pictures come, or come again: the next one that is shown is told. */
  expect(): void {
    this.#shown = this.#video.getVideoPlaybackQuality().totalVideoFrames;
    this.#isToldShown = false;
    this.resume();
  }

  /** Nobody looked, and so none were shown. */
  resume(): void {
    this.#shownMs = performance.now();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#feed.close();
  }

  #begin(): MediaSourceFeed {
    // What comes first begins with a key frame of a while ago: it is not shown as if it were now.
    this.#video.style.visibility = "hidden";
    return new MediaSourceFeed(this.#video);
  }

  #watch(): void {
    const video = this.#video;
    const now = performance.now();
    const { totalVideoFrames } = video.getVideoPlaybackQuality();
    if (totalVideoFrames !== this.#shown && video.style.visibility === "") {
      this.#shown = totalVideoFrames;
      this.#shownMs = now;
      if (this.#isToldShown) return;
      this.#isToldShown = true;
      this.#sink.shown();
      return;
    }
    if (now - this.#fedMs > COMING_MS || now - this.#shownMs < UNDRAWN_MS) return;
    // One that is only slow to begin would never come to its first picture if it were begun anew.
    if (!this.#isToldShown && video.error === null) return;
    if (this.#isToldShown) this.#sink.undrawn(Math.round(Date.now() - (now - this.#shownMs)));
    this.#shownMs = now;
    this.#isToldShown = false;
    this.#feed.close();
    this.#feed = this.#begin();
    if (this.#init !== undefined) this.#feed.init(this.#init.mime, this.#init.data);
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
