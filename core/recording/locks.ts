// Locks segments against deletion. A lock is confirmed only after `media` has acknowledged an eviction list
// without the segment, since until then its file may go at any moment (docs: data plane, section 3).
import type { Clock } from "../clock.ts";
import type { Db } from "../db/db.ts";
import { deleteLock, insertLock, locksOnVolume } from "../db/tables/locks-table.ts";
import { findSegment, setSegmentLocked } from "../db/tables/segments-table.ts";
import { volumesTable } from "../db/tables/volumes-table.ts";
import type { CameraId, SegmentId, VolumeId } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { MediaClient } from "./media-client.ts";
import type { Retention } from "./retention.ts";

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
    const volume = await this.#db.transaction(async (writer) => {
      const stored = await findSegment(writer, segment);
      const row =
        stored === undefined
          ? undefined
          : await writer.get<{ camera: string; volume: string }>(
              "select s.camera, v.id as volume from streams s, volumes v where s.number = ? and v.number = ?",
              [stored.streamNumber, stored.volumeNumber],
            );
      if (stored === undefined || row === undefined || row.camera !== camera) throw notFound(segment);
      await insertLock(writer, {
        segmentId: segment,
        volumeNumber: stored.volumeNumber,
        lockedAtMs: this.#clock.wallMs(),
        lockedBy,
      });
      await setSegmentLocked(writer, segment, true);
      return row.volume as VolumeId;
    });
    try {
      await this.push(volume);
      await this.#retention.renew(volume);
    } catch (error) {
      throw new NightjarError(
        "NJ_LOCK_UNCONFIRMED",
        "unavailable",
        "the lock is noted, but the recorder has not confirmed it yet; try again in a moment",
        { segment },
        error,
      );
    }
    // A deletion that was under way has been reported before the list was acknowledged.
    await this.#media.flush();
    if ((await findSegment(this.#db, segment)) === undefined) throw notFound(segment);
  }

  /** Takes a lock back. Rejects with `NJ_SEGMENT_NOT_FOUND` if there is no such segment of the camera. */
  async unlock(camera: CameraId, segment: SegmentId): Promise<void> {
    const volume = await this.#db.transaction(async (writer) => {
      const row = await writer.get<{ camera: string; volume: string }>(
        `select s.camera, v.id as volume from segments g
           join streams s on s.number = g.stream_number join volumes v on v.number = g.volume_number
         where g.id = ?`,
        [segment],
      );
      if (row?.camera !== camera) throw notFound(segment);
      await deleteLock(writer, segment);
      await setSegmentLocked(writer, segment, false);
      return row.volume as VolumeId;
    });
    await this.push(volume).catch((error: unknown) => {
      this.#log.debug("locks will be handed over when the recorder is back", { reason: String(error) });
    });
    this.#retention.renewSoon();
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
}

function notFound(segment: SegmentId): NightjarError {
  return new NightjarError("NJ_SEGMENT_NOT_FOUND", "not-found", `there is no recording ${segment}`, {
    segment,
  });
}
