import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BoxReader } from "../../../../core/media/mp4/box-reader.ts";
import { fragment, initSegment, SampleList } from "../../../../core/media/mp4/index.ts";
import { readFragment } from "../../../../core/media/mp4/read-fragment.ts";
import { readMovie } from "../../../../core/media/mp4/read-movie.ts";
import { AUDIO, picture, sound, VIDEO } from "./synthetic-segment.ts";

describe("fragments for MSE", () => {
  it("carry video and sound with times beyond 32 bits", () => {
    const bytes = fragment({
      sequence: 9,
      video: { baseDecodeTime: 2 ** 40 + 5, samples: [picture(0, { compositionOffset: -7 })] },
      audio: { baseDecodeTime: 2 ** 39, samples: [sound(0), sound(1)] },
    });
    const reader = new BoxReader(bytes);
    const moof = reader.box(0, bytes.length);
    const read = readFragment(bytes.subarray(0, moof.end));
    assert.equal(read.sequence, 9);
    assert.equal(read.dataStart, bytes.length);
    assert.equal(read.dataEnd, bytes.length + 8 + 6);
    const traf = reader.need(moof, "traf");
    assert.equal(reader.u64(reader.need(traf, "tfdt").body + 4), 2 ** 40 + 5);
    assert.equal(reader.u32(moof.end), 8 + 8 + 6, "the mdat header counts all bytes that follow");
    assert.equal(reader.type(moof.end + 4), "mdat");
  });

  it("take some hundred bytes for a single picture", () => {
    assert.ok(fragment({ sequence: 1, video: { baseDecodeTime: 0, samples: [picture(0)] } }).length <= 112);
  });

  it("use the duration given where samples bring no decoding time", () => {
    const samples = [picture(0), picture(1)].map(({ decodeTime, ...sample }) => ({
      ...sample,
      duration: decodeTime + 5,
    }));
    const bytes = fragment({ sequence: 1, video: { baseDecodeTime: 0, samples } });
    const list = new SampleList();
    const read = readFragment(bytes.subarray(0, new BoxReader(bytes).u32(0)));
    read.append(0, list, undefined);
    assert.equal(list.durationAt(0), 5);
    assert.equal(list.durationAt(1), 3_605);
  });

  it("mark sound that decoders must roll into where that is asked for", () => {
    const audio = { baseDecodeTime: 0, samples: [sound(0), sound(1)] };
    assert.ok(!Buffer.from(fragment({ sequence: 1, audio })).includes("sbgp"));
    const bytes = Buffer.from(fragment({ sequence: 1, audio, audioRolls: true }));
    assert.equal(bytes.readUInt32BE(bytes.indexOf("sbgp") + 16), 2);
  });

  it("have no track without samples", () => {
    const bytes = fragment({
      sequence: 1,
      video: { baseDecodeTime: 0, samples: [] },
      audio: { baseDecodeTime: 0, samples: [sound(0)] },
    });
    assert.equal(Buffer.from(bytes).toString("latin1").split("traf").length - 1, 1);
  });

  it("refuse 4 GB and more", () => {
    const samples = Array.from({ length: 5 }, (_, index) => picture(index, { length: 1_000_000_000 }));
    assert.throws(() => fragment({ sequence: 1, video: { baseDecodeTime: 0, samples } }), {
      code: "NJ_MP4_INVALID",
    });
  });
});

describe("initialization segment", () => {
  it("names the tracks that it is given, and no samples", () => {
    const bytes = initSegment({ video: VIDEO, audio: AUDIO });
    const reader = new BoxReader(bytes);
    const [ftyp, moov] = reader.boxes(0, bytes.length);
    assert.equal(ftyp?.type, "ftyp");
    const movie = readMovie(bytes.subarray(moov?.start));
    assert.equal(movie.fragmented, true);
    assert.deepEqual(movie.video?.format, VIDEO);
    assert.deepEqual(movie.audio?.format, AUDIO);
    assert.equal(movie.video?.samples.count, 0);
  });

  it("serves a stream without sound", () => {
    const bytes = initSegment({ video: VIDEO });
    assert.equal(readMovie(bytes.subarray(new BoxReader(bytes).u32(0))).audio, undefined);
  });
});
