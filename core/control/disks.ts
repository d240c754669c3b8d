// The disks of the machine as the core process deals with them: those that are offered, and those that took the place of
// another. Wiring only.
import type { Clock } from "../clock.ts";
import type { ConfigStore } from "../config/config-store.ts";
import type { Db } from "../db/db.ts";
import { volumeNumbers } from "../db/tables/volumes-table.ts";
import type { Log } from "../log.ts";
import type { RecordingService } from "../recording/recording-service.ts";
import { type OfferedPlaces, offeredPlaces } from "./offered-places.ts";
import { isAway, ReplacedDisks } from "./replaced-disks.ts";
import { volumePath } from "./volume-drivers.ts";

export interface DisksParts {
  readonly db: Db;
  readonly config: ConfigStore;
  readonly clock: Clock;
  readonly log: Log;
  recording(): Pick<RecordingService, "volumeStates" | "renewVolume">;
  /** What is said of the volume at a path is something else now. */
  changed(path: string): void;
}

/** Makes both. */
export function disksOf(parts: DisksParts): {
  readonly places: OfferedPlaces;
  readonly replacedDisks: ReplacedDisks;
} {
  const { db, config, clock, log, recording, changed } = parts;
  const { dataDir } = config;
  const places = offeredPlaces({
    ...{ db, dataDir, nowMs: () => clock.wallMs() },
    volumes: () => config.get().storage.volumes.map(({ path }) => volumePath(path, dataDir)),
    away: async () => new Set((await recording().volumeStates()).filter(isAway).map(({ path }) => path)),
  });
  const replacedDisks = new ReplacedDisks({
    ...{ clock, log, changed },
    under: (folder) => places.under(folder),
    known: async () => [...(await volumeNumbers(db)).keys()],
    states: () => recording().volumeStates(),
    renew: (path) => recording().renewVolume(path),
  });
  return { places, replacedDisks };
}
