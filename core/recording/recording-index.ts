// What was recorded, when, why and where: the questions that the API and the gateway ask of the index.
// Reads rows only; opens no file. Times are 90 kHz ticks since the epoch, ends exclusive.
import type { Db } from "../db/db.ts";
import { coverageInRange, holesInRange, runEndsInRange } from "../db/tables/coverage-table.ts";
import {
  lockedInRange,
  oldestUnlocked,
  type StoredSegment,
  segmentsInRange,
} from "../db/tables/segments-table.ts";
import { type CameraId, type SegmentId, STREAM_NAMES, type StreamName } from "../domain/ids.ts";
import { type RecordReason, reasonsOf } from "../domain/record-reasons.ts";
import { TICKS_PER_SECOND } from "../domain/time.ts";
import { NightjarError } from "../errors.ts";
import type { PlayableSegment } from "../gateway/protocol.ts";
import { calendarDays } from "../playback/calendar-days.ts";
import {
  gapsBetween,
  type LossSpan,
  mergeSpans,
  type RecordedSpan,
  type TimeSpan,
  thinLosses,
  thinSpans,
} from "../playback/timeline.ts";
import { findNextRecorded, findPlayable, type PlayableQuery } from "./playable-segments.ts";
import { type DaySpan, type RecordedDay, recordedDays } from "./recorded-days.ts";
import { StreamNumbers } from "./stream-numbers.ts";

/** A closed segment as lists show it. */
export interface ListedSegment {
  readonly id: SegmentId;
  readonly stream: StreamName;
  readonly start90k: number;
  readonly end90k: number;
  readonly sizeBytes: number;
  readonly reasons: readonly RecordReason[];
  readonly locked: boolean;
  /** SHA-256 that the file carries, hexadecimal; absent if it carries none. */
  readonly sha256?: string;
}

export interface RecordingsPage {
  /** By start. */
  readonly segments: readonly ListedSegment[];
  /** Cursor of the next page; absent on the last. */
  readonly next?: string;
}

export interface Gap {
  readonly start90k: number;
  readonly end90k: number;
  /** Why the run before it ended, as `media` told; `not-recorded` where no run ended there. */
  readonly reason: string;
}

/** A span as the timeline shows it. */
export interface CoverageSpan {
  readonly start90k: number;
  readonly end90k: number;
  readonly reasons: readonly RecordReason[];
}

export interface CoverageQuery {
  readonly cameras: readonly CameraId[];
  readonly stream: StreamName;
  readonly start90k: number;
  readonly end90k: number;
  /** At most so many spans, and so many holes, a camera. */
  readonly maxSpans: number;
  /** Files that are being written, which the index does not hold yet. */
  readonly openSpans?: readonly (RecordedSpan & { readonly camera: CameraId })[];
}

export interface CameraCoverage {
  readonly camera: CameraId;
  readonly stream: StreamName;
  readonly spans: readonly CoverageSpan[];
  /** Whether a file is being written now: the last span gets longer. */
  readonly growing: boolean;
  /** Packets lost inside recordings. */
  readonly holes: readonly LossSpan[];
  /** What is kept from deletion. */
  readonly locked: readonly TimeSpan[];
}

/** How far from a gap's begin the end of a run may lie that explains it. */
const RUN_END_BEFORE_90K = 15 * TICKS_PER_SECOND;
const RUN_END_AFTER_90K = 30 * TICKS_PER_SECOND;
const HOLES_READ = 100_000;
const LOCKED_READ = 100_000;
const OLDEST_READ = 10_000;

export class RecordingIndex {
  readonly #db: Db;
  readonly #streams: StreamNumbers;

  constructor(db: Db) {
    this.#db = db;
    this.#streams = new StreamNumbers(db);
  }

