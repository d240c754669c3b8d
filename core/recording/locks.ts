// Locks segments against deletion, one by one or all of a range. A lock is confirmed only after `media` has
// acknowledged an eviction list without the segment, since until then its file may go at any moment (docs: data
// plane, section 3).
import type { Clock } from "../clock.ts";
import type { Db, SqlReader, SqlWriter } from "../db/db.ts";
import { deleteLock, insertLock, locksOnVolume } from "../db/tables/locks-table.ts";
import {
  findSegment,
  type StoredSegment,
  segmentsInRange,
  setSegmentLocked,
} from "../db/tables/segments-table.ts";
import { volumesTable } from "../db/tables/volumes-table.ts";
import type { CameraId, SegmentId, StreamName, VolumeId } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { TimeSpan } from "../playback/timeline.ts";
import type { MediaClient } from "./media-client.ts";
import type { Retention } from "./retention.ts";

/** Rows read at once. */
const PAGE = 500;

export interface LockRange {
  readonly camera: CameraId;
  readonly stream: StreamName;
  readonly start90k: number;
  /** Exclusive. */
  readonly end90k: number;
}

/** The files of a range that are now locked, or unlocked. */
export interface RangeLocks {
  readonly files: number;
  /** From the start of the first to the end of the last; undefined where there is none. */
  readonly span: TimeSpan | undefined;
}

export class SegmentLocks {
  readonly #db: Db;
  readonly #media: MediaClient;
  readonly #retention: Retention;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(options: { db: Db; media: MediaClient; retention: Retention; clock: Clock; log: Log }) {
    this.#db = options.db;
    this.#media = options.media;
    this.#retention = options.retention;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /**
   * Locks a segment of a camera; resolves when it is safe. Rejects with `NJ_SEGMENT_NOT_FOUND` if it is gone or of
   * another camera, and with `NJ_LOCK_UNCONFIRMED` while `media` is away: the lock is kept and takes effect
   * when it is back, unless the file went before.
   */
  async lock(camera: CameraId, segment: SegmentId, lockedBy: string): Promise<void> {
    await this.#media.flush();
    const stored = await this.#db.transaction(async (writer) => {
      const found = await ofCamera(writer, camera, segment);
      await this.#note(writer, found, lockedBy);
      return found;
    });
    await this.#confirm([stored]);
    if ((await findSegment(this.#db, segment)) === undefined) throw notFound(segment);
  }

  /**
   * Locks all closed segments of a stream that touch a range; resolves when they are safe. What was deleted in the
   * meantime does not count. Rejects with `NJ_LOCK_UNCONFIRMED` like {@link lock}.
   */
  async lockRange(range: LockRange, lockedBy: string): Promise<RangeLocks> {
    await this.#media.flush();
    const wanted = await this.#db.transaction(async (writer) => {
      const found = await inRange(writer, range);
      for (const one of found) await this.#note(writer, one, lockedBy);
      return found;
    });
    await this.#confirm(wanted);
    const kept: StoredSegment[] = [];
    for (const one of wanted) if ((await findSegment(this.#db, one.id)) !== undefined) kept.push(one);
    return sum(kept);
  }

  /** Takes a lock back. Rejects with `NJ_SEGMENT_NOT_FOUND` if there is no such segment of the camera. */
  async unlock(camera: CameraId, segment: SegmentId): Promise<void> {
    const stored = await this.#db.transaction(async (writer) => {
      const found = await ofCamera(writer, camera, segment);
      await takeBack(writer, found);
      return found;
    });
    await this.#tellUnlocked([stored]);
  }

  /** Takes the locks of all segments of a stream back that touch a range. */
  async unlockRange(range: LockRange): Promise<RangeLocks> {
    const wanted = await this.#db.transaction(async (writer) => {
      const found = (await inRange(writer, range)).filter((one) => one.locked === 1);
      for (const one of found) await takeBack(writer, one);
      return found;
    });
    await this.#tellUnlocked(wanted);
    return sum(wanted);
  }

  /** Hands the locks of a volume to `media`, which mirrors them on it. */
  async push(volume: VolumeId): Promise<void> {
    const number = (await volumesTable(this.#db).list()).find((row) => row.id === volume)?.number;
    if (number === undefined) return;
    const locks = await locksOnVolume(this.#db, number);
    await this.#media.request("setLocks", {
      volume,
      segments: locks.map((lock) => lock.segmentId as SegmentId),
    });
  }

  async #note(writer: SqlWriter, segment: StoredSegment, lockedBy: string): Promise<void> {
    if (segment.locked === 1) return;
    await insertLock(writer, {
      segmentId: segment.id,
      volumeNumber: segment.volumeNumber,
      lockedAtMs: this.#clock.wallMs(),
      lockedBy,
    });
    await setSegmentLocked(writer, segment.id, true);
  }

  /** Waits until `media` deletes none of these any more. */
  async #confirm(segments: readonly StoredSegment[]): Promise<void> {
    try {
      for (const volume of await this.#volumesOf(segments)) {
        await this.push(volume);
        await this.#retention.renew(volume);
      }
    } catch (error) {
      throw new NightjarError(
        "NJ_LOCK_UNCONFIRMED",
        "unavailable",
        "the lock is noted, but the recorder has not confirmed it yet; try again in a moment",
        { segments: segments.slice(0, 10).map((segment) => segment.id) },
        error,
      );
    }
    // A deletion that was under way has been reported before the list was acknowledged.
    await this.#media.flush();
  }

  async #tellUnlocked(segments: readonly StoredSegment[]): Promise<void> {
    for (const volume of await this.#volumesOf(segments)) {
      await this.push(volume).catch((error: unknown) => {
        this.#log.debug("locks will be handed over when the recorder is back", { reason: String(error) });
      });
    }
    this.#retention.renewSoon();
  }

  async #volumesOf(segments: readonly StoredSegment[]): Promise<VolumeId[]> {
    const numbers = new Set(segments.map((segment) => segment.volumeNumber));
    const volumes = await volumesTable(this.#db).list();
    return volumes.filter((row) => numbers.has(row.number)).map((row) => row.id as VolumeId);
  }
}

