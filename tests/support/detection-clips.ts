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

/**
 * Makes a noisy grey scene of `seconds` in which a bright box crosses the picture from `from` to `to`. A key frame a second,
 * ten pictures a second, no B-frames.
 */
export function boxClip(file: string, seconds: number, from: number, to: number): void {
  const scene = `gradients=s=640x360:r=10:d=${seconds}:c0=0x404040:c1=0x909090:x0=0:y0=0:x1=640:y1=360:speed=0.00001`;
  const box = `color=c=0xe0e0e0:s=90x120:r=10:d=${seconds}`;
  const across = `overlay=x='-90+(t-${from})*${Math.round(730 / (to - from))}':y=120:enable='between(t,${from},${to})'`;
  execFileSync(
    "ffmpeg",
    [
      ["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-f", "lavfi", "-i", scene],
      ["-f", "lavfi", "-i", box, "-filter_complex", `[0][1]${across},noise=alls=8:allf=t,format=yuv420p`],
      ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "23", "-g", "10", "-bf", "0", "-an", file],
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
 * Makes a still scene full of detail, ten pictures a second with a sensor's noise, that is tampered with now and then. A key
 * frame every `keySeconds`.
 */
export function tamperClip(
  file: string,
  seconds: number,
  keySeconds: number,
  spans: readonly TamperSpan[],
): void {
  const pattern = "110+45*sin(X/3)+35*cos(Y/4)+25*mod(floor(X/40)+floor(Y/40)\\,2)";
  const scene = `nullsrc=s=640x360:r=10:d=0.1,geq=lum='${pattern}':cb=128:cr=128,loop=-1:1,trim=duration=${seconds}`;
  const done = spans.map(({ from, to, kind }, index) => {
    const during = `enable='between(t,${from - 0.05},${to - 0.05})'`;
    if (kind === "cover") return `drawbox=x=0:y=0:w=iw:h=ih:color=0x303030:t=fill:${during}`;
    if (kind === "dark") return `eq=brightness=-0.9:${during}`;
    const [sharp, whole, blurred] = ["a", "b", "c"].map((name) => `[${name}${index}]`);
    return `split${sharp}${whole};${whole}crop=iw*${SPRAYED_SHARE}:ih:0:0,boxblur=18:3${blurred};${sharp}${blurred}overlay=0:0:${during}`;
  });
  const graph = `[0]format=yuv420p,${done.join(",")},noise=alls=8:allf=t,format=yuv420p`;
  execFileSync(
    "ffmpeg",
    [
      ["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-f", "lavfi", "-i", scene],
      ["-filter_complex", graph, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "23"],
      ["-g", `${10 * keySeconds}`, "-sc_threshold", "0", "-bf", "0", "-an", file],
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
