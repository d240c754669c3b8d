// Between a segment's record, as `media` reports it and files carry it, and its row in the index.
import type { SegmentRow, StoredSegment } from "../db/tables/segments-table.ts";
import { LONGEST_SEGMENT_90K } from "../db/tables/segments-table.ts";
import type { CameraId, StreamName } from "../domain/ids.ts";
import { isId, isStreamName } from "../domain/ids.ts";
import type { SegmentRecord } from "../media/segment.ts";
import { bitsOfSpans, normaliseSpans, packSpans } from "./reason-spans.ts";

const ID_PATTERN = /^(-?\d{1,15})-([a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?)-(\d{1,15})-(\d{1,10})$/;

/** What a segment's id says: `<utc-start-ms>-<node>-<run>-<sequence>`. */
export interface SegmentIdParts {
  readonly startMs: number;
  readonly node: string;
  readonly run: number;
  readonly sequence: number;
}

/** Takes a segment's id apart; undefined if it is none. */
export function parseSegmentId(id: string): SegmentIdParts | undefined {
  const match = ID_PATTERN.exec(id);
  if (match === null) return undefined;
  return {
    startMs: Number(match[1]),
    node: match[2] ?? "",
    run: Number(match[3]),
    sequence: Number(match[4]),
  };
}

/** The usual path of a segment below its volume's root (architecture.md, section 5). */
export function usualPath(camera: string, stream: string, id: string): string {
  const iso = new Date(parseSegmentId(id)?.startMs ?? 0).toISOString();
  return `video/${camera}/${stream}/${iso.slice(0, 10)}/${iso.slice(11, 13)}/${id}.mp4`;
}

/** Camera and stream in a path below a volume's root; undefined if it is not a recording's. */
export function ownerOfPath(path: string): { camera: CameraId; stream: StreamName } | undefined {
  const [video, camera = "", stream = ""] = path.split("/");
  if (video !== "video" || !isId(camera) || !isStreamName(stream)) return undefined;
  return { camera: camera as CameraId, stream };
}

/** Why a record cannot be indexed, in words; undefined if it can. Keeps one bad record from stopping all others. */
export function whyNotIndexable(record: SegmentRecord): string | undefined {
  if (parseSegmentId(record.id) === undefined) return "its id is not a segment's";
  if (!isId(record.camera) || !isStreamName(record.stream)) return "it names no camera and stream";
  const counts = [
    record.writeSequence,
    record.run,
    record.sequence,
    record.duration90k,
    record.sizeBytes,
    record.moovOffset,
    record.moovBytes,
  ];
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) return "a number is out of range";
  if (!Number.isSafeInteger(record.startTime90k)) return "its start is out of range";
  if (record.duration90k > LONGEST_SEGMENT_90K) return "it is longer than an hour";
  if (record.sha256 !== undefined && !/^[0-9a-f]{64}$/.test(record.sha256)) return "its checksum is none";
  return undefined;
}

/** The index row of a record. */
export function rowOfRecord(
  record: SegmentRecord,
  numbers: { readonly streamNumber: number; readonly volumeNumber: number; readonly locked: boolean },
): SegmentRow {
  const spans = normaliseSpans(record.reasons, record.duration90k);
  return {
    id: record.id,
    streamNumber: numbers.streamNumber,
    volumeNumber: numbers.volumeNumber,
    writeSequence: record.writeSequence,
    run: record.run,
    sequence: record.sequence,
    start90k: record.startTime90k,
    duration90k: record.duration90k,
    sizeBytes: record.sizeBytes,
    moovOffset: record.moovOffset,
    moovBytes: record.moovBytes,
    videoCodec: record.videoCodec,
    width: record.width,
    height: record.height,
    audioCodec: record.audioCodec ?? null,
    videoSamples: record.videoSamples,
    audioSamples: record.audioSamples,
    reasons: bitsOfSpans(spans),
    reasonSpans: packSpans(spans),
    clockSource: record.clockSource,
    cameraClockOffsetMs:
      record.cameraClockOffsetMs === undefined ? null : Math.round(record.cameraClockOffsetMs),
    startsWithKeyFrame: record.startsWithKeyFrame ? 1 : 0,
    endsRun: record.endsRun ? 1 : 0,
    recovered: record.recovered ? 1 : 0,
    locked: numbers.locked ? 1 : 0,
    path: record.path === usualPath(record.camera, record.stream, record.id) ? null : record.path,
    sha256: record.sha256 ?? null,
  };
}

/** True if the stored row says what the record says, as far as readers and the ledger care. */
export function isSameSegment(stored: StoredSegment, row: SegmentRow): boolean {
  return (
    stored.volumeNumber === row.volumeNumber &&
    stored.streamNumber === row.streamNumber &&
    stored.start90k === row.start90k &&
    stored.duration90k === row.duration90k &&
    stored.sizeBytes === row.sizeBytes &&
    stored.moovOffset === row.moovOffset &&
    stored.reasonSpans === row.reasonSpans &&
    stored.reasons === row.reasons &&
    stored.sha256 === row.sha256
  );
}
