import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SoundLine } from "../../../../core/gateway/download/sound-line.ts";
import type { TrackIndex } from "../../../../core/gateway/footage/reader-messages.ts";
import { g711Format } from "../../../../core/media/codec/g711.ts";
import { type AacEncoder, aacFormatOf } from "../../../../core/media/ffmpeg/aac-encoder.ts";
import type { AudioFormat } from "../../../../core/media/format.ts";

const SOURCE = g711Format("pcma", 8_000, 1);

/** An encoder that keeps what it is fed. */
function ear(): { encoder: AacEncoder; heard: () => Buffer } {
  const fed: Uint8Array[] = [];
  const encoder = {
    format: aacFormatOf(SOURCE),
    write: (bytes: Uint8Array) => {
      fed.push(bytes);
      return Promise.resolve();
    },
  };
  return { encoder: encoder as unknown as AacEncoder, heard: () => Buffer.concat(fed) };
}

/** A track of packets of 160 samples at these times, and their bytes: packet 1 holds ones, and so on. */
function track(times: readonly number[]): { index: TrackIndex<AudioFormat>; pieces: Buffer[] } {
  const index = { format: SOURCE, count: times.length, decodeTimes: Int32Array.from(times) };
  return {
    index: index as unknown as TrackIndex<AudioFormat>,
    pieces: times.map((_, at) => Buffer.alloc(160, at + 1)),
  };
}

/** Runs of equal bytes: value and length. */
function runs(bytes: Buffer): [number, number][] {
  const found: [number, number][] = [];
  for (const byte of bytes) {
    const last = found.at(-1);
    if (last?.[0] === byte) last[1] += 1;
    else found.push([byte, 1]);
  }
  return found;
}

describe("the line of a clip's sound", () => {
  async function fed(...recordings: { base90k: number; times: readonly number[] }[]) {
    const { encoder, heard } = ear();
    const line = new SoundLine(encoder, SOURCE);
    for (const { base90k, times } of recordings) {
      const { index, pieces } = track(times);
      await line.feed(index, { from: 0, to: times.length }, base90k, pieces);
    }
    return { line, runs: runs(heard()) };
  }

  it("begins where the first packet stands and leaves jitter of time stamps alone", async () => {
    const { line, runs: found } = await fed({ base90k: 90_000, times: [80, 243, 396] });
    assert.equal(line.zero90k, 90_000 + 900);
    assert.deepEqual(found, [
      [1, 160],
      [2, 160],
      [3, 160],
    ]);
  });

  it("fills what is missing with silence, so that what follows stays in its place", async () => {
    const { runs: found } = await fed({ base90k: 0, times: [0, 160, 8_000] });
    assert.deepEqual(found, [
      [1, 160],
      [2, 160],
      [0xd5, 8_000 - 320],
      [3, 160],
    ]);
  });

  it("leaves out what was heard already where recordings overlap", async () => {
    const { encoder, heard } = ear();
    const line = new SoundLine(encoder, SOURCE);
    for (const base of [0, 700]) {
      const { index } = track([0, 320, 640]);
      const pieces = [1, 2, 3].map((value) => Buffer.alloc(320, base + value));
      await line.feed(index, { from: 0, to: 3 }, (base * 90_000) / 8_000, pieces);
    }
    assert.deepEqual(runs(heard()), [
      [1, 320],
      [2, 320],
      [3, 320],
      // The first packet of the second recording stands at 700 and was heard up to 960.
      [(700 + 1) & 0xff, 60],
      [(700 + 2) & 0xff, 320],
      [(700 + 3) & 0xff, 320],
    ]);
  });

  it("has a format for usual rates and channels only", () => {
    assert.deepEqual(aacFormatOf(SOURCE)?.sampleRate, 16_000);
    assert.deepEqual(aacFormatOf(g711Format("pcmu", 48_000, 2))?.channels, 2);
    assert.equal(aacFormatOf(g711Format("pcmu", 17_000, 1)), undefined);
  });
});
