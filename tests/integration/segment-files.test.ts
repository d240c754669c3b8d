// Recording files of real pictures and sound, read by ffmpeg and ffprobe: growing, closed, cut and recovered.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { DecodeTimer } from "../../core/media/mp4/index.ts";
import { inspectSegment, recoverSegment } from "../../core/media/store/recover-segment.ts";
import { openSegmentFile } from "../../core/media/store/segment-file.ts";
import { hasProgram } from "../support/media-files.ts";
import {
  closedBytes,
  decodeEach,
  makeSource,
  openBytes,
  probe,
  record,
  type SourceOptions,
  temporaryFolder,
  writeBytes,
} from "./segment-fixtures.ts";

const CASES: readonly (readonly [string, SourceOptions])[] = [
  ["H.264", {}],
  ["H.264 with AAC", { audio: "aac" }],
  ["H.264 with B frames and Opus", { bFrames: 2, audio: "opus" }],
  ["H.265 with G.711 µ-law", { codec: "h265", audio: "pcmu" }],
  ["H.265 with B frames and G.711 A-law", { codec: "h265", bFrames: 3, audio: "pcma" }],
];

/** Where a file's sound begins, in seconds, as ffprobe has it. */
function soundStart(file: string): number {
  return Number(probe(file).find((stream) => stream.codec_type === "audio")?.start_time);
}

