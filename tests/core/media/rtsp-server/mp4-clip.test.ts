import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { NightjarError } from "../../../../core/errors.ts";
import { parseClip, readClip } from "../../../../core/media/rtsp-server/mp4-clip.ts";
import { testClip, testClipFile } from "../../../../core/testing/fake-tracks.ts";

describe("clips that are served", () => {
  it("have their frames, times and key frames as they stand in the file", async () => {
    const { tracks, durationSeconds } = await testClip("h264-aac");
    const [video, audio] = tracks;
    assert.equal(durationSeconds, 4);
    assert.equal(video?.served.encoding, "H264");
    assert.deepEqual([video?.width, video?.height], [320, 180]);
    assert.deepEqual([...(video?.presentationTimes.subarray(0, 3) ?? [])], [0, 3600, 7200]);
    assert.equal(
      video?.keyFrames.reduce((sum, key) => sum + key, 0),
      4,
    );
    assert.equal(audio?.served.clockRate, 48_000);
    assert.match(audio?.served.fmtp ?? "", /config=1188/);
  });

  it("present B-frames in another order than they are decoded, from time zero on", async () => {
    const [video] = (await testClip("h264-bframes-opus")).tracks;
    const times = [...(video?.presentationTimes ?? [])];
    assert.equal(Math.min(...times), 0);
    assert.notDeepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    assert.deepEqual(
      times.toSorted((a, b) => a - b),
      times.map((_, index) => index * 3600),
    );
  });

  it("leave out the sound that an encoder puts before the start", async () => {
    const audio = (await testClip("h264-aac")).tracks[1];
    assert.equal(audio?.presentationTimes[0], 0);
    assert.ok((audio?.presentationTimes.at(-1) ?? 0) < 4 * 48_000);
  });

  it("carry their parameter sets in the session description", async () => {
    const h264 = (await testClip("h264-aac")).tracks[0];
    assert.match(h264?.served.fmtp ?? "", /profile-level-id=4D40..;sprop-parameter-sets=Z[^,]+,a/);
    const h265 = (await testClip("h265-aac")).tracks[0];
    assert.match(h265?.served.fmtp ?? "", /^sprop-vps=[^;]+;sprop-sps=[^;]+;sprop-pps=[^;]+$/);
    assert.equal(h265?.parameterSets.length, 3);
  });

  it("are refused with a reason when they are no MP4 or hold nothing to serve", async () => {
    assert.throws(() => parseClip(Buffer.from("not an mp4 file at all"), "x.mp4"), {
      code: "NJ_CLIP_INVALID",
    });
    assert.throws(() => parseClip(Buffer.alloc(0), "x.mp4"), {
      message: "cannot serve x.mp4: it has no moov box",
    });
    await assert.rejects(readClip("/does/not/exist.mp4"), { code: "ENOENT" });
  });

  it("never bring the reader down when their bytes are damaged", async () => {
    const original = await readFile(testClipFile("h264-small"));
    const moov = original.indexOf("moov");
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let round = 0; round < 3_000; round += 1) {
      const damaged = Buffer.from(original);
      for (let hit = 0; hit < 3; hit += 1) damaged[moov + random(3_000)] = random(256);
      const cut = random(4) === 0 ? damaged.subarray(0, random(damaged.length)) : damaged;
      try {
        parseClip(cut, "damaged");
      } catch (error) {
        assert.ok(error instanceof NightjarError, String(error));
      }
    }
  });
});
