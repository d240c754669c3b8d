// The decoder of analysis with a real ffmpeg: pictures come out at the size and rate that were asked for, with the times of the
// frames that went in; what ends is told of; what is stuck is ended.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { FrameDecoder, type FrameDecoderOptions } from "../../../core/analysis/frame-decoder.ts";
import { NutReader } from "../../../core/analysis/nut-reader.ts";
import { scaleLuma } from "../../../core/analysis/scale-luma.ts";
import { systemClock } from "../../../core/clock.ts";
import { childOutput } from "../../../core/link/child-output.ts";
import { h264Format } from "../../../core/media/codec/video-format.ts";
import { searchFfmpeg } from "../../../core/media/ffmpeg/find-ffmpeg.ts";
import type { LiveFrameHeader } from "../../../core/media/live-wire.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { testClip } from "../../../core/testing/fake-tracks.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { picturesFound } from "./nut-fuzz-target.ts";

const { found: ffmpeg } = await searchFfmpeg();
const skip = ffmpeg === undefined ? "there is no ffmpeg" : false;
const BASE_MS = 1_790_000_000_000;
const SIZE = { width: 160, height: 90, perSecond: 5 };
const CLIP_SECONDS = 4;

/** The frames of a small clip of 25 pictures a second, as they come from `media`, and their format. */
async function clip(name: "h264-aac" | "h264-bframes-opus") {
  const [video] = (await testClip(name)).tracks;
  assert.ok(video !== undefined);
  const [sps, pps] = video.parameterSets as [Uint8Array, Uint8Array];
  const format = h264Format([sps], [pps]);
  assert.ok(format !== undefined);
  const frames = [...video.sizes.keys()].map((index) => {
    const decode = (video.decodeTimes[index] as number) / video.served.clockRate;
    const presentation = (video.presentationTimes[index] as number) / video.served.clockRate;
    const header: LiveFrameHeader = {
      formatId: 1,
      track: "video",
      keyFrame: video.keyFrames[index] === 1,
      damaged: false,
      discontinuity: false,
      time90k: BASE_MS * 90 + presentation * 90_000,
      compositionOffset90k: Math.round((presentation - decode) * 90_000),
      duration90k: 3_600,
      frameNumber: index,
      ageUs: 0,
    };
    const at = video.offsets[index] as number;
    return { header, data: video.data.subarray(at, at + (video.sizes[index] as number)) };
  });
  return { frames, format };
}

/** A frame with noise in each of its NAL units (of 4-byte lengths), their first bytes excepted. */
function noisy(data: Uint8Array): Uint8Array {
  const bytes = Buffer.from(data);
  let noise = 1;
  for (let at = 0; at + 4 < bytes.length; at += 4 + bytes.readUInt32BE(at)) {
    const end = Math.min(bytes.length, at + 4 + bytes.readUInt32BE(at));
    for (let place = at + 16; place < end; place += 1) {
      noise = (Math.imul(noise, 1_103_515_245) + 12_345) >>> 0;
      bytes[place] = (noise >>> 24) | 4;
    }
  }
  return bytes;
}

/** The same frame, so many seconds later. */
function later({ header, data }: { header: LiveFrameHeader; data: Uint8Array }, seconds: number) {
  const time90k = header.time90k + seconds * 90_000;
  return { header: { ...header, time90k, frameNumber: header.frameNumber + seconds * 25 }, data };
}

async function decoder(options: Partial<FrameDecoderOptions> & Pick<FrameDecoderOptions, "format">) {
  const pictures: { timeMs: number; mean: number }[] = [];
  const ends: string[] = [];
  using run = tempDir("nj-decoder-");
  const made = new FrameDecoder({
    ffmpeg: { path: ffmpeg?.path ?? "" },
    size: SIZE,
    clock: systemClock,
    output: await childOutput(run.path),
    onPicture: (luma, timeMs) => {
      assert.equal(luma.length, (options.size ?? SIZE).width * (options.size ?? SIZE).height);
      pictures.push({
        timeMs: timeMs - BASE_MS,
        mean: luma.reduce((sum, value) => sum + value, 0) / luma.length,
      });
    },
    onDamaged: () => undefined,
    onComplaint: () => undefined,
    onEnd: (reason) => ends.push(reason),
    ...options,
  });
  return { made, pictures, ends };
}

