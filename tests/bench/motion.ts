// Suite `motion`: what looking for motion costs beside decoding the pictures that it looks at: both kernels of each pixel, a
// whole look at a picture of 320 × 180, and a camera of five pictures a second as the recorder looks at it, with ffmpeg's
// decoding of the same pictures in the same run; and how well it sees.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { detectorOptions } from "../../core/plugin/host/detector-options.ts";
import { FRAMES, motionDetector } from "../../plugins/vca-motion/src/detector.ts";
import { STEADY } from "../../plugins/vca-motion/src/motion-model.ts";
import { PictureStore } from "../../plugins/vca-motion/src/picture-store.ts";
import type { PixelKernel } from "../../plugins/vca-motion/src/pixel-kernel.ts";
import { plainKernel } from "../../plugins/vca-motion/src/plain-kernel.ts";
import { simdKernel } from "../../plugins/vca-motion/src/simd-kernel.ts";
import { ROOT } from "../support/program.ts";
import { type BenchContext, type Figure, figure } from "./figure.ts";
import { clipFigures } from "./motion-clips.ts";
import { watchCosts } from "./motion-watch.ts";

/** A sub-stream: 640 × 360, 15 pictures a second. */
const CLIP = join(ROOT, "plugins/camera-demo/media/sub.mp4");
const CAMERAS = 16;
const LIMITS = { kernelNs: 0.3, beyondPercent: 0.15, ofDecode: 0.1 };

/** Runs the suite. */
export async function motion(context: BenchContext): Promise<readonly Figure[]> {
  const pictures = lumaOfClip();
  const rounds = context.quick ? 4 : 20;
  context.progress("the kernels of each pixel");
  const simd = simdKernel();
  const none = { kernel: Number.NaN, all: Number.NaN };
  const simdNs = simd === undefined ? none : nsPerPixel(simd, pictures, 10 * rounds);
  const plainNs = nsPerPixel(plainKernel(), pictures, rounds);
  context.progress("whole looks");
  const lookMs = await lookMilliseconds(pictures, rounds);
  context.progress(`${CAMERAS} cameras that are looked at`);
  const { decodePercent, beyondPercent } = await watchCosts(CLIP, CAMERAS, context.quick ? 10 : 60);
  context.progress("clips of which is known what there is to see");
  const clips = await clipFigures(context);
  const lookPercent = (lookMs * FRAMES.perSecond) / 10;
  return [
    figure("motion kernel, WebAssembly SIMD", simdNs.kernel, "ns/pixel", { limit: LIMITS.kernelNs }),
    figure("the same with copying in and light", simdNs.all, "ns/pixel"),
    figure("motion kernel, plain", plainNs.kernel, "ns/pixel"),
    figure("the same with copying in and light, plain", plainNs.all, "ns/pixel"),
    figure("a look at a picture of 320 × 180", lookMs, "ms"),
    figure("looking at 5 pictures a second, the look alone", lookPercent, "% of a core"),
    figure("the look beside decoding as many pictures", lookPercent, "% of a core", {
      rival: "ffmpeg decoding 640 × 360 at 5 pictures a second, a camera",
      rivalValue: decodePercent,
      ratioLimit: LIMITS.ofDecode,
    }),
    figure(`all that a camera takes beyond decoding, of ${CAMERAS}`, beyondPercent, "% of a core", {
      limit: LIMITS.beyondPercent,
    }),
    ...clips,
  ];
}

function lumaOfClip(): Uint8Array[] {
  const { width, height, perSecond } = FRAMES;
  const filter = `fps=${perSecond},scale=${width}:${height}:flags=area,format=gray`;
  const bytes = execFileSync(
    "ffmpeg",
    ["-loglevel", "error", "-nostdin", "-i", CLIP, "-an", "-vf", filter, "-f", "rawvideo", "pipe:1"],
    { maxBuffer: 256 * 1024 * 1024 },
  );
  const size = width * height;
  return Array.from(
    { length: Math.floor(bytes.length / size) },
    (_, index) => new Uint8Array(bytes.subarray(index * size, (index + 1) * size)),
  );
}

/** What each pixel takes: comparing, counting and learning, which is the kernel; and with copying it in and summing up its light. */
function nsPerPixel(
  kernel: PixelKernel,
  lumas: readonly Uint8Array[],
  rounds: number,
): { readonly kernel: number; readonly all: number } {
  const [first] = lumas;
  if (first === undefined) return { kernel: Number.NaN, all: Number.NaN };
  const pictures = new PictureStore(kernel, FRAMES.width, FRAMES.height).take();
  pictures.put(0, first);
  pictures.begin(0);
  const { turns } = STEADY;
  let count = 0;
  const pass = (isWhole: boolean): void => {
    for (const luma of lumas) {
      const picture = (count & 1) as 0 | 1;
      if (isWhole) {
        pictures.put(picture, luma);
        kernel.sumLight(pictures.slot, picture, 3);
      }
      kernel.look(pictures.slot, picture, { ...STEADY, threshold: 15, turn: count & (turns - 1) });
      count += 1;
    }
  };
  const timed = (isWhole: boolean): number => {
    pass(isWhole);
    const begin = process.cpuUsage();
    for (let round = 0; round < rounds; round += 1) pass(isWhole);
    const { user, system } = process.cpuUsage(begin);
    return ((user + system) * 1_000) / (rounds * lumas.length * first.length);
  };
  const all = timed(true);
  const alone = timed(false);
  pictures.close();
  return { kernel: alone, all };
}

async function lookMilliseconds(pictures: readonly Uint8Array[], rounds: number): Promise<number> {
  const detector = motionDetector();
  const { signal } = new AbortController();
  const settings = { sensitivity: 50, rules: [], options: detectorOptions(detector.configSchema, {}) };
  await detector.begin({ watch: "w", camera: "yard", settings }, { signal });
  const { width, height, perSecond } = FRAMES;
  let count = 0;
  const pass = async (): Promise<void> => {
    for (const luma of pictures) {
      const timeMs = (1_000 * count) / perSecond;
      count += 1;
      const frame = { timeMs, width, height };
      await detector.look({ watch: "w", nowMs: timeMs, silentMs: 0, frame }, { signal, luma });
    }
  };
  await pass();
  const begin = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) await pass();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1_000 / (rounds * pictures.length);
}
