// Playback in a <video>: what was buffered for an earlier request is never taken for the answer to the present one.
// The element and its source buffer are imitated, because no browser lets a test hold an append back.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it, mock } from "node:test";
import { MsePlayback } from "../src/player/mse-playback.ts";

type Range = [startS: number, endS: number];

/** A source buffer whose changes end when the test says so. */
class HeldBuffer extends EventTarget {
  ranges: Range[] = [];
  updating = false;
  mode = "";
  readonly #added: Range[];
  #change: (() => void) | undefined;

  constructor(added: Range[]) {
    super();
    this.#added = added;
  }

  get buffered(): TimeRanges {
    const { ranges } = this;
    return {
      length: ranges.length,
      start: (at: number) => (ranges[at] as Range)[0],
      end: (at: number) => (ranges[at] as Range)[1],
    };
  }

  appendBuffer(): void {
    this.updating = true;
    this.#change = () => {
      const range = this.#added.shift();
      if (range !== undefined) this.ranges = [...this.ranges, range].sort(([left], [right]) => left - right);
    };
  }

  remove(): void {
    this.updating = true;
    this.#change = () => {
      this.ranges = [];
    };
  }

  /** Ends the change under way; gives false if there is none. */
  finish(): boolean {
    if (!this.updating) return false;
    this.updating = false;
    this.#change?.();
    this.dispatchEvent(new Event("updateend"));
    return true;
  }
}

describe("playback in a video element", () => {
  let buffer = new HeldBuffer([]);
  /** Ranges that the appended fragments hold, in their order. */
  const fragments: Range[] = [];
  const video = {
    currentTime: 0,
    readyState: 4,
    seeking: false,
    paused: true,
    error: null,
    src: "",
    playbackRate: 1,
    get buffered() {
      return buffer.buffered;
    },
    pause: () => undefined,
    play: () => Promise.resolve(),
    load: () => undefined,
    removeAttribute: () => undefined,
    requestVideoFrameCallback: () => 0,
  };
  class OpenSource extends EventTarget {
    readyState = "open";
    addSourceBuffer = (): HeldBuffer => buffer;
    constructor() {
      super();
      queueMicrotask(() => this.dispatchEvent(new Event("sourceopen")));
    }
  }

  const bytes = new Uint8Array(1);
  let playback: MsePlayback;

  before(() => {
    mock.timers.enable({ apis: ["setInterval"] });
    Object.assign(globalThis, { MediaSource: OpenSource, HTMLMediaElement: { HAVE_METADATA: 1 } });
    mock.method(URL, "createObjectURL", () => "blob:held");
  });
  beforeEach(async () => {
    fragments.length = 0;
    buffer = new HeldBuffer(fragments);
    const sink = { shown: () => undefined, waiting: () => undefined, dry: () => undefined };
    playback = new MsePlayback(video as unknown as HTMLVideoElement, sink);
    playback.seeked(9_000, 1);
    playback.init("video/mp4", bytes, 0);
    await Promise.resolve();
    fragments.push([0, 0], [8, 11]);
    playback.append(bytes, 8_000, false);
    while (buffer.finish());
    mock.timers.tick(120);
    assert.ok(Math.abs(video.currentTime - 9) < 0.01, "the moment that was asked for");
  });
  afterEach(() => playback.close());
  after(() => {
    mock.reset();
    for (const name of ["MediaSource", "HTMLMediaElement"]) Reflect.deleteProperty(globalThis, name);
  });

  /** Where the playhead lies among what is buffered. */
  const rangeOfPlayhead = (): Range | undefined =>
    buffer.ranges.find(([start, end]) => video.currentTime >= start && video.currentTime < end);

  it("lands among the pictures of the new speed, although those of the old one are still buffered", () => {
    // One more fragment of the old request is being appended when the new one is answered: key frames alone, at 16×.
    fragments.push([11, 12], [10, 10.1], [12, 12.1]);
    playback.append(bytes, 11_000, false);
    playback.play(16);
    playback.seeked(9_000, 16);
    playback.append(bytes, 10_000, false);
    playback.append(bytes, 12_000, false);
    mock.timers.tick(240);
    while (buffer.finish()) mock.timers.tick(120);
    assert.deepEqual(rangeOfPlayhead(), [10, 10.1]);
  });

  it("begins quickly backwards with the key frame before the moment, however far before", () => {
    fragments.push([8, 8.1], [6, 6.1], [4, 4.1]);
    playback.play(-16);
    playback.seeked(9_000, -16);
    for (const timeMs of [8_000, 6_000, 4_000]) playback.append(bytes, timeMs, false);
    while (buffer.finish());
    mock.timers.tick(120);
    assert.deepEqual(rangeOfPlayhead(), [8, 8.1]);
  });

  /** Asked for a moment backwards; what its group begins with has come, up to shortly before the moment. */
  const beginBackwards = (...later: readonly Range[]): void => {
    video.currentTime = 0;
    fragments.push([8, 8.9], ...later);
    playback.play(-1);
    playback.seeked(9_050, -1);
    playback.append(bytes, 8_000, false);
    while (buffer.finish());
    mock.timers.tick(120);
    assert.equal(video.currentTime, 0, "none of the pictures before it");
  };

  it("begins backwards with the moment's own picture, although those before it come first", () => {
    beginBackwards([8.9, 9.2]);
    playback.append(bytes, 8_900, false);
    while (buffer.finish());
    mock.timers.tick(120);
    assert.ok(Math.abs(video.currentTime - 9.05) < 0.01, String(video.currentTime));
  });

  it("begins backwards with the last picture before the moment as soon as older ones come", () => {
    beginBackwards([7, 7.1]);
    playback.append(bytes, 7_000, false);
    while (buffer.finish());
    mock.timers.tick(120);
    assert.deepEqual(rangeOfPlayhead(), [8, 8.9]);
  });

  it("begins backwards with the last picture before the moment where there are no older ones", () => {
    beginBackwards();
    playback.allSent();
    mock.timers.tick(120);
    assert.deepEqual(rangeOfPlayhead(), [8, 8.9]);
  });
});