async function takeBack(writer: SqlWriter, segment: StoredSegment): Promise<void> {
  await deleteLock(writer, segment.id);
  await setSegmentLocked(writer, segment.id, false);
}

/** A segment of a camera. Throws `NJ_SEGMENT_NOT_FOUND` if there is none, or it is another camera's. */
async function ofCamera(db: SqlReader, camera: CameraId, segment: SegmentId): Promise<StoredSegment> {
  const stored = await findSegment(db, segment);
  if (stored === undefined) throw notFound(segment);
  const stream = await db.get<{ camera: string }>("select camera from streams where number = ?", [
    stored.streamNumber,
  ]);
  if (stream?.camera !== camera) throw notFound(segment);
  return stored;
}

async function inRange(db: SqlReader, range: LockRange): Promise<StoredSegment[]> {
  const stream = await db.get<{ number: number }>(
    "select number from streams where camera = ? and stream = ?",
    [range.camera, range.stream],
  );
  if (stream === undefined) return [];
  const found: StoredSegment[] = [];
  for (;;) {
    const last = found.at(-1);
    const page = await segmentsInRange(db, {
      streamNumber: stream.number,
      start90k: range.start90k,
      end90k: range.end90k,
      ...(last === undefined ? {} : { after: { start90k: last.start90k, number: last.number } }),
      limit: PAGE,
    });
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}

function sum(segments: readonly StoredSegment[]): RangeLocks {
  const first = segments[0];
  if (first === undefined) return { files: 0, span: undefined };
  const end90k = segments.reduce((end, one) => Math.max(end, one.start90k + one.duration90k), 0);
  return { files: segments.length, span: { start90k: first.start90k, end90k } };
}

function notFound(segment: SegmentId): NightjarError {
  return new NightjarError("NJ_SEGMENT_NOT_FOUND", "not-found", `there is no recording ${segment}`, {
    segment,
  });
}
