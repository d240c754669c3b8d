// Which days of a calendar hold recordings, of which cameras and why. Pure.
import type { CameraId } from "../domain/ids.ts";
import { type RecordReason, reasonsOf } from "../domain/record-reasons.ts";
import type { CalendarDay } from "../playback/calendar-days.ts";

/** A stretch of a camera's recordings, of whichever stream. */
export interface DaySpan {
  readonly camera: CameraId;
  readonly start90k: number;
  readonly end90k: number;
  /** Bits of `core/domain/record-reasons.ts`. */
  readonly reasons: number;
}

export interface RecordedDay {
  /** yyyy-mm-dd in the zone that was asked for. */
  readonly date: string;
  readonly cameras: readonly CameraId[];
  readonly reasons: readonly RecordReason[];
}

/** Sums stretches of recording up by day. `days` follow each other; those without recordings are left out. */
export function recordedDays(
  days: readonly CalendarDay[],
  cameras: readonly CameraId[],
  spans: readonly DaySpan[],
): RecordedDay[] {
  const found = days.map(() => ({ cameras: new Set<CameraId>(), bits: 0 }));
  for (const span of spans) {
    for (let index = firstDayAfter(days, span.start90k); index < days.length; index += 1) {
      const day = found[index];
      if (day === undefined || (days[index]?.start90k ?? 0) >= span.end90k) break;
      day.cameras.add(span.camera);
      day.bits |= span.reasons;
    }
  }
  return days.flatMap(({ date }, index) => {
    const day = found[index];
    if (day === undefined || day.cameras.size === 0) return [];
    return [
      { date, cameras: cameras.filter((camera) => day.cameras.has(camera)), reasons: reasonsOf(day.bits) },
    ];
  });
}

/** Index of the first day that ends after a moment, by halves. */
function firstDayAfter(days: readonly CalendarDay[], time90k: number): number {
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((days[middle]?.end90k ?? 0) > time90k) high = middle;
    else low = middle + 1;
  }
  return low;
}
