// What readers ask of the index: the files of a stretch of time, and where recording goes on after a gap.
import { join } from "node:path";
import type { SqlReader } from "../db/db.ts";
import {
  coverageInRange,
  firstCoverageFrom,
  LONGEST_COVERAGE_90K,
  lastCoverageBefore,
} from "../db/tables/coverage-table.ts";
import { playableInRange } from "../db/tables/segments-table.ts";
import type { CameraId, SegmentId, StreamName, VolumeId } from "../domain/ids.ts";
import type { PlayableSegment } from "../gateway/protocol.ts";
import { usualPath } from "./segment-row.ts";

export interface PlayableQuery {
  readonly camera: CameraId;
  readonly stream: StreamName;
  readonly start90k: number;
  readonly end90k: number;
  readonly limit: number;
}

/** Closed segments of a stream that touch a range, the first `limit` by start, in playback order. */
export async function findPlayable(
  db: SqlReader,
  streamNumber: number,
  query: PlayableQuery,
): Promise<PlayableSegment[]> {
  const [rows, volumes] = await Promise.all([
    playableInRange(db, streamNumber, query.start90k, query.end90k, query.limit),
    db.all<{ number: number; id: string; path: string }>("select number, id, path from volumes"),
  ]);
  const byNumber = new Map(volumes.map((volume) => [volume.number, volume]));
  const segments = rows.flatMap((row): PlayableSegment[] => {
    const volume = byNumber.get(row.volumeNumber);
    if (volume === undefined) return [];
    const path = row.path ?? usualPath(query.camera, query.stream, row.id);
    return [
      {
        id: row.id as SegmentId,
        volume: volume.id as VolumeId,
        file: join(volume.path, path),
        run: row.run,
        sequence: row.sequence,
        startTime90k: row.start90k,
        duration90k: row.duration90k,
        sizeBytes: row.sizeBytes,
        moovOffset: row.moovOffset,
        moovBytes: row.moovBytes,
        keyFrames: toBase64(row.keyFrames),
      },
    ];
  });
  return segments.sort((a, b) => a.run - b.run || a.sequence - b.sequence);
}

/** The first recorded moment at or after `time90k`; backwards, the last at or before it. */
export async function findNextRecorded(
  db: SqlReader,
  streamNumber: number,
  time90k: number,
  backwards: boolean,
): Promise<number | undefined> {
  const here = await coverageInRange(db, [streamNumber], time90k, time90k + 1);
  if (here.length > 0) return time90k;
  if (!backwards) return (await firstCoverageFrom(db, streamNumber, time90k))?.start90k;
  const last = await lastCoverageBefore(db, streamNumber, time90k);
  if (last === undefined) return undefined;
  // An overlapping run may have begun earlier and ended later.
  const near = await coverageInRange(db, [streamNumber], last.end90k - LONGEST_COVERAGE_90K, time90k);
  return near.reduce((latest, row) => Math.max(latest, row.end90k), last.end90k) - 1;
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
