// Media made by ffmpeg for integration tests, and what ffprobe and ffmpeg say of files.
import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { splitAnnexB } from "../../core/media/codec/annex-b.ts";
import { h264NalType, h265NalType, isH264Picture, isH265Picture } from "../../core/media/codec/nal-units.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";

const run = promisify(execFile);

/**
 * True if a program answers on this machine. Without arguments it is enough that it lies in the PATH: ffmpeg takes a tenth of a
 * second to say who it is, and one that is there and broken is no reason to leave out what it is to prove.
 */
export function hasProgram(program: string, ...args: readonly string[]): boolean {
  if (args.length === 0)
    return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
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

/** Makes 320 × 180 at 25 frames a second, a key frame a second, at `path` (.mkv, .mp4 or .ts). */
export async function makeMedia(path: string, media: TestMedia): Promise<void> {
  const length = String(media.seconds);
  const args = ["-v", "error", "-y", "-f", "lavfi", "-i", `testsrc2=s=320x180:r=25:d=${length}`];
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

/** What ffmpeg copies out of the first stream of a kind, of each file by itself; one start of it does for all. */
export async function copiedOut(
  paths: readonly string[],
  kind: "v" | "a",
  format: (path: string) => readonly string[],
): Promise<Buffer[]> {
  using folder = tempDir("nightjar-copied-");
  const files = paths.map((_path, index) => folder.join(String(index)));
  const inputs = paths.flatMap((path) => ["-i", path]);
  const outputs = paths.flatMap((path, index) => [
    ...["-map", `${index}:${kind}:0`, "-c", "copy", ...format(path), files[index] ?? ""],
  ]);
  await run("ffmpeg", ["-v", "error", "-nostdin", ...inputs, ...outputs], { timeout: 30_000 });
  return await Promise.all(files.map((file) => readFile(file)));
}

/** All picture slices of each file, in its order, as ffmpeg copies them out. */
export async function pictureSlicesOf(paths: readonly string[], codec: "h264" | "h265"): Promise<Buffer[][]> {
  const format = codec === "h264" ? "h264" : "hevc";
  const streams = await copiedOut(paths, "v", (path) => [
    ...(path.endsWith(".ts") ? [] : ["-bsf:v", `${format}_mp4toannexb`]),
    ...["-f", format],
  ]);
  return streams.map((stream) =>
    splitAnnexB(stream)
      .map((nal) => Buffer.from(nal))
      .filter((nal) => isPicture(nal, codec)),
  );
}

/** All picture slices of a file, in its order, as ffmpeg copies them out. */
export async function pictureSlices(path: string, codec: "h264" | "h265"): Promise<Buffer[]> {
  return (await pictureSlicesOf([path], codec)).flat();
}

/** True for a bare NAL unit that is a slice of a picture. */
export function isPicture(nal: Uint8Array, codec: "h264" | "h265"): boolean {
  const first = nal[0] ?? 0;
  return codec === "h264" ? isH264Picture(h264NalType(first)) : isH265Picture(h265NalType(first));
}
