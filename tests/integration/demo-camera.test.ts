// The demo camera as a stranger sees it: ffmpeg fetches it over RTSP, across the seam of the loop, and every frame that
// arrives carries the next number. Needs ffmpeg.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { clipSource } from "../../core/media/rtsp-server/clip-source.ts";
import { createRtspServer } from "../../core/media/rtsp-server/rtsp-server.ts";
import { readFrameCounter } from "../../core/testing/frame-counter.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { hasProgram } from "../support/media-files.ts";

const file = fileURLToPath(new URL("../../plugins/camera-demo/media/sub.mp4", import.meta.url));
const hasFfmpeg = hasProgram("ffmpeg");
const FRAMES_PER_LOOP = 640;

async function recordWithFfmpeg(t: TestContext, transport: "tcp" | "udp", target: string): Promise<void> {
  const source = await clipSource(file, { timing: "shared" });
  // A client that comes at once gets the key frame two seconds before the end of the loop.
  const server = await createRtspServer({ mount: () => ({ source, playback: { shiftSeconds: 60.2 } }) });
  t.after(() => server.close());
  const args = [
    "-v",
    "error",
    "-nostdin",
    "-rtsp_transport",
    transport,
    "-i",
    server.url("/demo"),
    "-t",
    "5",
  ];
  const recorder = spawn("ffmpeg", [...args, "-c", "copy", target], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  recorder.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  const [code] = (await once(recorder, "close")) as [number | null];
  assert.equal(code, 0, said);
}

describe("demo camera over RTSP", { skip: hasFfmpeg ? false : "ffmpeg is not installed" }, () => {
  for (const transport of ["tcp", "udp"] as const) {
    it(`shows every frame in order across the loop's seam over ${transport}`, async (t) => {
      using dir = tempDir();
      const target = dir.join("demo.mkv");
      await recordWithFfmpeg(t, transport, target);
      const decode = [
        "-v",
        "error",
        "-i",
        target,
        "-fps_mode",
        "passthrough",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgba",
      ];
      const { stdout, stderr } = spawnSync("ffmpeg", [...decode, "pipe:1"], { maxBuffer: 1e9 });
      assert.equal(stderr.toString("utf8"), "");
      const frameBytes = 640 * 360 * 4;
      const numbers: (number | undefined)[] = [];
      for (let at = 0; at < stdout.length; at += frameBytes)
        numbers.push(readFrameCounter(stdout.subarray(at, at + frameBytes), 640, 360));
      assert.ok(numbers.length >= 45, `${numbers.length} frames`);
      const first = numbers[0] ?? -1;
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => (first + index) % FRAMES_PER_LOOP),
      );
      assert.ok(numbers.includes(FRAMES_PER_LOOP - 1) && numbers.includes(0), "the seam is in it");
    });
  }
});
