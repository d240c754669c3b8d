// The demo camera's clips as files: every frame carries its number, readable at its size and at a small tile's, and the
// sound clicks with the seconds. Needs ffmpeg.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { stat } from "node:fs/promises";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { readClip } from "../../core/media/rtsp-server/mp4-clip.ts";
import { readFrameCounter } from "../../core/testing/frame-counter.ts";
import { hasProgram } from "../support/media-files.ts";

const folder = fileURLToPath(new URL("../../plugins/camera-demo/media/", import.meta.url));
const hasFfmpeg = hasProgram("ffmpeg");
const LOOP_SECONDS = 64;

/** What is looked at of a picture, and scaled: the lowest of so many strips of it, in which the counter is. */
const STRIPS = 15;

/** Decodes the first seconds of a file to RGBA at a size and reads the number of each frame. */
async function frameNumbers(
  file: string,
  seconds: number,
  [width, height]: readonly [number, number],
): Promise<(number | undefined)[]> {
  const args = [
    "-v",
    "error",
    "-nostdin",
    "-t",
    String(seconds),
    "-i",
    file,
    "-vf",
    `crop=iw:ih/${STRIPS}:0:ih-ih/${STRIPS},scale=${width}:${height / STRIPS}`,
  ];
  const decoder = spawn("ffmpeg", [...args, "-f", "rawvideo", "-pix_fmt", "rgba", "pipe:1"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const frameBytes = (width * height * 4) / STRIPS;
  const frame = Buffer.alloc(frameBytes);
  let filled = 0;
  const numbers: (number | undefined)[] = [];
  for await (const chunk of decoder.stdout as AsyncIterable<Buffer>) {
    let at = 0;
    while (at < chunk.length) {
      const taken = chunk.copy(frame, filled, at);
      at += taken;
      filled += taken;
      if (filled < frameBytes) continue;
      numbers.push(readFrameCounter(frame, width, height, height - height / STRIPS));
      filled = 0;
    }
  }
  return numbers;
}

describe("media of the demo camera", { skip: hasFfmpeg ? false : "ffmpeg is not installed" }, () => {
  // What can be read when it is small can be read when it is large: of the large ones the first seconds do.
  for (const [name, framesPerSecond, width, height, seconds] of [
    ["main.mp4", 15, 1280, 720, 8],
    ["main.mp4", 15, 426, 240, LOOP_SECONDS],
    ["sub.mp4", 10, 640, 360, 8],
    ["sub.mp4", 10, 320, 180, LOOP_SECONDS],
  ] as const) {
    it(`numbers every frame of ${name} readably at ${width} × ${height}, for ${seconds} s`, async () => {
      const numbers = await frameNumbers(folder + name, seconds, [width, height]);
      const expected = Array.from({ length: seconds * framesPerSecond }, (_, index) => index);
      assert.deepEqual(numbers, expected);
    });
  }

  it("has a key frame every two seconds and sound that fills the loop exactly", async () => {
    for (const [name, framesPerSecond] of [
      ["main.mp4", 15],
      ["sub.mp4", 10],
    ] as const) {
      const clip = await readClip(folder + name);
      assert.equal(clip.durationSeconds, LOOP_SECONDS);
      const [video, audio] = clip.tracks;
      assert.ok(video && audio);
      const keyFrames = [...video.keyFrames].flatMap((key, index) => (key === 1 ? [index] : []));
      const expected = Array.from({ length: LOOP_SECONDS / 2 }, (_, gop) => gop * 2 * framesPerSecond);
      assert.deepEqual(keyFrames, expected);
      assert.equal(audio.sizes.length, 1000);
      assert.equal(audio.presentationTimes.at(-1), LOOP_SECONDS * 16_000 - 1024);
    }
  });

  it("clicks within 30 ms of every full second", () => {
    const args = ["-v", "error", "-i", `${folder}main.mp4`, "-vn", "-af", "highpass=f=1200,lowpass=f=2400"];
    const { stdout } = spawnSync("ffmpeg", [...args, "-ar", "16000", "-f", "s16le", "pipe:1"], {
      maxBuffer: 1e8,
    });
    let heard = 0;
    for (let second = 1; second < LOOP_SECONDS - 1; second += 1) {
      let loudest = 0;
      let at = 0;
      for (let sample = (second - 0.5) * 16_000; sample < (second + 0.5) * 16_000; sample += 1) {
        const level = Math.abs(stdout.readInt16LE(sample * 2));
        if (level > loudest) [loudest, at] = [level, sample];
      }
      if (Math.abs(at / 16_000 - second) < 0.03) heard += 1;
    }
    // A bird may sing over a click or two.
    assert.ok(heard >= LOOP_SECONDS - 8, `heard ${heard} clicks`);
  });

  it("fits into six megabytes", async () => {
    const bytes = (await stat(`${folder}main.mp4`)).size + (await stat(`${folder}sub.mp4`)).size;
    assert.ok(bytes <= 6 * 1024 * 1024, `${bytes} bytes`);
  });
});
