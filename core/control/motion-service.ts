// The search for motion as the API asks it: what is still in memory is written first where the question reaches up to now.
import type { Clock } from "../clock.ts";
import type { Db } from "../db/db.ts";
import type { MotionService } from "../http/services.ts";
import { searchMotion } from "../playback/motion-search.ts";
import type { MotionLog } from "../recording/motion-log.ts";

/** Older than this everything has been written. */
const WRITTEN_MS = 90_000;

/** Makes the face that the API asks. */
export function motionService({
  db,
  clock,
  motionLog,
}: {
  readonly db: Db;
  readonly clock: Clock;
  readonly motionLog: Pick<MotionLog, "settled">;
}): MotionService {
  return {
    async search(query) {
      if (query.endMs > clock.wallMs() - WRITTEN_MS) await motionLog.settled(query.camera);
      const { moments, nextMs } = await searchMotion(db, query);
      const iso = (ms: number): string => new Date(ms).toISOString();
      return {
        moments: moments.map(({ startMs, endMs, cells }) => ({
          start: iso(startMs),
          end: iso(endMs),
          cells,
        })),
        ...(nextMs === undefined ? {} : { next: String(nextMs) }),
      };
    },
  };
}
