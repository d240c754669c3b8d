// What recording files hold, as ffmpeg and ffprobe tell it: coded pictures and sound, faults, width, burnt-in numbers.
import { execFile } from "node:child_process";
import { basename } from "node:path";
import { promisify } from "node:util";
import { counterTop, readFrameCounter } from "../../core/testing/frame-counter.ts";
import { copiedOut, pictureSlicesOf } from "./media-files.ts";

const run = promisify(execFile);
const MAX_OUTPUT = 256 * 1024 * 1024;

/** The picture slices of some files, one after the other, as one buffer. */
export async function allSlices(paths: readonly string[], codec: "h264" | "h265"): Promise<Buffer> {
  return Buffer.concat((await pictureSlicesOf(paths, codec)).flat());
}

/** The coded sound of some files, packet after packet, as hashes (`framemd5`); G.711 as one byte stream. */
export async function soundPackets(paths: readonly string[]): Promise<string[]> {
  const lists = await copiedOut(paths, "a", () => ["-f", "framemd5"]);
  // Stream, DTS, PTS, duration, size, hash; what follows is of side data such as Matroska's padding.
  return lists.flatMap((list) =>
    list
      .toString()
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split(",")[5]?.trim() ?? ""),
  );
}

/** The bytes of the sound of some files, without a container: for G.711, which every sender cuts its own way. */
export async function soundBytes(paths: readonly string[], codec: "pcmu" | "pcma"): Promise<Buffer> {
  return Buffer.concat(await copiedOut(paths, "a", () => ["-f", codec === "pcmu" ? "mulaw" : "alaw"]));
}

const STRICTLY = ["-v", "error", "-xerror", "-nostdin"];
/** ffmpeg would round times to a frame rate that it guesses, of a cut file often wrongly, and take two pictures for one. */
const TIMES_AS_THEY_ARE = ["-fps_mode", "passthrough", "-enc_time_base", "1:90000"];

/** So many files are decoded by one ffmpeg: starting it is much of the work for a short one. */
const DECODED_AT_ONCE = 8;

/** Decodes files from end to end; answers what ffmpeg complained of, by file; nothing where all are whole. */
export async function decodeFaults(...paths: readonly string[]): Promise<string[]> {
  const faults: string[] = [];
  for (let at = 0; at < paths.length; at += DECODED_AT_ONCE) {
    const together = paths.slice(at, at + DECODED_AT_ONCE);
    const said = await decoded(together);
    if (said === "") continue;
    // Which of them it was, each says by itself.
    for (const path of together) {
      const fault = together.length === 1 ? said : await decoded([path]);
      if (fault !== "") faults.push(`${basename(path)}: ${fault}`);
    }
  }
  return faults;
}

async function decoded(paths: readonly string[]): Promise<string> {
  const inputs = paths.flatMap((path) => ["-threads", "1", "-i", path]);
  const all = paths.flatMap((_path, index) => ["-map", `${index}:v`, "-map", `${index}:a?`]);
  try {
    const { stderr } = await run(
      "ffmpeg",
      [...STRICTLY, ...inputs, ...all, ...TIMES_AS_THEY_ARE, "-f", "null", "-"],
      { timeout: 120_000 },
    );
    return stderr;
  } catch (error) {
    return String(error);
  }
}

/** Width of a file's picture in pixels. */
export async function widthOf(path: string): Promise<number> {
  const { stdout } = await run(
    "ffprobe",
    ["-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width", "-of", "csv=p=0", path],
    { timeout: 30_000 },
  );
  return Number(stdout);
}

/** The number burnt into each picture of a file, in the order of showing; undefined where it cannot be read. */
export async function burntInNumbers(
  path: string,
  size: { readonly width: number; readonly height: number },
): Promise<(number | undefined)[]> {
  const top = counterTop(size.height) & ~1;
  const { stdout } = await run(
    "ffmpeg",
    [
      "-v",
      "error",
      "-i",
      path,
      "-map",
      "0:v:0",
      // The rows with the number, from an even one on as colours have it: the rest would come through the pipe unread.
      "-vf",
      `crop=${size.width}:${size.height - top}:0:${top}`,
      "-fps_mode",
      "passthrough",
      "-f",
      "rawvideo",
      "-pix_fmt",
      "rgba",
      "pipe:1",
    ],
    { encoding: "buffer", maxBuffer: MAX_OUTPUT, timeout: 60_000 },
  );
  const bytes = size.width * (size.height - top) * 4;
  const numbers: (number | undefined)[] = [];
  for (let at = 0; at + bytes <= stdout.length; at += bytes)
    numbers.push(readFrameCounter(stdout.subarray(at, at + bytes), size.width, size.height, top));
  return numbers;
}
