// What is known of storage now: rates as measured, bytes and age by camera and volume, and the forecast from them.
// Reads the index only; no disk is touched.

import type { SqlReader } from "../db/db.ts";
import { listLedger } from "../db/tables/ledger-table.ts";
import { listStreams } from "../db/tables/streams-table.ts";
import { volumeNumbers } from "../db/tables/volumes-table.ts";
import { oldestStart, writtenOfStream, writtenOnVolume } from "../db/tables/written-bytes.ts";
import { defaultReserveBytes } from "../domain/default-reserve.ts";
import { TICKS_PER_SECOND } from "../domain/time.ts";
import type { RecordedCamera } from "./recorded-camera.ts";
import { type CameraForecast, type Forecast, forecastStorage } from "./storage-forecast.ts";
import type { RecordingVolumeState } from "./volumes.ts";

/** Rates are measured over files of the last day. */
const WINDOW_90K = 86_400 * TICKS_PER_SECOND;
/** Less footage than this says nothing of a rate. */
const LEAST_90K = 50 * TICKS_PER_SECOND;
const NOTHING = { sizeBytes: 0, duration90k: 0 };
/** What is written now: files of the last minutes. */
const WRITING_90K = 5 * 60 * TICKS_PER_SECOND;
/** By-hand recording is averaged over whole days. */
const LEAST_DAYS_BY_HAND = 1;

export interface VolumeFigures {
  readonly state: RecordingVolumeState;
  readonly reserveBytes: number;
  readonly reserveChosen: boolean;
  readonly overwrite: boolean;
  readonly writeBytesPerSecond: number;
}

export interface CameraFigures {
  readonly id: string;
  readonly storedBytes: number;
  readonly oldest90k?: number;
  /** Average over the last day; undefined: not measured yet. */
  readonly bytesPerSecond?: number;
  /** Recorded now. */
  readonly nowBytesPerSecond: number;
  /** Undefined: it is not recorded. */
  readonly forecast?: CameraForecast;
}

export interface StorageFigures {
  readonly volumes: readonly VolumeFigures[];
  readonly cameras: readonly CameraFigures[];
  readonly forecast: Forecast;
}

export interface StorageInput {
  readonly cameras: readonly RecordedCamera[];
  readonly states: readonly RecordingVolumeState[];
  readonly configured: readonly {
    readonly path: string;
    readonly reserveBytes?: number;
    readonly overwrite?: boolean;
  }[];
  readonly now90k: number;
  /** Bytes a second that are recorded of a stream now: stands in until enough was recorded. */
  liveRate(camera: string, stream: "main" | "sub"): number | undefined;
}

/** Reads everything once. */
export async function storageFigures(db: SqlReader, input: StorageInput): Promise<StorageFigures> {
  const [streams, ledger, numbers] = await Promise.all([listStreams(db), listLedger(db), volumeNumbers(db)]);
  const volumes: VolumeFigures[] = [];
  // What is written to: the first that works.
  const current = input.states.find(({ status }) => status === "normal" || status === "slow");
  for (const state of input.states) {
    const chosen = input.configured.find(({ path }) => path === state.path);
    const number = state.id === undefined ? undefined : numbers.get(state.id);
    const written = number === undefined ? [] : await writtenOnVolume(db, number, input.now90k - WRITING_90K);
    volumes.push({
      state,
      reserveBytes: chosen?.reserveBytes ?? defaultReserveBytes(state.totalBytes),
      reserveChosen: chosen?.reserveBytes !== undefined,
      overwrite: chosen?.overwrite ?? true,
      // Before the first file is closed, what comes now is what is written.
      writeBytesPerSecond:
        written.length > 0
          ? written.reduce((sum, one) => sum + rateOf(one), 0)
          : state === current
            ? incoming(input, input.cameras)
            : 0,
    });
  }
  const measured: CameraFigures[] = [];
  for (const camera of input.cameras) {
    const own = streams.filter((stream) => stream.camera === camera.id);
    const ids = new Set(own.map(({ number }) => number));
    const storedBytes = ledger.reduce(
      (sum, row) => (ids.has(row.streamNumber) ? sum + row.sizeBytes : sum),
      0,
    );
    const starts = await Promise.all(own.map(({ number }) => oldestStart(db, number)));
    const known = starts.filter((start) => start !== undefined);
    const oldest90k = known.length === 0 ? undefined : Math.min(...known);
    const bytesPerSecond =
      camera.record.mode === "manual" || camera.record.mode === "event"
        ? byHandRate(storedBytes, oldest90k, input.now90k)
        : await streamsRate(db, camera, own, input);
    measured.push({
      id: camera.id,
      storedBytes,
      nowBytesPerSecond: incoming(input, [camera]),
      ...(oldest90k === undefined ? {} : { oldest90k }),
      ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    });
  }
  const recorded = input.cameras.filter((camera) => camera.enabled && camera.record.mode !== "off");
  const forecast = forecastStorage(
    volumes.map(({ state, reserveBytes, overwrite }) => ({
      isUsable: state.status === "normal" || state.status === "slow" || state.status === "full",
      overwrite,
      reserveBytes,
      freeBytes: state.freeBytes,
      usedBytes: state.usedBytes,
    })),
    recorded.map(({ id, record }) => ({
      id,
      bytesPerSecond: measured.find((one) => one.id === id)?.bytesPerSecond,
      retentionDays: record.retentionDays,
      quotaBytes: record.quotaBytes,
    })),
  );
  const cameras = measured.map((one) => {
    const found = forecast.cameras.get(one.id);
    return found === undefined ? one : { ...one, forecast: found };
  });
  return { volumes, cameras, forecast };
}

function rateOf({ sizeBytes, duration90k }: { sizeBytes: number; duration90k: number }): number {
  return duration90k === 0 ? 0 : (sizeBytes * TICKS_PER_SECOND) / duration90k;
}

function wantedStreams({ record, streams }: RecordedCamera): ("main" | "sub")[] {
  // A camera without a sub-stream cannot be recorded by it.
  return (["main", "sub"] as const).filter(
    (name) => (record.streams === "both" || record.streams === name) && streams[name] !== undefined,
  );
}

function incoming({ liveRate }: StorageInput, cameras: readonly RecordedCamera[]): number {
  return cameras.reduce(
    (sum, camera) =>
      wantedStreams(camera).reduce((own, stream) => own + (liveRate(camera.id, stream) ?? 0), sum),
    0,
  );
}

/** Continuous recording: what a second of footage takes, for each recorded stream. */
async function streamsRate(
  db: SqlReader,
  camera: RecordedCamera,
  own: readonly { readonly number: number; readonly stream: string }[],
  { now90k, liveRate }: StorageInput,
): Promise<number | undefined> {
  const wanted = wantedStreams(camera);
  let sum = 0;
  for (const name of wanted) {
    const number = own.find(({ stream }) => stream === name)?.number;
    const written = number === undefined ? NOTHING : await writtenOfStream(db, number, now90k - WINDOW_90K);
    const rate = written.duration90k < LEAST_90K ? liveRate(camera.id, name) : rateOf(written);
    if (rate === undefined) return undefined;
    sum += rate;
  }
  return wanted.length === 0 ? undefined : sum;
}

/** Recording by hand comes and goes: all that is stored over all the time since the oldest. */
function byHandRate(storedBytes: number, oldest90k: number | undefined, now90k: number): number | undefined {
  if (oldest90k === undefined) return undefined;
  const seconds = (now90k - oldest90k) / TICKS_PER_SECOND;
  return seconds < LEAST_DAYS_BY_HAND * 86_400 ? undefined : storedBytes / seconds;
}
