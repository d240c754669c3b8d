// The pixel kernel in WebAssembly SIMD: compiled from kernel/, which lies in kernel-binary.ts as text.
import { KERNEL_BINARY } from "./kernel-binary.ts";
import { writeParameters } from "./kernel-layout.ts";
import type { PixelKernel } from "./pixel-kernel.ts";
import { adjustedBytes } from "./plain-kernel.ts";

/** WebAssembly's own unit of memory. */
const PAGE_BYTES = 65_536;
/** Memory that it may come to: 1 GiB, some 2 400 cameras. */
const MOST_PAGES = 16_384;

interface KernelExports {
  sumLight(slot: number, luma: number, step: number): number;
  medianRatio(means: number, count: number, most: number): number;
  fitLight(means: number, count: number, gain: number, offset: number): void;
  adjust(luma: number, count: number, gain8192: number, offset16: number): void;
  look(slot: number, luma: number, before: number): void;
  judge(slot: number, share: number, movingShare: number): number;
  sumDiffering(slot: number, luma: number, threshold: number, step: number): void;
}

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** What is used of WebAssembly; the types of Node do not have it. */
interface WebAssemblyNamespace {
  readonly Memory: new (limits: { readonly initial: number; readonly maximum: number }) => Memory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: Memory } },
  ) => { readonly exports: unknown };
  validate(bytes: Uint8Array): boolean;
}

/** Makes a kernel with a memory of its own; undefined where the processor or the program has no WebAssembly with SIMD. */
export function simdKernel(): PixelKernel | undefined {
  const { WebAssembly } = globalThis as unknown as { WebAssembly?: WebAssemblyNamespace };
  const bytes = Buffer.from(KERNEL_BINARY, "base64");
  if (WebAssembly?.validate(bytes) !== true) return undefined;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const { sumLight, medianRatio, fitLight, adjust, look, judge, sumDiffering } =
    instance.exports as KernelExports;
  let bytesOfMemory = new Uint8Array(memory.buffer);
  return {
    name: "simd",
    get buffer() {
      return memory.buffer;
    },
    reach(sizeBytes) {
      const pages = Math.ceil((sizeBytes - memory.buffer.byteLength) / PAGE_BYTES);
      if (pages <= 0) return true;
      if (sizeBytes > MOST_PAGES * PAGE_BYTES) return false;
      try {
        memory.grow(pages);
        return true;
      } catch {
        // The system gives no more.
        return false;
      }
    },
    sumLight: ({ base, layout }, picture, step) =>
      sumLight(base, base + layout.offsets.pictures[picture], step),
    medianRatio: ({ base, layout }, most) =>
      medianRatio(base + layout.offsets.means, layout.columns * layout.rows, most),
    fitLight: ({ base, layout }, gain, offset) =>
      fitLight(base + layout.offsets.means, layout.columns * layout.rows, gain, offset),
    adjust({ base, layout }, picture, gain8192, offset16) {
      const { width, height, offsets } = layout;
      adjust(base + offsets.pictures[picture], adjustedBytes(width, height), gain8192, offset16);
    },
    look({ base, layout }, picture, parameters) {
      if (bytesOfMemory.buffer !== memory.buffer) bytesOfMemory = new Uint8Array(memory.buffer);
      writeParameters(bytesOfMemory, base, parameters);
      const { pictures } = layout.offsets;
      look(base, base + pictures[picture], base + pictures[picture === 0 ? 1 : 0]);
    },
    judge: ({ base }, share, movingShare) => judge(base, share, movingShare),
    sumDiffering: ({ base, layout }, picture, threshold, step) =>
      sumDiffering(base, base + layout.offsets.pictures[picture], threshold, step),
  };
}
