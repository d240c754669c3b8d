// Makes the demo camera's clips from nothing but this program: draws the yard frame by frame, pipes the frames into
// ffmpeg, and writes main.mp4 (1280 × 720, 15 frames a second, with sound) and sub.mp4 (640 × 360, 10 a second).
//
//   node scripts/make-demo-media.ts [--out FOLDER] [--ffmpeg FILE]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { LOOP_SECONDS } from "./demo-media/daylight.ts";
import { Scene } from "./demo-media/scene.ts";
import { drawSound, SAMPLE_RATE } from "./demo-media/sound.ts";

interface Rendition {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly crf: number;
  readonly maxKbps: number;
  readonly profile: string;
  readonly sound: boolean;
}

const GOP_SECONDS = 2;
const RENDITIONS: readonly Rendition[] = [
  {
    name: "main.mp4",
    width: 1280,
    height: 720,
    framesPerSecond: 15,
    crf: 24,
    maxKbps: 1_100,
    profile: "high",
    sound: true,
  },
  {
    name: "sub.mp4",
    width: 640,
    height: 360,
    framesPerSecond: 10,
    crf: 26,
    maxKbps: 320,
    profile: "high",
    sound: true,
  },
];

const { values } = parseArgs({
  options: {
    out: { type: "string", default: resolve(import.meta.dirname, "../plugins/camera-demo/media") },
    ffmpeg: { type: "string", default: process.env["FFMPEG_BIN"] ?? "ffmpeg" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log("usage: node scripts/make-demo-media.ts [--out FOLDER] [--ffmpeg FILE]");
} else {
  await mkdir(values.out, { recursive: true });
  const work = await mkdtemp(join(tmpdir(), "nightjar-demo-"));
  try {
    const sound = join(work, "sound.raw");
    // One second more than the loop: its first frames stand for those that encoders put before the start.
    await writeFile(sound, drawSound(1));
    for (const rendition of RENDITIONS) await makeClip(rendition, sound, values.out, values.ffmpeg);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function makeClip(rendition: Rendition, sound: string, out: string, ffmpeg: string): Promise<void> {
  const file = join(out, rendition.name);
  const { width, height, framesPerSecond } = rendition;
  const gop = String(framesPerSecond * GOP_SECONDS);
  const encoder = spawn(
    ffmpeg,
    [
      ...["-v", "error", "-y", "-nostdin", "-protocol_whitelist", "file,pipe"],
      ...["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", `${width}x${height}`],
      ...["-framerate", String(framesPerSecond), "-i", "pipe:0"],
      ...(rendition.sound ? ["-f", "s16le", "-ar", String(SAMPLE_RATE), "-ac", "1", "-i", sound] : []),
      ...["-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"],
      ...["-c:v", "libx264", "-profile:v", rendition.profile, "-preset", "veryslow", "-bf", "0"],
      ...["-crf", String(rendition.crf), "-maxrate", `${rendition.maxKbps}k`],
      ...["-bufsize", `${rendition.maxKbps * 2}k`, "-g", gop, "-keyint_min", gop, "-sc_threshold", "0"],
      ...["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"],
      ...(rendition.sound ? ["-c:a", "aac", "-b:a", "24k"] : []),
      ...["-video_track_timescale", "90000", "-movflags", "+faststart", "-fflags", "+bitexact"],
      ...["-flags:v", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1", file],
    ],
    { stdio: ["pipe", "inherit", "inherit"], env: { PATH: process.env["PATH"] ?? "" } },
  );
  const ended = once(encoder, "close");
  const scene = new Scene(width, height);
  const frames = LOOP_SECONDS * framesPerSecond;
  for (let frame = 0; frame < frames; frame += 1) {
    const picture = Buffer.from(scene.frame(frame / framesPerSecond, frame));
    if (!encoder.stdin.write(picture)) await once(encoder.stdin, "drain");
  }
  encoder.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`ffmpeg ended with ${code} while making ${file}`);
  console.log(`${file}: ${frames} frames, ${Math.round((await stat(file)).size / 1024)} KiB`);
}
