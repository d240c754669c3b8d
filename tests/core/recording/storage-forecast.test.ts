import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  FORECAST_LIMIT_DAYS,
  type ForecastCamera,
  type ForecastVolume,
  forecastStorage,
} from "../../../core/recording/storage-forecast.ts";

const GB = 1e9;
/** 10 GB a day. */
const TEN_A_DAY = (10 * GB) / 86_400;

function volume(given: Partial<ForecastVolume> = {}): ForecastVolume {
  return { isUsable: true, overwrite: true, reserveBytes: 0, freeBytes: 100 * GB, usedBytes: 0, ...given };
}

function camera(id: string, given: Partial<ForecastCamera> = {}): ForecastCamera {
  return { id, bytesPerSecond: TEN_A_DAY, retentionDays: null, quotaBytes: null, ...given };
}

function days(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 100) / 100;
}

describe("the forecast of storage", () => {
  it("shares the room by what each camera writes: all reach equally far back", () => {
    const { cameras, roomBytes, daysUntilFull } = forecastStorage(
      [volume({ usedBytes: 60 * GB, reserveBytes: 10 * GB, freeBytes: 100 * GB })],
      [camera("a"), camera("b", { bytesPerSecond: TEN_A_DAY * 4 })],
    );
    assert.equal(roomBytes, 150 * GB);
    assert.equal(days(cameras.get("a")?.keepsDays), 3);
    assert.equal(days(cameras.get("b")?.keepsDays), 3);
    assert.equal(cameras.get("a")?.limit, "space");
    assert.equal(days(daysUntilFull), 1.8);
  });

  it("gives what limited cameras leave to the others, and names what does not fit", () => {
    const { cameras } = forecastStorage(
      [volume()],
      [
        camera("short", { retentionDays: 2 }),
        camera("small", { quotaBytes: 10 * GB, retentionDays: 9 }),
        camera("long", { retentionDays: 30 }),
      ],
    );
    // 100 GB: 20 for two days of the first, 10 for the quota of the second, 70 for the third.
    assert.deepEqual(
      ["short", "small", "long"].map((id) => [
        days(cameras.get(id)?.keepsDays),
        cameras.get(id)?.limit,
        cameras.get(id)?.isShort,
      ]),
      [
        [2, "days", false],
        [1, "quota", false],
        [7, "space", true],
      ],
    );
  });

  it("says nothing of days while a rate or a size is not known", () => {
    const unmeasured = forecastStorage([volume()], [camera("a"), camera("b", { bytesPerSecond: undefined })]);
    assert.equal(unmeasured.cameras.get("a")?.keepsDays, undefined);
    assert.equal(unmeasured.daysUntilFull, undefined);
    assert.equal(unmeasured.roomBytes, 100 * GB);
    const unseen = forecastStorage([volume({ freeBytes: undefined })], [camera("a", { retentionDays: 3 })]);
    assert.deepEqual(unseen.cameras.get("a"), { isShort: false });
    assert.equal(unseen.roomBytes, undefined);
    assert.equal(forecastStorage([], [camera("a")]).cameras.get("a")?.keepsDays, undefined);
  });

  it("is bounded, also for cameras that write nothing", () => {
    const { cameras, daysUntilFull } = forecastStorage([volume()], [camera("a", { bytesPerSecond: 0 })]);
    assert.equal(cameras.get("a")?.keepsDays, FORECAST_LIMIT_DAYS);
    assert.equal(daysUntilFull, undefined);
  });

  it("never says full where all limits fit", () => {
    const { daysUntilFull, cameras } = forecastStorage([volume()], [camera("a", { retentionDays: 3 })]);
    assert.equal(daysUntilFull, undefined);
    assert.deepEqual(cameras.get("a"), { keepsDays: 3, limit: "days", isShort: false });
  });

  it("counts volumes as they are written: the next only after one that may not be overwritten", () => {
    const first = volume({ overwrite: false, freeBytes: 20 * GB });
    const { cameras } = forecastStorage([first, volume({ freeBytes: 30 * GB }), volume()], [camera("a")]);
    assert.equal(days(cameras.get("a")?.keepsDays), 5);
    const broken = forecastStorage([volume({ isUsable: false }), volume()], [camera("a")]);
    assert.equal(days(broken.cameras.get("a")?.keepsDays), 10);
  });

  it("says when recording will stop where nothing may be overwritten", () => {
    const { cameras, daysUntilFull } = forecastStorage(
      [volume({ overwrite: false, usedBytes: 50 * GB })],
      [camera("a")],
    );
    assert.deepEqual([days(cameras.get("a")?.keepsDays), cameras.get("a")?.limit], [10, "full"]);
    assert.equal(days(daysUntilFull), 10);
  });

  it("takes room that others have eaten of the reserve from the recordings", () => {
    const { roomBytes } = forecastStorage(
      [volume({ usedBytes: 50 * GB, reserveBytes: 20 * GB, freeBytes: 5 * GB })],
      [camera("a")],
    );
    assert.equal(roomBytes, 35 * GB);
  });
});
