// Fuzz target of the reader of pictures that ffmpeg wrote: a hostile camera's stream has gone through ffmpeg before it, and
// may have brought that to write anything.
import { NutReader } from "../../../core/analysis/nut-reader.ts";
import { NightjarError } from "../../../core/errors.ts";
import type { FuzzTarget } from "../fuzz-targets.ts";

const PICTURE_BYTES = 64;
const START = { main: 0x4d, stream: 0x53, syncpoint: 0x4b } as const;

/** A number of seven bits a byte, the highest first. */
function number(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128))
    bytes.unshift((left & 0x7f) | 0x80);
  return bytes;
}

function packet(kind: number, content: readonly number[]): number[] {
  const startCode = [0x4e, kind, 0x7a, 0x56, 0x1f, 0x5f, 0x04, 0xad];
  // What comes behind the content is its checksum.
  return [...startCode, ...number(content.length + 4), ...content, 0, 0, 0, 0];
}

/** A whole file of pictures, with one frame code for all of them: time and size are written out. */
function file(pictures: number): Buffer {
  const flags = (1 << 3) | (1 << 5);
  const tableOfCodes = [number(flags), [6], [0], [1], [0], [0], [0], number(255)].flat();
  const main = [3, 1, number(65_536), 1, 1, 25, tableOfCodes].flat();
  const stream = [0, 0, 4, 0x59, 0x38, 0x30, 0x30, 0, 7].flat();
  const bytes = [
    ...Buffer.from("nut/multimedia container\0"),
    ...packet(START.main, main),
    ...packet(START.stream, stream),
    ...packet(START.syncpoint, number(0)),
  ];
  for (let picture = 0; picture < pictures; picture += 1)
    bytes.push(0, ...number(picture + 128), ...number(PICTURE_BYTES), ...Array(PICTURE_BYTES).fill(picture));
  return Buffer.from(bytes);
}

export const nutFuzzTargets: readonly FuzzTarget[] = [
  {
    name: "nut",
    inputs: 30_000,
    corpus: () => [file(1), file(4)],
    run(bytes) {
      const reader = new NutReader(PICTURE_BYTES, { picture: () => undefined });
      const half = bytes.length >> 1;
      try {
        reader.push(Buffer.from(bytes.subarray(0, half)));
        reader.push(Buffer.from(bytes.subarray(half)));
      } catch (error) {
        if (!(error instanceof NightjarError) || error.code !== "NJ_NUT_INVALID") throw error;
      }
    },
  },
];

/** For tests of the unmutated file: the pictures that the reader finds in it, pushed in pieces of so many bytes. */
export function picturesFound(pictures: number, pieceBytes = Number.POSITIVE_INFINITY): string[] {
  const found: string[] = [];
  const reader = new NutReader(PICTURE_BYTES, {
    picture: (bytes, seconds) => found.push(`${seconds} ${bytes.toString("hex")}`),
  });
  const whole = file(pictures);
  for (let at = 0; at < whole.length; at += pieceBytes)
    reader.push(Buffer.from(whole.subarray(at, Math.min(whole.length, at + pieceBytes))));
  return found;
}
