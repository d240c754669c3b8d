// Decides what may be deleted on a volume, and what must go now, from the ledger and the indexes alone: no disk
// is walked and no table scanned (docs/design/storage-and-quota.md). Locked segments are in neither list.
import type { SqlReader } from "../db/db.ts";
import { type LedgerRow, listLedger } from "../db/tables/ledger-table.ts";
import {
  type EvictableRow,
  oldestOfStream,
  oldestOnVolume,
  recentWriting,
} from "../db/tables/segments-table.ts";
import { listStreams, type StreamRow } from "../db/tables/streams-table.ts";
import type { CameraId, SegmentId, StreamName, VolumeId } from "../domain/ids.ts";
import { TICKS_PER_SECOND } from "../domain/time.ts";
import type { EvictionList } from "../media/protocol.ts";
import { type DoomedSegment, type KeepReason, type KeptBack, keptBack } from "./eviction-veto.ts";
import { pastDays } from "./past-days.ts";
import type { RecordedCamera } from "./recorded-camera.ts";
import { usualPath } from "./segment-row.ts";

/** How much writing a list must make room for, so that `media` can do without `core`. */
const AHEAD_SECONDS = 2 * 3_600;
/** Bit rates change; the list is a quarter longer. */
const AHEAD_MARGIN = 1.25;
const AHEAD_AT_LEAST_BYTES = 1024 ** 3;
const AHEAD_AT_LEAST_SEGMENTS = 128;
/** Two hours of 256 cameras with two streams and minute files, twice. */
const LIST_LIMIT = 128_000;
/** Due at once at most; the rest follows a minute later. */
const DUE_LIMIT = 5_000;
/** Segments over which the writing of late is measured. */
const RECENT_SEGMENTS = 2_000;
const DAY_90K = 86_400 * TICKS_PER_SECOND;
/** Nobody keeps recordings longer than this beyond the days of their camera. */
const GRACE_90K = DAY_90K;
/** Next to go, of all cameras of a volume: somebody may ask for these to go later. Two minutes of 256 cameras. */
const ASKED_LIMIT = 1_024;
/** Of what lies on a volume, kept back at most. */
const KEPT_SHARE = 0.1;

export interface EvictionInput {
  readonly volume: VolumeId;
  readonly revision: number;
  readonly cameras: readonly RecordedCamera[];
  /** The moment from which ages are counted. */
  readonly now90k: number;
  /** Asked about what is to go; absent: nobody has a say. */
  readonly keepReason?: KeepReason | undefined;
}

/** A volume's list, and what stands at its end because somebody asked for that. */
export interface EvictionPlan {
  readonly list: EvictionList;
  readonly kept: KeptBack;
}

interface DueRow extends EvictableRow {
  /** `removed`: with its camera, by a person's word; `overdue`: past all grace. */
  readonly why: "days" | "quota" | "removed" | "overdue";
}

/** Makes a volume's list; undefined for a volume that the index does not know. */
export async function planEviction(db: SqlReader, input: EvictionInput): Promise<EvictionPlan | undefined> {
  const volumeNumber = (
    await db.get<{ number: number }>("select number from volumes where id = ?", [input.volume])
  )?.number;
  if (volumeNumber === undefined) return undefined;
  const [streams, ledger, candidates] = await Promise.all([
    listStreams(db),
    listLedger(db),
    nextToGo(db, volumeNumber),
  ]);
  const nameOf = new Map(streams.map((stream) => [stream.number, stream]));
  const due = await planDue(db, { ...input, volumeNumber, streams, ledger });
  const isDue = new Set(due.map((row) => row.number));
  const next = candidates.filter((row) => !isDue.has(row.number));
  const toDoomed = (row: EvictableRow, why: DueRow["why"] | "space"): DoomedSegment[] => {
    const stream = nameOf.get(row.streamNumber);
    if (stream === undefined || why === "removed" || why === "overdue") return [];
    const { id, sizeBytes } = row;
    return [
      {
        id: id as SegmentId,
        sizeBytes,
        why,
        camera: stream.camera as CameraId,
        stream: stream.stream as StreamName,
      },
    ];
  };
  const heldBytes = ledger.reduce(
    (sum, row) => (row.volumeNumber === volumeNumber ? sum + row.sizeBytes : sum),
    0,
  );
  const kept: KeptBack =
    input.keepReason === undefined
      ? { ids: new Set(), reason: undefined }
      : await keptBack(
          input.volume,
          [
            ...due.flatMap((row) => toDoomed(row, row.why)),
            ...next.slice(0, ASKED_LIMIT).flatMap((row) => toDoomed(row, "space")),
          ],
          heldBytes * KEPT_SHARE,
          input.keepReason,
        );
  const isKept = (row: EvictableRow): boolean => kept.ids.has(row.id as SegmentId);
  const toItems = (rows: readonly EvictableRow[]): EvictionList["segments"] =>
    rows.flatMap((row) => {
      const stream = nameOf.get(row.streamNumber);
      if (stream === undefined) return [];
      const path = row.path ?? usualPath(stream.camera, stream.stream, row.id);
      return [{ id: row.id as SegmentId, path, sizeBytes: row.sizeBytes }];
    });
  const list: EvictionList = {
    volume: input.volume,
    revision: input.revision,
    segments: toItems([
      ...next.filter((row) => !isKept(row)),
      // Where room is needed and nothing else is left, these go as well.
      ...due.filter(isKept),
      ...next.filter(isKept),
    ]),
    due: toItems(due.filter((row) => !isKept(row))),
  };
  return { list, kept };
}

