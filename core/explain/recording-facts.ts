// What the index knows of a camera around a moment: what is recorded, what is not and why the run before it ended, and from
// when on recordings are kept at all.
import { type CameraId, STREAM_NAMES, type StreamName } from "../domain/ids.ts";
import { msFromTime90k, TICKS_PER_SECOND, time90kFromMs } from "../domain/time.ts";
import type { CameraCoverage, CoverageQuery, Gap, RecordingIndex } from "../recording/recording-index.ts";
import type { ExplainedCamera } from "./explainer.ts";
import type { ExplainFacts } from "./facts.ts";

/** What is looked at to both sides for where a recording begins and ends. */
const AROUND_90K = 3 * 3_600 * TICKS_PER_SECOND;
const MOST_SPANS = 2_000;
/** So long after a gap's begin the end of the run may lie that explains it. */
const BREAK_90K = 31 * TICKS_PER_SECOND;

export interface RecordingSource {
  readonly index: Pick<RecordingIndex, "nextRecorded" | "oldest">;
  coverage(query: Omit<CoverageQuery, "openSpans">): Promise<CameraCoverage[]>;
  gaps(query: { camera: CameraId; stream: StreamName; start90k: number; end90k: number }): Promise<Gap[]>;
}

type Recordings = NonNullable<ExplainFacts["recordings"]>;

/** Asks the index. */
export async function recordingFacts(
  source: RecordingSource,
  { id, recording }: ExplainedCamera,
  { atMs, isNow }: { readonly atMs: number; readonly isNow: boolean },
): Promise<Recordings> {
  const camera = id as CameraId;
  const at90k = time90kFromMs(atMs);
  const [around, oldest] = await Promise.all([
    Promise.all(STREAM_NAMES.map((stream) => spansAround(source, camera, stream, at90k))),
    Promise.all(STREAM_NAMES.map((stream) => source.index.oldest(camera, stream))),
  ]);
  const known = oldest.filter((start90k) => start90k !== undefined);
  const kept = known.length === 0 ? {} : { oldestMs: msFromTime90k(Math.min(...known)) };
  const span = around.find((found) => found.span !== undefined)?.span;
  // How it is now `media` knows better than the index.
  if (isNow && recording.active) {
    const { toMs: _, ...begun } = span ?? {};
    return { ...kept, span: { ...begun, reasons: recording.reasons } };
  }
  if (span !== undefined && !isNow) return { ...kept, span };
  // The stream that was recorded is the one that ended last.
  const gaps = await Promise.all(
    STREAM_NAMES.map((stream, index) =>
      gapAt(source, camera, stream, at90k, isNow ? "now" : around[index]?.next90k),
    ),
  );
  const gap = gaps.reduce((a, b) => ((b?.fromMs ?? 0) > (a?.fromMs ?? 0) ? b : a));
  return { ...kept, gap };
}

/** What holds the moment, and where recording goes on after it within hours, also in a file that is still being written. */
async function spansAround(
  source: RecordingSource,
  camera: CameraId,
  stream: StreamName,
  at90k: number,
): Promise<{ readonly span?: Recordings["span"]; readonly next90k?: number | undefined }> {
  const [from, to] = [at90k - AROUND_90K, at90k + AROUND_90K];
  const query = { cameras: [camera], stream, start90k: from, end90k: to, maxSpans: MOST_SPANS };
  const [found] = await source.coverage(query);
  const span = found?.spans.find(({ start90k, end90k }) => start90k <= at90k && at90k < end90k);
  if (span === undefined) return { next90k: found?.spans.find(({ start90k }) => start90k > at90k)?.start90k };
  return {
    span: {
      reasons: span.reasons,
      // The edges of what was looked at are none of the recording.
      ...(span.start90k <= from ? {} : { fromMs: msFromTime90k(span.start90k) }),
      ...(span.end90k >= to ? {} : { toMs: msFromTime90k(span.end90k) }),
    },
  };
}

async function gapAt(
  source: RecordingSource,
  camera: CameraId,
  stream: StreamName,
  at90k: number,
  near: number | "now" | undefined,
): Promise<Recordings["gap"]> {
  const place = { camera, stream };
  const [last, next] = await Promise.all([
    source.index.nextRecorded({ ...place, time90k: at90k, backwards: true }),
    near ?? source.index.nextRecorded({ ...place, time90k: at90k, backwards: false }),
  ]);
  const to = next === undefined || next === "now" ? {} : { toMs: msFromTime90k(next) };
  if (last === undefined) return to;
  // The index ends with the moment before it.
  const start90k = last + 1;
  const [gap] = await source.gaps({ ...place, start90k, end90k: Math.min(at90k + 1, start90k + BREAK_90K) });
  const broke = gap === undefined || gap.reason === "not-recorded" ? {} : { broke: gap.reason };
  return { fromMs: msFromTime90k(start90k), ...to, ...broke };
}