describe("the decoder of analysis", { skip, timeout: 240_000 }, () => {
  it("gives no picture of frames that are noise, and goes on with the next key frame that is none", async () => {
    const { frames: round, format } = await clip("h264-aac");
    const frames = [0, 1, 2].flatMap((number) => round.map((frame) => later(frame, number * CLIP_SECONDS)));
    const clock = new FakeClock();
    const damaged: number[] = [];
    const { made, pictures, ends } = await decoder({ format, clock, onDamaged: () => damaged.push(1) });
    try {
      // From the second to the seventh second noise behind the slices' headers: ffmpeg makes pictures of it all the same.
      for (const [index, { header, data }] of frames.entries()) {
        made.write(header, index >= 25 && index < 175 ? noisy(data) : data);
        clock.advance(40);
        // As in a stream that is not in a hurry: a picture comes out of every five frames. A decoder that starts has some within.
        if (index < 24 || index % 5 !== 4) continue;
        const wanted = (index + 1) / 5 - 4;
        await waitFor(() => pictures.length + damaged.length >= wanted || undefined, {
          deadlineMs: 20_000,
          what: () => `picture ${wanted}; ${damaged.length} damaged ones, ${JSON.stringify(pictures)}`,
        });
      }
      await waitFor(() => pictures.some(({ timeMs }) => timeMs > 9_000) || undefined, {
        deadlineMs: 20_000,
        what: () => `pictures after the noise: ${JSON.stringify(pictures)}`,
      });
    } finally {
      made.stop();
    }
    // Some of the begin may be here before ffmpeg's words of them, which come by another way.
    const within = pictures.filter(({ timeMs }) => timeMs > 3_600 && timeMs < 6_950);
    assert.deepEqual(within, []);
    assert.ok(damaged.length >= 15, `${damaged.length} were damaged`);
    assert.deepEqual(ends, []);
  });

  for (const name of ["h264-aac", "h264-bframes-opus"] as const) {
    it(`gives pictures of ${name} at the rate that was asked for, with the times of its frames`, async () => {
      const { frames, format } = await clip(name);
      const { made, pictures, ends } = await decoder({ format });
      for (const { header, data } of frames) made.write(header, data);
      // The last frames stay within until others follow.
      await waitFor(() => pictures.length >= CLIP_SECONDS * SIZE.perSecond - 2 || undefined, {
        deadlineMs: 30_000,
        what: () => `pictures; ${pictures.length} came, ${ends.join()}`,
      });
      made.stop();
      const known = frames.map(({ header }) => header.time90k / 90 - BASE_MS);
      for (const [index, { timeMs }] of pictures.entries()) {
        const nearest = Math.min(...known.map((time) => Math.abs(time - timeMs)));
        assert.ok(nearest < 2, `picture ${index} at ${timeMs} ms is ${nearest} ms from any frame`);
        const step = timeMs - (pictures[index - 1]?.timeMs ?? timeMs - 200);
        assert.ok(
          Math.abs(step - 200) <= 41,
          `${step} ms after the one before: ${pictures.map((each) => Math.round(each.timeMs)).join(" ")}`,
        );
      }
      assert.ok(pictures.every(({ mean }) => mean > 5 && mean < 250));
      assert.deepEqual(ends, []);
    });
  }

  it("also of pictures larger than half of what its container calls a packet, and of the smallest", async () => {
    const { frames, format } = await clip("h264-aac");
    for (const size of [
      { width: 320, height: 180, perSecond: 12 },
      { width: 640, height: 480, perSecond: 1 },
    ]) {
      const { made, pictures } = await decoder({ format, size });
      for (const { header, data } of frames) made.write(header, data);
      await waitFor(() => pictures.length >= CLIP_SECONDS * size.perSecond - 3 || undefined, {
        deadlineMs: 30_000,
      });
      made.stop();
    }
  });

  it("says when it ends, once, and why: no ffmpeg, a clock that jumps, a stream that is none", async () => {
    const { frames, format } = await clip("h264-aac");
    const none = await decoder({ format, ffmpeg: { path: "/nowhere/ffmpeg" } });
    await waitFor(() => none.ends[0], { what: "a word of the missing ffmpeg" });
    assert.match(none.ends[0] ?? "", /ENOENT/);
    const jumping = await decoder({ format });
    const [first] = frames;
    assert.ok(first !== undefined);
    jumping.made.write(first.header, first.data);
    jumping.made.write({ ...first.header, time90k: first.header.time90k + 90_000_000 }, first.data);
    assert.deepEqual(jumping.ends, ["the stream's clock jumped"]);
    const broken = await decoder({ format: { ...format, decoderConfig: Uint8Array.of(1, 2, 3) } });
    broken.made.write(first.header, Buffer.alloc(2_000, 7));
    for (let count = 1; count < 50; count += 1) {
      const time90k = first.header.time90k + count * 3_600;
      broken.made.write({ ...first.header, time90k }, Buffer.alloc(2_000, count));
    }
    broken.made.stop();
    assert.ok(broken.ends.length <= 1);
  });

  it("is ended when it takes frames and gives nothing for ten seconds", async () => {
    const { frames, format } = await clip("h264-aac");
    using dir = tempDir("nj-decoder-");
    const path = dir.join("ffmpeg");
    writeFileSync(path, "#!/bin/sh\nexec cat > /dev/null\n", { mode: 0o755 });
    const clock = new FakeClock();
    const { made, ends } = await decoder({ format, clock, ffmpeg: { path } });
    for (const { header, data } of frames) made.write(header, data);
    clock.advance(9_000);
    assert.deepEqual(ends, []);
    clock.advance(3_000);
    assert.deepEqual(ends, ["ffmpeg is stuck"]);
  });

  it("refuses to read what is not its container", () => {
    const reader = new NutReader(16, { picture: () => assert.fail("there is none") });
    assert.throws(() => reader.push(Buffer.from("something else that is not NUT at all")), /no NUT/);
    const begun = new NutReader(16, { picture: () => assert.fail("there is none") });
    assert.throws(
      () => begun.push(Buffer.concat([Buffer.from("nut/multimedia container\0"), Buffer.alloc(64, 0xff)])),
      /no NUT/,
    );
  });
});

describe("the container that ffmpeg writes", () => {
  it("gives the same pictures in whatever pieces it comes", () => {
    const whole = picturesFound(5);
    assert.equal(whole.length, 5);
    for (const pieceBytes of [1, 2, 3, 7, 24, 63, 64, 65, 130, 400])
      assert.deepEqual(picturesFound(5, pieceBytes), whole, `pieces of ${pieceBytes}`);
  });
});

describe("a picture made smaller", () => {
  it("has in each pixel the mean of those that it covers", () => {
    const target = new Uint8Array(2);
    scaleLuma(Uint8Array.of(0, 10, 100, 110, 20, 30, 120, 130), 4, 2, target, 2, 1);
    assert.deepEqual([...target], [15, 115]);
    const odd = new Uint8Array(2);
    scaleLuma(Uint8Array.of(1, 2, 3), 3, 1, odd, 2, 1);
    assert.deepEqual([...odd], [1, 3]);
  });
});
