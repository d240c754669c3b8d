// Media made by ffmpeg for integration tests, and what ffprobe and ffmpeg say of files.
import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { splitAnnexB } from "../../core/media/codec/annex-b.ts";
import { h264NalType, h265NalType, isH264Picture, isH265Picture } from "../../core/media/codec/nal-units.ts";

const run = promisify(execFile);
const MAX_OUTPUT = 64 * 1024 * 1024;

/** True if a program answers on this machine. */
export function hasProgram(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore", timeout: 20_000 }).status === 0;
}

export interface TestMedia {
  readonly video: "h264" | "h265";
  readonly bFrames?: number;
  readonly audio?: "aac" | "opus" | "pcmu" | "pcma" | "mp3";
  readonly seconds: number;
}

const ENCODERS = {
  aac: "aac",
  opus: "libopus",
  pcmu: "pcm_mulaw",
  pcma: "pcm_alaw",
  mp3: "libmp3lame",
} as const;

/** Makes 640 × 360 at 25 frames a second, a key frame a second, at `path` (.mkv, .mp4 or .ts). */
export async function makeMedia(path: string, media: TestMedia): Promise<void> {
  const length = String(media.seconds);
  const args = ["-v", "error", "-y", "-f", "lavfi", "-i", `testsrc2=s=640x360:r=25:d=${length}`];
  if (media.audio !== undefined) {
    const rate = media.audio === "pcmu" || media.audio === "pcma" ? 8_000 : 48_000;
    args.push(
      "-f",
      "lavfi",
      "-i",
      `sine=440:r=${rate}:d=${length}`,
      "-c:a",
      ENCODERS[media.audio],
      "-ac",
      "1",
    );
  }
  const frames = String(media.bFrames ?? 0);
  if (media.video === "h264") args.push("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-bf", frames);
  else {
    args.push("-c:v", "libx265", "-preset", "ultrafast");
    args.push("-x265-params", `keyint=25:min-keyint=25:bframes=${frames}:log-level=none`);
  }
  await run("ffmpeg", [...args, "-pix_fmt", "yuv420p", path], { timeout: 60_000 });
}

/** Packets that ffprobe counts in the first stream of a kind. */
export async function countPackets(path: string, kind: "v" | "a"): Promise<number> {
  const { stdout } = await run(
    "ffprobe",
    [
      "-v",
      "error",
      "-select_streams",
      `${kind}:0`,
      "-count_packets",
      "-show_entries",
      "stream=nb_read_packets",
      "-of",
      "csv=p=0",
      path,
    ],
    { timeout: 30_000 },
  );
  return Number.parseInt(stdout, 10);
}

/** All picture slices of a file, in its order, as ffmpeg copies them out. */
export async function pictureSlices(path: string, codec: "h264" | "h265"): Promise<Buffer[]> {
  const format = codec === "h264" ? "h264" : "hevc";
  const filter = path.endsWith(".ts") ? [] : ["-bsf:v", `${format}_mp4toannexb`];
  const { stdout } = await run(
    "ffmpeg",
    ["-v", "error", "-i", path, "-map", "0:v:0", "-c", "copy", ...filter, "-f", format, "pipe:1"],
    { encoding: "buffer", maxBuffer: MAX_OUTPUT, timeout: 30_000 },
  );
  return splitAnnexB(stdout)
    .map((nal) => Buffer.from(nal))
    .filter((nal) => isPicture(nal, codec));
}

/** True for a bare NAL unit that is a slice of a picture. */
export function isPicture(nal: Uint8Array, codec: "h264" | "h265"): boolean {
  const first = nal[0] ?? 0;
  return codec === "h264" ? isH264Picture(h264NalType(first)) : isH265Picture(h265NalType(first));
}
