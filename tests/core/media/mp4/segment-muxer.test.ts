import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BoxReader } from "../../../../core/media/mp4/box-reader.ts";
import {
  decodeKeyFrames,
  PATCH_OFFSET,
  readSegment,
  type SegmentContent,
  SegmentMuxer,
} from "../../../../core/media/mp4/index.ts";
import { readMovie } from "../../../../core/media/mp4/read-movie.ts";
import {
  AUDIO,
  CLOSING,
  IDENTITY,
  makeSegment,
  makeUsualSegment,
  memory,
  picture,
  sound,
  VIDEO,
} from "./synthetic-segment.ts";

function read(bytes: Uint8Array): SegmentContent {
  const content = readSegment(memory(bytes));
  assert.ok("video" in content, content.problem);
  return content;
}

function types(bytes: Uint8Array): string[] {
  return new BoxReader(bytes).boxes(0, bytes.length).map((box) => box.type);
}

/** All that both forms of a file must agree on. */
function samplesOf(content: SegmentContent) {
  return [content.video.samples, content.audio?.samples].map((list) =>
    Array.from({ length: list?.count ?? 0 }, (_, index) => ({
      offset: list?.offsets[index],
      size: list?.sizes[index],
      decodeTime: list?.decodeTimes[index],
      presentationTime: list?.presentationTimeAt(index),
      duration: list?.durationAt(index),
      flags: list?.flags[index],
    })),
  );
}