describe("recording files", { skip: hasProgram("ffmpeg") ? false : "ffmpeg is not installed" }, () => {
  for (const [name, options] of CASES) {
    it(`of ${name} play without an error, open and closed, with every frame in its place`, () => {
      using folder = temporaryFolder();
      const source = makeSource(options);
      const recording = record(source);
      const [open, closed] = [join(folder.path, "open.mp4"), join(folder.path, "closed.mp4")];
      writeBytes(open, openBytes(recording));
      writeBytes(closed, closedBytes(recording));
      const decoded = decodeEach([open, closed]);
      assert.equal(decoded.length, 2);
      for (const pictures of decoded) assert.equal(pictures.length, source.pictures.length);
      const [ofOpen, ofClosed] = decoded.map((pictures) => pictures.map((line) => line.split(" ")[1]));
      assert.deepEqual(ofClosed, ofOpen);
      for (const track of probe(closed))
        assert.ok(Math.abs(Number(track.start_time)) < 0.001, `${track.codec_type}: ${track.start_time}`);
      const file = openSegmentFile(closed);
      assert.deepEqual(
        [0, 40, 99].map((index) => Buffer.from(file.readSample("video", index))),
        [0, 40, 99].map((index) => Buffer.from(source.pictures[index]?.bytes ?? [])),
      );
      file.close();
    });

    it(`of ${name} cut at every kind of place are recovered to their last whole part and play`, () => {
      using folder = temporaryFolder();
      const recording = record(makeSource(options));
      const whole = openBytes(recording);
      const closed = closedBytes(recording);
      const files: string[] = [];
      const pictures: number[] = [];
      const starts = recording.parts.map((_, index) => openBytes(recording, index).length);
      // Inside moof's header, its tables, the mdat's header, the first picture's length, pictures, sound, at the end.
      const second = starts[2] as number;
      const third = starts[3] as number;
      const cuts = [
        second,
        second + 3,
        second + 60,
        second + 700,
        (second + third) >> 1,
        third - 1,
        third,
        whole.length,
      ];
      for (const [index, cut] of cuts.entries()) {
        const file = join(folder.path, `cut-${index}.mp4`);
        writeBytes(file, (index % 2 === 0 ? whole : closed).subarray(0, cut));
        const { facts, state, found } = recoverSegment(file);
        assert.notEqual(found, "closed");
        assert.equal(state, "closed");
        const parts =
          starts.filter((start) => start < cut).length -
          (cut === whole.length || starts.includes(cut) ? 0 : 1);
        const expected = recording.parts.slice(0, parts).reduce((sum, part) => sum + part.pictures, 0);
        assert.equal(facts?.videoSamples, expected, `cut at ${cut}`);
        files.push(file);
        pictures.push(expected);
      }
      assert.deepEqual(
        decodeEach(files).map((decoded) => decoded.length),
        pictures,
      );
    });
  }

  it("cut at 500 places are recovered to exactly their whole parts, byte for byte what was written", () => {
    using folder = temporaryFolder();
    const recording = record(makeSource({ seconds: 3, bFrames: 2, audio: "aac" }));
    const whole = openBytes(recording);
    const file = join(folder.path, "cut.mp4");
    for (let round = 0; round < 500; round += 1) {
      const cut = 300 + Math.floor(((whole.length - 300) * round) / 499);
      writeBytes(file, whole.subarray(0, cut));
      const parts = recording.parts.filter((_, index) => openBytes(recording, index + 1).length <= cut);
      const result = recoverSegment(file);
      assert.equal(result.state, parts.length === 0 ? "empty" : "closed", `cut at ${cut}`);
      if (parts.length === 0) continue;
      assert.equal(
        result.facts?.videoSamples,
        parts.reduce((sum, part) => sum + part.pictures, 0),
      );
      assert.equal(
        result.facts?.audioSamples,
        parts.reduce((sum, part) => sum + part.sounds, 0),
      );
      const { moovOffset } = result.facts;
      assert.deepEqual(readFileSync(file).subarray(236, moovOffset), whole.subarray(236, moovOffset));
      assert.equal(inspectSegment(file).state, "closed");
    }
  });

  it("of one run follow each other without a frame lost, and sound stays in time over the cut", () => {
    using folder = temporaryFolder();
    for (const bFrames of [0, 2]) {
      const source = makeSource({ bFrames, audio: "aac" });
      const timer = new DecodeTimer(source.video);
      const [first, second] = [record(source, { to: 75, timer }), record(source, { from: 75, timer })];
      const files = [first, second].map((recording, index) => {
        const file = join(folder.path, `${bFrames}-${index}.mp4`);
        writeBytes(file, closedBytes(recording));
        return file;
      });
      assert.deepEqual(
        decodeEach(files).map((decoded) => decoded.length),
        [75, 25],
      );
      assert.equal(first.facts.duration90k, 3 * 90_000);
      const cut = openSegmentFile(files[1] as string);
      // The first sound after the cut begins where the recording's own clock says, to the sample.
      const soundTime = source.sounds.find((sound) => sound.time >= 3 * 48_000)?.time ?? 0;
      assert.equal(cut.audio?.samples.decodeTimes[0], soundTime - 3 * 48_000);
      const start = soundStart(files[1] as string);
      assert.ok(Math.abs(start - (soundTime / 48_000 - 3)) < 0.001, `${start}`);
      cut.close();
    }
  });

  it("place sound that begins later than the picture where it belongs", () => {
    using folder = temporaryFolder();
    const source = makeSource({ audio: "aac" });
    for (const [shiftSound, start] of [
      [4_800, 0.1],
      [24_000, 0.5],
    ] as const) {
      const file = join(folder.path, `${shiftSound}.mp4`);
      writeBytes(file, closedBytes(record(source, { shiftSound })));
      decodeEach([file]);
      const audioStart = soundStart(file);
      assert.ok(Math.abs(audioStart - start) < 0.001, `${audioStart} instead of ${start}`);
    }
  });

  it("play when the reorder depth had to be learnt", () => {
    using folder = temporaryFolder();
    const source = makeSource({ bFrames: 3 });
    const recording = record(source, { timer: new DecodeTimer() });
    const files = [openBytes(recording), closedBytes(recording)].map((bytes, index) => {
      const file = join(folder.path, `learnt-${index}.mp4`);
      writeBytes(file, bytes);
      return file;
    });
    const all = source.pictures.length;
    assert.deepEqual(
      decodeEach(files).map((decoded) => decoded.length),
      [all, all],
    );
  });

  it("play with parameter sets in band under avc3 and hev1", () => {
    using folder = temporaryFolder();
    for (const [codec, tag] of [
      ["h264", "avc3"],
      ["h265", "hev1"],
    ] as const) {
      const file = join(folder.path, `${tag}.mp4`);
      writeBytes(file, closedBytes(record(makeSource({ codec }), { inBandParameterSets: true })));
      decodeEach([file]);
      assert.equal(probe(file)[0]?.codec_tag_string, tag);
    }
  });
});