  /** Segments of a camera that touch a range, page by page. Throws `NJ_CURSOR_INVALID` for a foreign cursor. */
  async recordings(query: {
    camera: CameraId;
    stream?: StreamName;
    start90k: number;
    end90k: number;
    cursor?: string;
    limit: number;
  }): Promise<RecordingsPage> {
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const streams = query.stream === undefined ? STREAM_NAMES : [query.stream];
    // A page of each stream, merged: one ordered walk per index range instead of a sort of everything.
    const pages = await Promise.all(
      streams.map(async (stream) => {
        const streamNumber = await this.#streams.numberOf(query.camera, stream);
        if (streamNumber === undefined) return [];
        const rows = await segmentsInRange(this.#db, {
          streamNumber,
          start90k: query.start90k,
          end90k: query.end90k,
          ...(after === undefined ? {} : { after }),
          limit: query.limit + 1,
        });
        return rows.map((row) => ({ row, stream }));
      }),
    );
    const rows = pages.flat().sort((a, b) => a.row.start90k - b.row.start90k || a.row.number - b.row.number);
    const shown = rows.slice(0, query.limit);
    const last = shown.at(-1);
    return {
      segments: shown.map(({ row, stream }) => toListed(row, stream)),
      ...(rows.length > query.limit && last !== undefined ? { next: encodeCursor(last.row) } : {}),
    };
  }

  /** What of a range was not recorded, and why; nothing after `now90k` counts as missing. */
  async gaps(query: {
    camera: CameraId;
    stream: StreamName;
    start90k: number;
    end90k: number;
    now90k: number;
  }): Promise<Gap[]> {
    const end90k = Math.min(query.end90k, query.now90k);
    if (end90k <= query.start90k) return [];
    const streamNumber = await this.#streams.numberOf(query.camera, query.stream);
    if (streamNumber === undefined) {
      return [{ start90k: query.start90k, end90k, reason: "not-recorded" }];
    }
    const [rows, ends] = await Promise.all([
      coverageInRange(this.#db, [streamNumber], query.start90k, end90k),
      runEndsInRange(this.#db, streamNumber, query.start90k - RUN_END_BEFORE_90K, end90k),
    ]);
    const gaps = gapsBetween(mergeSpans(rows, query.start90k, end90k), query.start90k, end90k);
    return gaps.map((gap) => {
      const end = ends.find(
        ({ end90k: at }) =>
          at >= gap.start90k - RUN_END_BEFORE_90K &&
          at <= Math.min(gap.end90k, gap.start90k + RUN_END_AFTER_90K),
      );
      return { ...gap, reason: end?.reason ?? "not-recorded" };
    });
  }

  /** Spans and losses of one stream of several cameras, at most `maxSpans` of each a camera. */
  async coverage(query: CoverageQuery): Promise<CameraCoverage[]> {
    const numbers = await this.#streams.numbersOf(query.cameras, [query.stream]);
    const [rows, holes, lockedFiles] = await Promise.all([
      coverageInRange(this.#db, [...numbers.keys()], query.start90k, query.end90k),
      holesInRange(this.#db, [...numbers.keys()], query.start90k, query.end90k, HOLES_READ),
      lockedInRange(this.#db, [...numbers.keys()], query.start90k, query.end90k, LOCKED_READ),
    ]);
    const spansOf = groupByStream(rows);
    const holesOf = groupByStream(holes);
    const lockedOf = groupByStream(lockedFiles);
    const byCamera = new Map([...numbers].map(([number, { camera }]) => [camera, number]));
    return query.cameras.map((camera) => {
      const number = byCamera.get(camera) ?? -1;
      const closed: readonly RecordedSpan[] = spansOf.get(number) ?? [];
      const open = (query.openSpans ?? []).filter((span) => span.camera === camera);
      const all = open.length === 0 ? closed : [...closed, ...open].sort(byStart);
      const merged = mergeSpans(all, query.start90k, query.end90k);
      const lockedSpans = (lockedOf.get(number) ?? []).map((file) => ({ ...file, reasons: 0 }));
      const locked = mergeSpans(lockedSpans, query.start90k, query.end90k);
      const losses = (holesOf.get(number) ?? []).map((hole) => ({
        start90k: hole.start90k,
        end90k: hole.start90k + hole.duration90k,
        packets: hole.packets,
      }));
      return {
        camera,
        stream: query.stream,
        spans: thinSpans(merged, query.maxSpans).map(({ reasons, ...span }) => ({
          ...span,
          reasons: reasonsOf(reasons),
        })),
        growing: open.length > 0,
        holes: thinLosses(losses, query.maxSpans),
        locked: thinSpans(locked, query.maxSpans).map(({ start90k, end90k }) => ({ start90k, end90k })),
      };
    });
  }

  /**
   * The days from `from` to `to` (yyyy-mm-dd, both included) with recordings, as the time zone counts days; with
   * `openSpans`, those of the files that are being written as well.
   */
  async calendar(query: {
    cameras: readonly CameraId[];
    from: string;
    to: string;
    timeZone: string;
    openSpans?: readonly DaySpan[];
  }): Promise<RecordedDay[]> {
    const days = calendarDays(query.from, query.to, query.timeZone);
    const numbers = await this.#streams.numbersOf(query.cameras, STREAM_NAMES);
    const first = days[0];
    const last = days.at(-1);
    if (first === undefined || last === undefined) return [];
    const rows = await coverageInRange(this.#db, [...numbers.keys()], first.start90k, last.end90k);
    const closed = rows.flatMap(({ streamNumber, start90k, end90k, reasons }) => {
      const camera = numbers.get(streamNumber)?.camera;
      return camera === undefined ? [] : [{ camera, start90k, end90k, reasons }];
    });
    return recordedDays(days, query.cameras, [...closed, ...(query.openSpans ?? [])]);
  }

  /** Closed segments that touch a range, in playback order: by run, then sequence. */
  async playable(query: PlayableQuery): Promise<PlayableSegment[]> {
    const number = await this.#streams.numberOf(query.camera, query.stream);
    return number === undefined ? [] : findPlayable(this.#db, number, query);
  }

  /** Begin of the oldest file of a stream that was not kept from deletion: what is missing before it may be deleted. */
  async oldest(camera: CameraId, stream: StreamName): Promise<number | undefined> {
    const number = await this.#streams.numberOf(camera, stream);
    return number === undefined ? undefined : oldestUnlocked(this.#db, number, OLDEST_READ);
  }

  /**
   * The first moment at or after `time90k` (backwards: the last at or before it) that a closed segment holds;
   * undefined if there is none.
   */
  async nextRecorded(query: {
    camera: CameraId;
    stream: StreamName;
    time90k: number;
    backwards: boolean;
  }): Promise<number | undefined> {
    const number = await this.#streams.numberOf(query.camera, query.stream);
    return number === undefined
      ? undefined
      : findNextRecorded(this.#db, number, query.time90k, query.backwards);
  }
}

function byStart(a: RecordedSpan, b: RecordedSpan): number {
  return a.start90k - b.start90k;
}

function groupByStream<Row extends { readonly streamNumber: number }>(
  rows: readonly Row[],
): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.streamNumber);
    if (group === undefined) groups.set(row.streamNumber, [row]);
    else group.push(row);
  }
  return groups;
}

function toListed(row: StoredSegment, stream: StreamName): ListedSegment {
  return {
    id: row.id as SegmentId,
    stream,
    start90k: row.start90k,
    end90k: row.start90k + row.duration90k,
    sizeBytes: row.sizeBytes,
    reasons: reasonsOf(row.reasons),
    locked: row.locked === 1,
    ...(row.sha256 === null ? {} : { sha256: row.sha256 }),
  };
}

function encodeCursor(row: StoredSegment): string {
  return Buffer.from(`${row.start90k}:${row.number}`).toString("base64url");
}

function decodeCursor(cursor: string): { start90k: number; number: number } {
  const [start90k, number] = Buffer.from(cursor.slice(0, 64), "base64url")
    .toString("latin1")
    .split(":")
    .map(Number);
  if (!Number.isSafeInteger(start90k) || !Number.isSafeInteger(number)) {
    throw new NightjarError(
      "NJ_CURSOR_INVALID",
      "invalid-argument",
      "the cursor is not one of this list: begin without one",
    );
  }
  return { start90k: start90k as number, number: number as number };
}
