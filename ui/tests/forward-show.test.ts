// Which picture stands when a moment was asked for, where pictures are slow in coming: from a converter, or from a busy disk.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { ForwardShow } from "../src/player/forward-show.ts";
import { PlaybackClock } from "../src/player/playback-clock.ts";
import type { Stage, WaitingFrame } from "../src/player/playback-show.ts";

const FRAME_90K = 6_000;
/** So long after the last input a seek settles on what there is. */
const QUIET_MS = 300;

/** A decoder that has decoded at once. */
class Decoder {
  readonly #output: (picture: VideoFrame) => void;
  readonly decodeQueueSize = 0;
  state = "unconfigured";
  constructor({ output }: VideoDecoderInit) {
    this.#output = output;
  }
  configure(): void {
    this.state = "configured";
  }
  decode({ timestamp }: { timestamp: number }): void {
    this.#output({ timestamp, close: () => undefined } as VideoFrame);
  }
  close(): void {
    this.state = "closed";
  }
}

class Chunk {
  readonly timestamp: number;
  constructor({ timestamp }: { timestamp: number }) {
    this.timestamp = timestamp;
  }
}

describe("a moment that is asked for while pictures are slow in coming", () => {
  const { VideoDecoder, EncodedVideoChunk } = globalThis;
  let shown: number[];
  let show: ForwardShow;
  let clock: PlaybackClock;

  before(() => Object.assign(globalThis, { VideoDecoder: Decoder, EncodedVideoChunk: Chunk }));
  after(() => Object.assign(globalThis, { VideoDecoder, EncodedVideoChunk }));
  beforeEach(() => {
    shown = [];
    clock = new PlaybackClock();
    const stage: Partial<Stage> = {
      clock,
      playing: false,
      shown: (time90k) => shown.push(time90k / FRAME_90K),
      waiting: () => undefined,
    };
    show = new ForwardShow(stage as Stage);
  });

  function push(...frames: readonly number[]): void {
    for (const frame of frames) {
      const header = { formatId: 1, keyFrame: frame === 0, time90k: frame * FRAME_90K };
      const format = { video: { codec: "avc1.42c01e", width: 320, height: 180, description: "" } };
      show.push({ header, format, bytes: new Uint8Array() } as unknown as WaitingFrame);
    }
  }

  function quiet(): void {
    show.tick(performance.now() + QUIET_MS);
  }

  it("is shown as near as there are pictures, and exactly as soon as they have come", () => {
    show.begin(5 * FRAME_90K);
    push(0, 1, 2);
    assert.deepEqual(shown, []);
    quiet();
    assert.deepEqual(shown, [2], "the nearest one so far");
    push(3, 4, 5, 6, 7);
    assert.equal(shown.at(-1), 5);
    assert.equal(clock.at(performance.now()), 5 * FRAME_90K);
    quiet();
    assert.equal(shown.at(-1), 5, "those after it wait for play or for steps");
    show.step(1);
    quiet();
    assert.equal(shown.at(-1), 6);
  });

  it("stays where it is the last picture for now, when others follow it later", () => {
    show.begin(2 * FRAME_90K);
    push(0, 1, 2);
    quiet();
    push(3, 4);
    assert.deepEqual(shown, [2]);
  });

  it("is wanted no more by somebody who has stepped on from the one that stood there", () => {
    show.begin(5 * FRAME_90K);
    push(0, 1, 2);
    quiet();
    show.step(1);
    push(3, 4, 5);
    quiet();
    assert.deepEqual(shown, [2, 3]);
  });
});
