// Storage for the API: the figures of recording put together with settings, and changes of a volume's settings.
import { isAbsolute, join, relative } from "node:path";
import type { ConfigStore } from "../config/config-store.ts";
import type { Db } from "../db/db.ts";
import { isoFromTime90k, time90kFromMs } from "../domain/time.ts";
import { NightjarError } from "../errors.ts";
import type { CameraService, StorageService } from "../http/services.ts";
import type { StorageView } from "../http/storage-schemas.ts";
import type { PreparedVolumes } from "../recording/prepared-volumes.ts";
import type { RecordedCamera } from "../recording/recorded-camera.ts";
import type { RecordingService } from "../recording/recording-service.ts";
import { storageFigures } from "../recording/storage-figures.ts";
import { type OfferedPlaces, problemView } from "./offered-places.ts";
import type { ReplacedDisk, ReplacedDisks } from "./replaced-disks.ts";
import { volumeView } from "./status-service.ts";
import { driverView } from "./volume-drivers.ts";

/** How long an answer is young enough to be given again: reading it takes a look at each stream. */
const FRESH_MS = 2_000;

export interface StorageOptions {
  readonly db: Db;
  readonly config: ConfigStore;
  readonly recording: RecordingService;
  readonly cameras: Pick<CameraService, "get">;
  recordedCameras(): readonly RecordedCamera[];
  nowMs(): number;
  /** What plugins say of volumes; absent: no plugin has a say. */
  readonly preparedVolumes?: Pick<PreparedVolumes, "stateOf" | "driverOf">;
  readonly places: OfferedPlaces;
  readonly replacedDisks: Pick<ReplacedDisks, "at" | "use">;
}

/** Makes the face that the API asks. */
export function storageService(options: StorageOptions): StorageService {
  const { config, recording, places } = options;
  const { dataDir } = config;
  let kept: { readonly atMs: number; readonly view: Promise<StorageView> } | undefined;
  const pathOf = (path: string) => (isAbsolute(path) ? path : join(dataDir, path));
  return {
    view() {
      const nowMs = options.nowMs();
      if (kept === undefined || Math.abs(nowMs - kept.atMs) > FRESH_MS) {
        const view = read(options, pathOf);
        kept = { atMs: nowMs, view };
        // What failed is asked for anew by whoever comes next.
        view.catch(() => {
          kept = undefined;
        });
      }
      return kept.view;
    },
    places: () => places.list(),
    async recordTo(id) {
      const { folder, mountPoint, holdsData } = await places.prepare(id);
      let isNew = true;
      await config.update((draft) => {
        const { volumes } = draft.storage;
        const known = volumes.find((volume) => pathOf(volume.path) === folder);
        isNew = known === undefined;
        const path = holdsData ? relative(dataDir, folder) : folder;
        draft.storage.volumes = [
          known ?? { path, overwrite: true },
          ...volumes.filter((volume) => volume !== known),
        ];
      });
      // Made a volume by now, if `media` is there; else as soon as it is.
      await recording.volumesChanged();
      places.changed();
      kept = undefined;
      return { mountPoint, isNew };
    },
    async useDisk(id, place) {
      const used = await options.replacedDisks.use(id, place);
      places.changed();
      kept = undefined;
      return used;
    },
    async changeVolume(id, change) {
      const path = (await recording.volumeStates()).find((volume) => volume.id === id)?.path;
      if (path === undefined) {
        throw new NightjarError("NJ_VOLUME_UNKNOWN", "not-found", "there is no such volume", { volume: id });
      }
      await config.update((draft) => {
        const volume = draft.storage.volumes.find((one) => pathOf(one.path) === path);
        if (volume === undefined) return;
        if (change.overwrite !== undefined) volume.overwrite = change.overwrite;
        if (change.reserveBytes === null) delete volume.reserveBytes;
        else if (change.reserveBytes !== undefined) volume.reserveBytes = change.reserveBytes;
      });
      kept = undefined;
    },
  };
}

/** What the API shows of the disk at the place of another. */
function replacedView(found: ReplacedDisk | undefined): Pick<StorageView["volumes"][number], "replaced"> {
  if (found === undefined) return {};
  const { place, holds, problem } = found;
  return {
    replaced: {
      place: place.id,
      mountPoint: place.mountPoint,
      holds,
      ...(problem === undefined ? {} : { problem: problemView(problem) }),
    },
  };
}

async function read(options: StorageOptions, pathOf: (path: string) => string): Promise<StorageView> {
  const { db, config, recording, cameras } = options;
  const {
    volumes,
    cameras: taken,
    forecast,
  } = await storageFigures(db, {
    cameras: options.recordedCameras(),
    states: await recording.volumeStates(),
    configured: config.get().storage.volumes.map((volume) => ({ ...volume, path: pathOf(volume.path) })),
    now90k: time90kFromMs(options.nowMs()),
    liveRate: (camera, stream) => {
      const view = cameras.get(camera);
      if (view?.recording.active !== true) return undefined;
      const kbps = view.streams.find((one) => one.stream === stream)?.figures?.bitrateKbps;
      return kbps === undefined || kbps <= 0 ? undefined : (kbps * 1_000) / 8;
    },
  });
  const { roomBytes, daysUntilFull } = forecast;
  return {
    volumes: volumes.map(({ state, ...rest }) => ({
      ...volumeView(state),
      ...rest,
      ...(options.preparedVolumes === undefined
        ? {}
        : driverView(config.get().storage.volumes, state.path, config.dataDir, options.preparedVolumes)),
      ...replacedView(options.replacedDisks.at(state.path)),
      ...(state.sinceMs === undefined ? {} : { since: new Date(state.sinceMs).toISOString() }),
      ...(state.totalBytes === undefined || state.freeBytes === undefined
        ? {}
        : { othersBytes: Math.max(0, state.totalBytes - state.freeBytes - state.usedBytes) }),
    })),
    cameras: taken.map(({ oldest90k, forecast: own, ...rest }) => ({
      ...rest,
      ...(oldest90k === undefined ? {} : { oldest: isoFromTime90k(oldest90k) }),
      ...(own === undefined ? {} : { forecast: own }),
    })),
    ...(roomBytes === undefined ? {} : { roomBytes }),
    ...(daysUntilFull === undefined ? {} : { daysUntilFull }),
    configFile: join(config.dataDir, "config.json"),
  };
}
