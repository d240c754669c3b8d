// Shows clips to a detector as the recorder does, and makes events of what it reports: by the recorder's own engine, on a clock
// that is turned to the moment of each picture.
import { Arming } from "../../core/alarm/arming.ts";
import { EventEngine } from "../../core/alarm/event-engine.ts";
import { checkConfig } from "../../core/config/check-config.ts";
import { initialConfig } from "../../core/config/initial-config.ts";
import { openDb } from "../../core/db/open-db.ts";
import { searchEvents } from "../../core/db/tables/events-table.ts";
import { isEventType } from "../../core/domain/event-types.ts";
import { silentLog } from "../../core/log.ts";
import type { Detector, DetectorReport } from "../../core/plugin/contract/detector.ts";
import { detectorOptions } from "../../core/plugin/host/detector-options.ts";
import { FakeClock } from "../../core/testing/fake-clock.ts";
import type { Span } from "./clip-truth.ts";
import { lumaOf } from "./detection-clips.ts";

/** The merge window that the issue of these clips asks for. */
const MERGE_SECONDS = 2;
const CAMERA = "yard";
/** After the last picture everything ends that has an end. */
const AFTER_MS = 10_000;

/** A report, and the moment of the picture at which it was made, in seconds since the first. */
export type ToldReport = DetectorReport & { readonly toldSeconds: number };

/** Shows a clip, `rounds` times one after the other; moments count from the first picture. */
export async function reportsOf(
  detector: Detector,
  clip: string,
  { rounds = 1, filter = "" } = {},
): Promise<{ readonly reports: readonly ToldReport[]; readonly roundSeconds: number }> {
  const pictures = [...lumaOf(clip, detector.frames, filter)];
  const reports = await reportsOfPictures(
    detector,
    rounds * pictures.length,
    (count) => pictures[count % pictures.length],
  );
  return { reports, roundSeconds: pictures.length / detector.frames.perSecond };
}

/** Shows so many pictures to a detector; moments count from the first. */
export async function reportsOfPictures(
  detector: Detector,
  count: number,
  pictureAt: (index: number, timeMs: number) => Uint8Array | undefined,
): Promise<readonly ToldReport[]> {
  const { signal } = new AbortController();
  const settings = { sensitivity: 50, rules: [], options: detectorOptions(detector.configSchema, {}) };
  await detector.begin({ watch: "w", camera: CAMERA, settings }, { signal });
  const { width, height, perSecond } = detector.frames;
  const reports: ToldReport[] = [];
  for (let index = 0; index < count; index += 1) {
    const timeMs = Math.round((1_000 * index) / perSecond);
    const luma = pictureAt(index, timeMs);
    if (luma === undefined) break;
    const look = { watch: "w", nowMs: timeMs, silentMs: 0, frame: { timeMs, width, height } };
    for (const report of await detector.look(look, { signal, luma }))
      if (report.kind !== "activity" && report.kind !== "wake")
        reports.push({ ...report, toldSeconds: timeMs / 1_000 });
  }
  await detector.end({ watch: "w" }, { signal });
  return reports;
}

/** The events that the recorder makes of reports; one that has no end by then goes on for ever. */
export async function eventsOf(reports: readonly ToldReport[]): Promise<Span[]> {
  const db = await openDb(":memory:", { log: silentLog });
  try {
    const clock = new FakeClock();
    const beginMs = clock.wallMs();
    const alarms = { mergeSeconds: MERGE_SECONDS };
    const config = checkConfig("clips", { ...initialConfig(), timeZone: "UTC", alarms });
    const arming = new Arming(config.alarms, "UTC");
    const engine = new EventEngine({ db, clock, log: silentLog, arming });
    await engine.start();
    for (const { kind, type, timeMs, toldSeconds } of reports) {
      clock.advance(beginMs + 1_000 * toldSeconds - clock.wallMs());
      if (type === undefined || !isEventType(type)) continue;
      const at = timeMs === undefined ? {} : { timeMs: beginMs + timeMs };
      const report = { type, camera: CAMERA, source: "detector", ...at };
      if (kind === "end") engine.end(report);
      else engine.report(report);
    }
    clock.advance(AFTER_MS);
    await engine.settled();
    const rows = await searchEvents(db, { limit: 500 });
    await engine.stop();
    return rows
      .map(({ startMs, endMs = Number.POSITIVE_INFINITY }) => ({
        from: (startMs - beginMs) / 1_000,
        to: (endMs - beginMs) / 1_000,
      }))
      .sort((one, other) => one.from - other.from);
  } finally {
    await db.close();
  }
}
