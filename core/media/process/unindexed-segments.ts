// The closed segments of a stream that core has not acknowledged: until it has, its index may lack them, and playback
// would take the newest finished minute for a gap.
import type { StreamReport } from "../protocol.ts";
import type { SegmentRecord } from "../segment.ts";
import type { ReportJournal } from "./journal.ts";

/** Core may be away for hours; nobody plays anything without it. */
const LIMIT = 256;

/** Closed segments of a stream whose reports wait in the journal, the oldest first; the newest 256 where there are more. */
export function unindexedSegments(
  journal: ReportJournal,
  { camera, stream }: StreamReport,
): readonly SegmentRecord[] {
  const closed = new Map<string, SegmentRecord>();
  for (const { report } of journal.pending(0, Number.POSITIVE_INFINITY)) {
    if (report.kind === "segment-closed") {
      const { segment } = report;
      if (segment.camera === camera && segment.stream === stream) closed.set(segment.id, segment);
    } else if (report.kind === "segment-deleted") {
      closed.delete(report.id);
    }
  }
  return [...closed.values()].slice(-LIMIT);
}
