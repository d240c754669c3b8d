// Says how long recordings will be kept: the formula behind "keeps about 12 days" (docs/guide/storage-and-retention.md).
// Pure: works on measured rates and sizes alone, and says nothing where one of them is not known.

const DAY_SECONDS = 86_400;
/** What goes further is only said to go further: rates do not stay the same for so long. */
export const FORECAST_LIMIT_DAYS = 3_650;
/** Days that are missed by less are met: rates are measured, not known. */
const TOLERANCE = 0.98;

/** A volume in the owner's order. */
export interface ForecastVolume {
  readonly isUsable: boolean;
  readonly overwrite: boolean;
  readonly reserveBytes: number;
  readonly freeBytes?: number | undefined;
  /** Bytes of recordings. */
  readonly usedBytes: number;
}

/** A camera that is to be recorded. */
export interface ForecastCamera {
  readonly id: string;
  /** What it writes on average; undefined: not measured yet. */
  readonly bytesPerSecond: number | undefined;
  readonly retentionDays: number | null;
  readonly quotaBytes: number | null;
}

/** What ends the time that a camera's recordings are kept: days or bytes of its own, the disk, or that it stops there. */
export type ForecastLimit = "days" | "quota" | "space" | "full";

export interface CameraForecast {
  /** At most FORECAST_LIMIT_DAYS; undefined: not known. */
  readonly keepsDays?: number;
  readonly limit?: ForecastLimit;
  /** The days that were chosen will not be reached, for want of room. */
  readonly isShort: boolean;
}

export interface Forecast {
  readonly cameras: ReadonlyMap<string, CameraForecast>;
  /** Bytes that recordings can take on the volumes together; undefined: not known. */
  readonly roomBytes?: number;
  /** Days until the room that is free now is used up; undefined: not known, or never. */
  readonly daysUntilFull?: number;
}

interface Room {
  /** That old recordings give back when they are overwritten. */
  readonly bytes: number;
  readonly freeBytes: number;
  /** Nothing is overwritten: recording stops when it is used up. */
  readonly ends: boolean;
}

/**
 * The forecast of all cameras together: on a volume the oldest recordings of all go first, so the cameras without a
 * limit of their own all reach equally far back. That distance T is where
 * `sum of min(rate x T, rate x days, quota) = room`.
 */
export function forecastStorage(
  volumes: readonly ForecastVolume[],
  cameras: readonly ForecastCamera[],
): Forecast {
  const room = roomOf(volumes);
  const isMeasured = cameras.every(({ bytesPerSecond }) => bytesPerSecond !== undefined);
  const perDay = cameras.reduce((sum, camera) => sum + dailyBytes(camera), 0);
  const spaceDays =
    room === undefined || !isMeasured
      ? undefined
      : daysThatFit(room.ends ? room.freeBytes : room.bytes, cameras);
  const found = new Map<string, CameraForecast>();
  for (const camera of cameras) found.set(camera.id, forecastOf(camera, spaceDays, room?.ends === true));
  const fills = spaceDays !== undefined && spaceDays < FORECAST_LIMIT_DAYS;
  return {
    cameras: found,
    ...(room === undefined ? {} : { roomBytes: room.bytes }),
    ...(room === undefined || !fills || perDay === 0
      ? {}
      : { daysUntilFull: Math.min(FORECAST_LIMIT_DAYS, room.freeBytes / perDay) }),
  };
}

/** Files go to the first volume that works; what may not be overwritten fills up, and the next one follows. */
function roomOf(volumes: readonly ForecastVolume[]): Room | undefined {
  let bytes = 0;
  let freeBytes = 0;
  for (const volume of volumes) {
    if (!volume.isUsable) continue;
    if (volume.freeBytes === undefined) return undefined;
    const free = Math.max(0, volume.freeBytes - volume.reserveBytes);
    freeBytes += free;
    bytes += volume.usedBytes + free;
    if (volume.overwrite) {
      // Reserve that others eat into is taken back from recordings.
      const missing = Math.max(0, volume.reserveBytes - volume.freeBytes);
      return { bytes: Math.max(0, bytes - missing), freeBytes, ends: false };
    }
  }
  return bytes === 0 && freeBytes === 0 ? undefined : { bytes, freeBytes, ends: true };
}

function dailyBytes({ bytesPerSecond }: ForecastCamera): number {
  return (bytesPerSecond ?? 0) * DAY_SECONDS;
}

/** The camera's own limit in days; infinite without one. */
function ownDays(camera: ForecastCamera): number {
  const perDay = dailyBytes(camera);
  const byQuota = camera.quotaBytes === null || perDay === 0 ? Infinity : camera.quotaBytes / perDay;
  return Math.min(camera.retentionDays ?? Infinity, byQuota);
}

/** T of {@link forecastStorage}; FORECAST_LIMIT_DAYS where all limits fit, or nothing is written. */
function daysThatFit(roomBytes: number, cameras: readonly ForecastCamera[]): number {
  const byLimit = cameras
    .map((camera) => ({ perDay: dailyBytes(camera), days: ownDays(camera) }))
    .sort((a, b) => a.days - b.days);
  let perDay = byLimit.reduce((sum, camera) => sum + camera.perDay, 0);
  let left = roomBytes;
  let reached = 0;
  for (const camera of byLimit) {
    if (perDay <= 0) break;
    const until = Math.min(camera.days, FORECAST_LIMIT_DAYS);
    const wanted = (until - reached) * perDay;
    if (wanted > left) return reached + left / perDay;
    left -= wanted;
    reached = until;
    perDay -= camera.perDay;
  }
  return FORECAST_LIMIT_DAYS;
}

function forecastOf(camera: ForecastCamera, spaceDays: number | undefined, ends: boolean): CameraForecast {
  if (camera.bytesPerSecond === undefined || spaceDays === undefined) return { isShort: false };
  const byQuota =
    camera.quotaBytes === null || camera.bytesPerSecond === 0
      ? Infinity
      : camera.quotaBytes / dailyBytes(camera);
  const days = camera.retentionDays ?? Infinity;
  const keepsDays = Math.min(days, byQuota, spaceDays, FORECAST_LIMIT_DAYS);
  const limit =
    keepsDays === days ? "days" : keepsDays === byQuota ? "quota" : ends ? ("full" as const) : "space";
  // A quota below the days was the owner's choice: only what the disk takes from them is worth a warning.
  const isShort =
    (limit === "space" || limit === "full") && days !== Infinity && keepsDays < days * TOLERANCE;
  return { keepsDays, limit, isShort };
}
