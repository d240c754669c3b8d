// Makes the small clips that tests and fake cameras serve (core/testing/media): the demo yard at 320 × 180, one clip
// for each pair of codecs that matters. Four seconds, 25 frames a second, a key frame a second.
//
//   node scripts/make-test-clips.ts [--out FOLDER] [--ffmpeg FILE]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Scene } from "./demo-media/scene.ts";

const SECONDS = 4;
const FRAMES_PER_SECOND = 25;

interface TestClip {
  readonly name: string;
  readonly size: readonly [number, number];
  readonly video: readonly string[];
  readonly audio: readonly string[];
}

const H264 = ["-c:v", "libx264", "-profile:v", "main", "-crf", "27", "-g", "25", "-sc_threshold", "0"];
const H265 = ["-c:v", "libx265", "-crf", "29", "-tag:v", "hvc1", "-x265-params"];
const CLIPS: readonly TestClip[] = [
  {
    name: "h264-aac",
    size: [320, 180],
    video: [...H264, "-bf", "0"],
    audio: ["-c:a", "aac", "-b:a", "48k", "-ar", "48000"],
  },
  {
    name: "h264-bframes-opus",
    size: [320, 180],
    video: [...H264, "-bf", "2"],
    audio: ["-c:a", "libopus", "-b:a", "32k", "-ar", "48000"],
  },
  {
    name: "h265-aac",
    size: [320, 180],
    video: [...H265, "log-level=none:keyint=25:min-keyint=25:scenecut=0:bframes=0"],
    audio: ["-c:a", "aac", "-b:a", "48k", "-ar", "44100"],
  },
  { name: "h264-small", size: [160, 90], video: [...H264, "-bf", "0"], audio: ["-an"] },
];

const { values } = parseArgs({
  options: {
    out: { type: "string", default: resolve(import.meta.dirname, "../core/testing/media") },
    ffmpeg: { type: "string", default: process.env["FFMPEG_BIN"] ?? "ffmpeg" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log("usage: node scripts/make-test-clips.ts [--out FOLDER] [--ffmpeg FILE]");
} else {
  await mkdir(values.out, { recursive: true });
  for (const clip of CLIPS) await makeClip(clip, values.out, values.ffmpeg);
}

async function makeClip(clip: TestClip, out: string, ffmpeg: string): Promise<void> {
  const [width, height] = clip.size;
  const encoder = spawn(
    ffmpeg,
    [
      ...["-v", "error", "-y", "-nostdin", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", `${width}x${height}`],
      ...["-framerate", String(FRAMES_PER_SECOND), "-i", "pipe:0"],
      ...["-f", "lavfi", "-t", String(SECONDS + 1), "-i", "sine=frequency=440:beep_factor=4"],
      ...["-map", "0:v", ...(clip.audio[0] === "-an" ? [] : ["-map", "1:a"])],
      ...["-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", ...clip.video, ...clip.audio],
      ...["-ac", "1", "-video_track_timescale", "90000", "-movflags", "+faststart", "-fflags", "+bitexact"],
      ...["-flags:v", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1"],
      join(out, `${clip.name}.mp4`),
    ],
    { stdio: ["pipe", "inherit", "inherit"], env: { PATH: process.env["PATH"] ?? "" } },
  );
  const ended = once(encoder, "close");
  const scene = new Scene(width, height);
  for (let frame = 0; frame < SECONDS * FRAMES_PER_SECOND; frame += 1)
    encoder.stdin.write(Buffer.from(scene.frame(7 + frame / FRAMES_PER_SECOND, frame)));
  encoder.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`ffmpeg ended with ${code} while making ${clip.name}`);
  console.log(`${clip.name}.mp4`);
}
