// Clips for tests of detectors: made by ffmpeg, and real ones where they are at hand.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { ROOT } from "./program.ts";

/** Where a real clip lies; undefined where it is not at hand. It is no part of the project. */
export function realClip(name: string): string | undefined {
  const file = resolve(ROOT, "../shared/data/video", name);
  const other = join(process.env["NIGHTJAR_TEST_DATA"] ?? "", "video", name);
  return [file, other].find((path) => existsSync(path));
}

/** As large as the detectors of the house look at it, so that none of it is made, sent, stored and decoded only to be shrunk. */
const WIDTH = 320;
const HEIGHT = 180;
const INPUT = ["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-f", "lavfi", "-i"];
const ENCODER = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "23", "-bf", "0", "-an"];
/** What a sensor adds to each picture. */
const NOISE = "noise=alls=4:allf=t,format=yuv420p";

/** A picture that is made once and shown for `seconds`, ten times a second. */
const still = (seconds: number): string => `format=yuv420p,loop=-1:1,trim=duration=${seconds}`;

/**
 * Makes a noisy grey scene of `seconds` in which a bright box crosses the picture from `from` to `to`. A key frame a second,
 * ten pictures a second, no B-frames.
 */
export function boxClip(file: string, seconds: number, from: number, to: number): void {
  const scene = `gradients=s=${WIDTH}x${HEIGHT}:r=10:d=0.1:c0=0x404040:c1=0x909090:x0=0:y0=0:x1=${WIDTH}:y1=${HEIGHT}`;
  const box = `color=c=0xe0e0e0:s=46x60:r=10:d=${seconds}`;
  const across = `overlay=x='-46+(t-${from})*${Math.round(366 / (to - from))}':y=60:enable='between(t,${from},${to})'`;
  execFileSync(
    "ffmpeg",
    [
      [...INPUT, scene, "-f", "lavfi", "-i", box],
      ["-filter_complex", `[0]${still(seconds)}[scene];[scene][1]${across},${NOISE}`],
      [...ENCODER, "-g", "10", file],
    ].flat(),
  );
}

/** What is done to a camera from when to when, as a filter of ffmpeg on the whole picture. */
export interface TamperSpan {
  readonly from: number;
  readonly to: number;
  readonly kind: "cover" | "spray" | "dark";
}

/** So much of the picture is blurred by a spray, from the left. */
export const SPRAYED_SHARE = 0.6;

/**
 * Makes a still scene full of detail, ten pictures a second with a sensor's noise, that is tampered with now and then: the same
 * pictures in each of `files`, with a key frame every `keySeconds` of it.
 */
export function tamperClips(
  files: readonly { readonly file: string; readonly keySeconds: number }[],
  seconds: number,
  spans: readonly TamperSpan[],
): void {
  const pattern = "110+45*sin(2*X/3)+35*cos(Y/2)+25*mod(floor(X/20)+floor(Y/20)\\,2)";
  const scene = `nullsrc=s=${WIDTH}x${HEIGHT}:r=10:d=0.1,geq=lum='${pattern}':cb=128:cr=128`;
  const done = spans.map(({ from, to, kind }, index) => {
    const during = `enable='between(t,${from - 0.05},${to - 0.05})'`;
    if (kind === "cover") return `drawbox=x=0:y=0:w=iw:h=ih:color=0x303030:t=fill:${during}`;
    if (kind === "dark") return `eq=brightness=-0.9:${during}`;
    const [sharp, whole, blurred] = ["a", "b", "c"].map((name) => `[${name}${index}]`);
    return `split${sharp}${whole};${whole}crop=iw*${SPRAYED_SHARE}:ih:0:0,boxblur=9:3${blurred};${sharp}${blurred}overlay=0:0:${during}`;
  });
  const outputs = files.map((_file, index) => `[out${index}]`);
  const graph = `[0]${still(seconds)},${done.join(",")},${NOISE},split=${files.length}${outputs.join("")}`;
  execFileSync(
    "ffmpeg",
    [
      [...INPUT, scene, "-filter_complex", graph],
      ...files.map(({ file, keySeconds }, index) => [
        ...["-map", outputs[index] ?? "", ...ENCODER, "-g", `${10 * keySeconds}`, "-sc_threshold", "0", file],
      ]),
    ].flat(),
  );
}

/** Brightness of each picture of a clip, as the recorder's decoder gives it. */
export function* lumaOf(
  file: string,
  { width, height, perSecond }: { width: number; height: number; perSecond: number },
  filter = "",
): Generator<Uint8Array> {
  const size = width * height;
  const all = execFileSync(
    "ffmpeg",
    [
      ["-hide_banner", "-loglevel", "error", "-nostdin", "-i", file, "-an", "-vf"],
      [`${filter}fps=${perSecond},scale=${width}:${height}:flags=area,format=gray`],
      ["-f", "rawvideo", "pipe:1"],
    ].flat(),
    { maxBuffer: 1024 * 1024 * 1024 },
  );
  for (let at = 0; at + size <= all.length; at += size) yield new Uint8Array(all.subarray(at, at + size));
}
