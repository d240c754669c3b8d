// Fragments that the page builds for MediaSource: an init segment at a key frame, times from one zero, nothing before
// a key frame or after damage.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LiveFrameHeader, WireFormat } from "@nightjar/core/wire";
import { FragmentBuilder, mimeOf } from "../src/player/fragment-builder.ts";

const EPOCH = 160_000_000_000_000;
const format: WireFormat = {
  formatId: 1,
  video: { codec: "avc1.64001f", width: 640, height: 360, description: "AWQAH//hAAQnZAAfAQAEKO48gA==" },
  audio: { codec: "mp4a.40.2", sampleRate: 16_000, channels: 1, description: "FAg=" },
};

function frame(changes: Partial<LiveFrameHeader> = {}): LiveFrameHeader {
  return {
    formatId: 1,
    track: "video",
    keyFrame: false,
    damaged: false,
    discontinuity: false,
    time90k: EPOCH,
    compositionOffset90k: 0,
    duration90k: 3600,
    frameNumber: 0,
    ageUs: 0,
    ...changes,
  };
}

/** Offset of a box by its four letters; -1 if it is not there. */
function find(data: Uint8Array, type: string): number {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).indexOf(type, 0, "latin1");
}

function decodeTime(data: Uint8Array): number {
  return Number(new DataView(data.buffer, data.byteOffset).getBigUint64(find(data, "tfdt") + 8));
}

const picture = Uint8Array.of(0, 0, 0, 2, 0x65, 0x88);

describe("fragment builder", () => {
  it("waits for a key frame, then gives an init segment and a fragment whose data is the frame's", () => {
    const builder = new FragmentBuilder();
    builder.configure(format, false);
    assert.deepEqual(builder.push(frame(), picture), []);
    const [init, piece] = builder.push(frame({ keyFrame: true }), picture);
    assert.ok(init?.kind === "init" && piece?.kind === "fragment");
    assert.equal(init.mime, 'video/mp4; codecs="avc1.64001f"');
    assert.ok(find(init.data, "avcC") > 0 && find(init.data, "mp4a") < 0);
    assert.equal(init.zero90k, EPOCH);
    assert.equal(decodeTime(piece.data), 0);
    assert.deepEqual([...piece.data.subarray(-picture.length)], [...picture]);
    const mdat = find(piece.data, "mdat");
    const size = new DataView(piece.data.buffer).getUint32(mdat - 4);
    assert.equal(size, picture.length + 8);
    assert.equal(mdat - 4 + size, piece.data.length, "the boxes end where the data ends");
  });

  it("gives decoding times, so that reordered pictures keep their place", () => {
    const builder = new FragmentBuilder();
    builder.configure(format, false);
    builder.push(frame({ keyFrame: true, time90k: EPOCH + 7200, compositionOffset90k: 7200 }), picture);
    const [piece] = builder.push(frame({ time90k: EPOCH + 14_400, compositionOffset90k: 10_800 }), picture);
    assert.ok(piece?.kind === "fragment");
    assert.equal(decodeTime(piece.data), 3600);
  });

  it("leaves out what refers to something lost, up to the next key frame", () => {
    const builder = new FragmentBuilder();
    builder.configure(format, false);
    builder.push(frame({ keyFrame: true }), picture);
    assert.deepEqual(builder.push(frame({ damaged: true, time90k: EPOCH + 3600 }), picture), []);
    assert.deepEqual(builder.push(frame({ time90k: EPOCH + 7200 }), picture), []);
    assert.equal(builder.push(frame({ keyFrame: true, time90k: EPOCH + 10_800 }), picture).length, 1);
  });

  it("keeps its zero over a new format, and moves it when a seek goes before it", () => {
    const builder = new FragmentBuilder(1000);
    builder.configure(format, false);
    builder.push(frame({ keyFrame: true }), picture);
    builder.configure({ ...format, formatId: 2 }, false);
    const [again] = builder.push(frame({ keyFrame: true, time90k: EPOCH + 90_000 }), picture);
    assert.ok(again?.kind === "init");
    assert.equal(again.zero90k, EPOCH - 90_000);
    const [early] = builder.push(frame({ keyFrame: true, time90k: EPOCH - 900_000 }), picture);
    assert.ok(early?.kind === "init");
    assert.equal(early.zero90k, EPOCH - 990_000);
  });

  it("carries AAC in its own time scale when sound is wanted, and G.711 never", () => {
    const builder = new FragmentBuilder();
    builder.configure(format, true);
    builder.push(frame({ keyFrame: true }), picture);
    const [sound] = builder.push(
      frame({ track: "audio", time90k: EPOCH + 90_000, duration90k: 5760 }),
      picture,
    );
    assert.ok(sound?.kind === "fragment");
    assert.equal(decodeTime(sound.data), 16_000);
    const g711 = { ...format, audio: { codec: "ulaw", sampleRate: 8000, channels: 1 } };
    assert.equal(mimeOf(g711, true), 'video/mp4; codecs="avc1.64001f"');
    assert.equal(mimeOf(format, true), 'video/mp4; codecs="avc1.64001f, mp4a.40.2"');
  });
});
