// The box inside a closed file's `udta` with what its samples do not tell: holes, reasons, the camera's clock.
//
//   offset size
//        0    4  size
//        4    4  "uuid"
//        8   16  a5e0c2f4-6e1f-4c8e-9d0b-6e696768746b
//       24    1  layout version, 1
//       25    1  flags: 1 ends its run, 2 recovered after a crash, 4 camera clock known
//       26    2  0
//       28    8  duration, 90 kHz (f64)
//       36    8  camera's wall clock minus the node's, milliseconds (f64)
//       44    4  number of holes, then of reason spans (48)
//       52   24  per hole and then per reason span: offset, duration (90 kHz), packets or reason bits (f64 each)
import type { Hole, ReasonSpan } from "../segment.ts";
import type { BoxWriter } from "./box-writer.ts";

/** What is known of a segment only when it closes. */
export interface SegmentClosing {
  readonly holes: readonly Hole[];
  readonly reasons: readonly ReasonSpan[];
  /** Camera's wall clock minus the node's, in milliseconds; undefined if unknown. */
  readonly cameraClockOffsetMs: number | undefined;
  /** Last of its run. */
  readonly endsRun: boolean;
}

export interface SegmentSummaryBox extends SegmentClosing {
  readonly duration90k: number;
  readonly recovered: boolean;
}

const UUID = Uint8Array.of(
  0xa5,
  0xe0,
  0xc2,
  0xf4,
  0x6e,
  0x1f,
  0x4c,
  0x8e,
  0x9d,
  0x0b,
  0x6e,
  0x69,
  0x67,
  0x68,
  0x74,
  0x6b,
);
const FIXED_BYTES = 52;
const ENTRY_BYTES = 24;
/** More than a segment with a hole at every frame has. */
const ENTRY_LIMIT = 65_536;

/** Writes the summary box. */
export function writeSummaryBox(writer: BoxWriter, summary: SegmentSummaryBox): void {
  const holes = summary.holes.slice(0, ENTRY_LIMIT);
  const reasons = summary.reasons.slice(0, ENTRY_LIMIT);
  const clock = summary.cameraClockOffsetMs;
  writer.begin("uuid").bytes(UUID).u8(1);
  writer.u8((summary.endsRun ? 1 : 0) | (summary.recovered ? 2 : 0) | (clock === undefined ? 0 : 4)).u16(0);
  writer
    .f64(summary.duration90k)
    .f64(clock ?? 0)
    .u32(holes.length)
    .u32(reasons.length);
  for (const hole of holes) writer.f64(hole.offset90k).f64(hole.duration90k).f64(hole.packets);
  for (const span of reasons) writer.f64(span.offset90k).f64(span.duration90k).f64(span.bits);
  writer.end();
}

/** Reads a summary box of exactly these bytes; undefined if it is none, or damaged. */
export function readSummaryBox(bytes: Uint8Array): SegmentSummaryBox | undefined {
  if (bytes.length < FIXED_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(4) !== 0x75756964) return undefined;
  for (let index = 0; index < UUID.length; index += 1) {
    if (view.getUint8(8 + index) !== UUID[index]) return undefined;
  }
  const holeCount = view.getUint32(44);
  const reasonCount = view.getUint32(48);
  if (view.getUint8(24) !== 1 || holeCount > ENTRY_LIMIT || reasonCount > ENTRY_LIMIT) return undefined;
  if (bytes.length < FIXED_BYTES + (holeCount + reasonCount) * ENTRY_BYTES) return undefined;
  const flags = view.getUint8(25);
  const entries = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => {
      const at = FIXED_BYTES + (from + index) * ENTRY_BYTES;
      return {
        offset90k: finite(view.getFloat64(at)),
        duration90k: finite(view.getFloat64(at + 8)),
        value: finite(view.getFloat64(at + 16)),
      };
    });
  return {
    duration90k: finite(view.getFloat64(28)),
    cameraClockOffsetMs: flags & 4 ? finite(view.getFloat64(36)) : undefined,
    endsRun: (flags & 1) !== 0,
    recovered: (flags & 2) !== 0,
    holes: entries(0, holeCount).map(({ offset90k, duration90k, value }) => ({
      offset90k,
      duration90k,
      packets: value,
    })),
    reasons: entries(holeCount, reasonCount).map(({ offset90k, duration90k, value }) => ({
      offset90k,
      duration90k,
      bits: value & 0xff,
    })),
  };
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