describe("recording file", () => {
  it("is a fragmented MP4 while it grows and an ordinary one when closed, with the identity at the same place", () => {
    const { open, closed } = makeUsualSegment();
    assert.deepEqual(types(open), [
      "ftyp",
      "uuid",
      "free",
      "moov",
      ...Array.from({ length: 4 }, () => ["moof", "mdat"]).flat(),
    ]);
    assert.deepEqual(types(closed), ["ftyp", "uuid", "mdat", "moov"]);
    assert.deepEqual(open.subarray(0, PATCH_OFFSET), closed.subarray(0, PATCH_OFFSET));
  });

  it("changes nothing but the sixteen bytes of the header when it is closed", () => {
    const { open, closed, end } = makeUsualSegment();
    assert.deepEqual(closed.subarray(PATCH_OFFSET + 16, open.length), open.subarray(PATCH_OFFSET + 16));
    assert.equal(end.patch.length, 16);
    assert.equal(end.summary.moovOffset, open.length);
    assert.equal(end.summary.sizeBytes, closed.length);
  });

  it("tells the same samples in both forms", () => {
    const { open, closed } = makeUsualSegment();
    const [before, after] = [read(open), read(closed)];
    assert.equal(before.state, "open");
    assert.equal(after.state, "closed");
    assert.deepEqual(samplesOf(before), samplesOf(after));
    assert.equal(after.video.samples.count, 40);
    assert.equal(after.audio?.samples.count, 16);
  });

  it("gives its formats back", () => {
    const content = read(makeUsualSegment().closed);
    assert.deepEqual(content.video.format, VIDEO);
    assert.deepEqual(content.audio?.format, AUDIO);
  });

  it("starts at decoding time zero whatever the time in the run, and keeps sound in time with the picture", () => {
    const late = 1_000_000 * 90_000;
    const lateSound = 1_000_000 * 48_000;
    const { open, closed } = makeSegment(
      [
        {
          video: [
            picture(0, { decodeTime: late, compositionOffset: 7_200 }),
            picture(1, { decodeTime: late + 3_600 }),
          ],
          audio: [sound(0, { decodeTime: lateSound + 4_800 }), sound(1, { decodeTime: lateSound + 5_824 })],
        },
      ],
      { audio: AUDIO },
    );
    for (const bytes of [open, closed]) {
      const { video, audio } = read(bytes);
      assert.equal(video.samples.decodeTimes[0], 0);
      assert.equal(video.samples.presentationTimeAt(0), 7_200);
      assert.equal(audio?.samples.decodeTimes[0], 4_800);
    }
    const movie = readMovie(closed.subarray(open.length));
    assert.deepEqual(movie.video?.edits, [{ duration: 3_600, mediaTime: 7_200 }]);
    // 100 ms after the first decoding time, 20 ms after the first picture: an empty edit of 1 800 ticks.
    assert.deepEqual(movie.audio?.edits, [
      { duration: 1_800, mediaTime: -1 },
      { duration: 3_840, mediaTime: 0 },
    ]);
  });

  it("cuts sound that begins before the first picture by its edit list", () => {
    const { open, closed } = makeSegment(
      [
        {
          video: [picture(0), picture(1)],
          audio: [sound(0, { decodeTime: -480 }), sound(1, { decodeTime: 544 })],
        },
      ],
      { audio: AUDIO },
    );
    assert.deepEqual(readMovie(closed.subarray(open.length)).audio?.edits, [
      { duration: 2_940, mediaTime: 480 },
    ]);
    assert.equal(read(closed).audio?.samples.decodeTimes[0], -480);
    // While it grows there is no edit list: the early sample is squeezed, the next one is in time.
    assert.deepEqual(Array.from(read(open).audio?.samples.decodeTimes.subarray(0, 2) ?? []), [0, 544]);
  });

  it("keeps B frames' presentation times, negative offsets included", () => {
    const video = [
      picture(0, { compositionOffset: 3_600 }),
      picture(1, { compositionOffset: 10_800 }),
      picture(2, { compositionOffset: -1 }),
      picture(3, { compositionOffset: 0 }),
    ];
    for (const bytes of Object.values(pickForms(makeSegment([{ video }])))) {
      const { samples } = read(bytes).video;
      assert.deepEqual(
        [0, 1, 2, 3].map((index) => samples.presentationTimeAt(index)),
        [3_600, 14_400, 7_199, 10_800],
      );
    }
  });

  it("lets a sample last until the next part's first one, whatever it was thought to last", () => {
    const { open, closed, end } = makeSegment([
      { video: [picture(0), picture(1, { duration: 9_999 })] },
      { video: [picture(2, { decodeTime: 8_000, duration: 1_000 })] },
    ]);
    for (const bytes of [open, closed]) assert.equal(read(bytes).video.samples.durationAt(1), 4_400);
    assert.equal(end.summary.duration90k, 9_000);
  });

  it("keeps a hole in the sound a hole", () => {
    const audio = [sound(0), sound(1), sound(5), sound(6)];
    const { open, closed } = makeSegment([{ video: [picture(0)], audio }], { audio: AUDIO });
    for (const bytes of [open, closed]) {
      assert.deepEqual(
        Array.from(read(bytes).audio?.samples.decodeTimes.subarray(0, 4) ?? []),
        [0, 1_024, 5_120, 6_144],
      );
    }
  });

  it("marks damaged samples until the next key frame in both forms", () => {
    const video = [picture(0), picture(1, { damaged: true }), picture(2, { damaged: true }), picture(10)];
    const { open, closed } = makeSegment([{ video }]);
    for (const bytes of [open, closed]) {
      const { samples } = read(bytes).video;
      assert.deepEqual(
        [0, 1, 2, 3].map((index) => samples.isDamaged(index)),
        [false, true, true, false],
      );
      assert.deepEqual(
        [0, 1, 2, 3].map((index) => samples.isKeyFrame(index)),
        [true, false, false, true],
      );
    }
  });

  it("sums up all that an index row needs", () => {
    const { end, partEnds } = makeUsualSegment();
    const { summary } = end;
    assert.deepEqual(
      { ...summary, keyFrames: undefined },
      {
        ...IDENTITY,
        id: "1760000000000-node-1-7-3",
        duration90k: 40 * 3_600,
        sizeBytes: (partEnds[4] as number) + end.moov.length,
        videoCodec: "avc1.64001f",
        width: 1920,
        height: 1080,
        audioCodec: "mp4a.40.2",
        videoSamples: 40,
        audioSamples: 16,
        moovOffset: partEnds[4],
        moovBytes: end.moov.length,
        holes: CLOSING.holes,
        reasons: CLOSING.reasons,
        cameraClockOffsetMs: CLOSING.cameraClockOffsetMs,
        startsWithKeyFrame: true,
        endsRun: true,
        recovered: false,
        keyFrames: undefined,
      },
    );
    const keyFrames = decodeKeyFrames(summary.keyFrames);
    assert.deepEqual(
      keyFrames.map(({ time90k }) => time90k),
      [0, 36_000, 72_000, 108_000],
    );
    const { samples } = read(makeUsualSegment().closed).video;
    assert.deepEqual(
      keyFrames.map(({ offset, sizeBytes }) => [offset, sizeBytes]),
      [0, 10, 20, 30].map((index) => [samples.offsets[index], samples.sizes[index]]),
    );
  });

  it("carries holes, reasons and the camera's clock in its final moov", () => {
    assert.deepEqual(read(makeUsualSegment().closed).summary, {
      ...CLOSING,
      duration90k: 144_000,
      recovered: false,
    });
  });

  it("takes the next segment's start as its end where that is known", () => {
    const muxer = new SegmentMuxer({ identity: IDENTITY, video: VIDEO });
    muxer.header();
    muxer.part([picture(0), picture(1)], []);
    assert.equal(muxer.finish({ ...CLOSING, duration90k: 7_233 }).summary.duration90k, 7_233);
  });

  it("says so when it does not begin with a key frame", () => {
    assert.equal(makeSegment([{ video: [picture(1), picture(2)] }]).end.summary.startsWithKeyFrame, false);
  });

  it("names its entry avc3 and hev1 when parameter sets stand in the samples", () => {
    const { closed, end } = makeSegment([{ video: [picture(0)] }], { inBandParameterSets: true });
    assert.equal(read(closed).video.format.codecString, "avc3.64001f");
    assert.equal(read(closed).video.inBandParameterSets, true);
    assert.equal(end.summary.videoCodec, "avc3.64001f");
  });

  it("refuses sound before the first picture and parts before the header", () => {
    const muxer = new SegmentMuxer({ identity: IDENTITY, video: VIDEO, audio: AUDIO });
    assert.throws(() => muxer.part([picture(0)], []), { code: "NJ_INTERNAL" });
    muxer.header();
    assert.throws(() => muxer.part([], [sound(0)]), { code: "NJ_INTERNAL" });
  });

  it("uses 64-bit chunk offsets beyond 4 GB", () => {
    const muxer = new SegmentMuxer({ identity: IDENTITY, video: VIDEO });
    muxer.header();
    for (let part = 0; part < 6; part += 1) muxer.part([picture(part, { length: 1_000_000_000 })], []);
    const { moov } = muxer.finish(CLOSING);
    assert.ok(Buffer.from(moov).includes("co64"));
    assert.equal(readMovie(moov).video?.samples.offsets[5], muxer.bytes - 1_000_000_000);
  });
});

function pickForms({ open, closed }: { open: Uint8Array; closed: Uint8Array }) {
  return { open, closed };
}