/** The oldest by write sequence over all cameras, as many as two hours of writing would push out. */
async function nextToGo(db: SqlReader, volumeNumber: number): Promise<EvictableRow[]> {
  const recent = await recentWriting(db, volumeNumber, RECENT_SEGMENTS);
  // By media time and not by wall clock, which may have stepped: bytes a second of a stream, times the streams.
  const seconds = Math.max(1, recent.duration90k / TICKS_PER_SECOND);
  const bytesPerSecond = (recent.sizeBytes / seconds) * recent.streams;
  const wantedBytes = Math.max(AHEAD_AT_LEAST_BYTES, bytesPerSecond * AHEAD_SECONDS * AHEAD_MARGIN);
  let limit = AHEAD_AT_LEAST_SEGMENTS;
  for (;;) {
    const rows = await oldestOnVolume(db, volumeNumber, limit);
    const bytes = rows.reduce((sum, row) => sum + row.sizeBytes, 0);
    if (rows.length < limit || limit >= LIST_LIMIT) return rows;
    if (bytes >= wantedBytes) return rows;
    // What is missing, at the size of those seen, and some more.
    const average = Math.max(1, bytes / rows.length);
    limit = Math.min(LIST_LIMIT, Math.max(limit * 2, Math.ceil((wantedBytes / average) * 1.1)));
  }
}

interface DueInput extends EvictionInput {
  readonly volumeNumber: number;
  readonly streams: readonly StreamRow[];
  readonly ledger: readonly LedgerRow[];
}

async function planDue(db: SqlReader, input: DueInput): Promise<DueRow[]> {
  const due = new Map<number, DueRow>();
  const onVolume = new Set(
    input.ledger
      .filter((row) => row.volumeNumber === input.volumeNumber && row.segments > 0)
      .map((row) => row.streamNumber),
  );
  const cameras = new Map<string, RecordedCamera>(input.cameras.map((camera) => [camera.id, camera]));
  for (const stream of input.streams) {
    if (!onVolume.has(stream.number)) continue;
    for (const row of await removedFootage(db, input.volumeNumber, stream))
      due.set(row.number, { ...row, why: "removed" });
    const days = cameras.get(stream.camera)?.record.retentionDays ?? null;
    if (days === null) continue;
    const before90k = input.now90k - days * DAY_90K;
    const place = { volumeNumber: input.volumeNumber, streamNumber: stream.number };
    for (const row of await pastDays(db, place, before90k, input.now90k, DUE_LIMIT)) {
      if (due.has(row.number)) continue;
      due.set(row.number, { ...row, why: row.since90k < before90k - GRACE_90K ? "overdue" : "days" });
    }
  }
  for (const camera of input.cameras) {
    for (const row of await overQuota(db, input, camera, due)) due.set(row.number, { ...row, why: "quota" });
  }
  return [...inTurns([...due.values()], DUE_LIMIT)];
}

/**
 * First what nobody is asked about, then one of each stream after the other: where plugins keep back what is due of one
 * camera, that of others is reached all the same.
 */
export function inTurns<Row extends Pick<DueRow, "streamNumber" | "why">>(
  due: readonly Row[],
  limit: number,
): readonly Row[] {
  if (due.length <= limit) return due;
  const turns = new Map<string, number>();
  const turnOf = ({ streamNumber, why }: Row): number => {
    if (why === "removed" || why === "overdue") return -1;
    const turn = turns.get(`${streamNumber} ${why}`) ?? 0;
    turns.set(`${streamNumber} ${why}`, turn + 1);
    return turn;
  };
  return due
    .map((row) => ({ row, turn: turnOf(row) }))
    .sort((left, right) => left.turn - right.turn)
    .slice(0, limit)
    .map(({ row }) => row);
}

/** Footage that goes with its camera. */
async function removedFootage(
  db: SqlReader,
  volumeNumber: number,
  stream: StreamRow,
): Promise<EvictableRow[]> {
  const { removal } = stream;
  if (removal.kind === "none") return [];
  const rows = await oldestOfStream(db, volumeNumber, stream.number, DUE_LIMIT);
  return removal.kind === "through" ? rows.filter((row) => row.number <= removal.number) : rows;
}

/** The oldest of a camera beyond its quota, shared out over volumes by what each holds. */
async function overQuota(
  db: SqlReader,
  input: DueInput,
  camera: RecordedCamera,
  due: ReadonlyMap<number, EvictableRow>,
): Promise<EvictableRow[]> {
  const quotaBytes = camera.record.quotaBytes;
  if (quotaBytes === null) return [];
  const numbers = new Set(
    input.streams.filter((stream) => stream.camera === camera.id).map((stream) => stream.number),
  );
  const own = input.ledger.filter((row) => numbers.has(row.streamNumber) && row.segments > 0);
  const totalBytes = own.reduce((sum, row) => sum + row.sizeBytes, 0);
  // Files that are being written and closed until the next look are not counted yet: two of each stream.
  const headroom = own.reduce((sum, row) => sum + (2 * row.sizeBytes) / row.segments, 0);
  const excess = totalBytes + Math.min(headroom, quotaBytes / 4) - quotaBytes;
  const here = own.filter((row) => row.volumeNumber === input.volumeNumber);
  const hereBytes = here.reduce((sum, row) => sum + row.sizeBytes, 0);
  if (excess <= 0 || hereBytes === 0) return [];
  let missing = (excess * hereBytes) / totalBytes;
  const rows = (
    await Promise.all(here.map((row) => oldestOfStream(db, input.volumeNumber, row.streamNumber, DUE_LIMIT)))
  )
    .flat()
    .sort((a, b) => a.writeSequence - b.writeSequence);
  const chosen: EvictableRow[] = [];
  for (const row of rows) {
    if (missing <= 0) break;
    // What is due for another reason frees its bytes as well.
    if (!due.has(row.number)) chosen.push(row);
    missing -= row.sizeBytes;
  }
  return chosen;
}
