import assert from "node:assert/strict";
import { it } from "node:test";
import type { Db } from "../../../core/db/db.ts";
import type { RecordedCamera } from "../../../core/recording/recorded-camera.ts";
import { type StorageInput, storageFigures } from "../../../core/recording/storage-figures.ts";
import { onBothDrivers } from "../db/on-both-drivers.ts";
import { camera, closed, feed, GATE, HOUR, MINUTE, NOON, run, VOLUME, YARD } from "./sample-segments.ts";

const GB = 1e9;
/** What the sample's minutes of a million bytes come to. */
const BYTES_PER_SECOND = 1_000_000 / 60;

function source(): NonNullable<RecordedCamera["streams"]["main"]> {
  return { url: "rtsp://192.0.2.1/" } as unknown as NonNullable<RecordedCamera["streams"]["main"]>;
}

async function look(db: Db, given: Partial<StorageInput> = {}) {
  return await storageFigures(db, {
    cameras: [],
    states: [
      {
        id: VOLUME,
        path: "/srv/video",
        status: "normal",
        usedBytes: 0,
        freeBytes: 50 * GB,
        totalBytes: 100 * GB,
      },
    ],
    configured: [{ path: "/srv/video", reserveBytes: 10 * GB }],
    now90k: NOON + HOUR,
    liveRate: () => undefined,
    ...given,
  });
}

onBothDrivers("figures of storage", ({ fresh }) => {
  it("come from what was recorded: rate, bytes and age of each camera, and what the volume takes now", async () => {
    const db = await fresh();
    await feed(
      db,
      closed([...run(60), ...run(30, { camera: GATE, run: 2, startTime90k: NOON + 30 * MINUTE })]),
    );
    const cameras = [
      { ...camera(YARD), streams: { main: source() } },
      { ...camera(GATE), streams: { main: source() } },
    ];
    const { cameras: seen, volumes, forecast } = await look(db, { cameras });
    assert.deepEqual(
      seen.map(({ id, storedBytes, oldest90k }) => [id, storedBytes, oldest90k]),
      [
        [YARD, 60_000_000, NOON],
        [GATE, 30_000_000, NOON + 30 * MINUTE],
      ],
    );
    for (const one of seen) assert.ok(Math.abs((one.bytesPerSecond ?? 0) - BYTES_PER_SECOND) < 1);
    assert.ok(Math.abs((volumes[0]?.writeBytesPerSecond ?? 0) - 2 * BYTES_PER_SECOND) < 1);
    assert.equal(volumes[0]?.reserveChosen, true);
    const keeps = seen[0]?.forecast?.keepsDays ?? 0;
    assert.ok(Math.abs(keeps - (40 * GB) / (2 * BYTES_PER_SECOND * 86_400)) < 0.1, String(keeps));
    assert.equal(forecast.roomBytes, 40 * GB);
  });

  it("take the rate that comes now for a camera that was just added, and say nothing where none comes", async () => {
    const db = await fresh();
    const cameras = [
      { ...camera(YARD), streams: { main: source() } },
      { ...camera(GATE), streams: { main: source() } },
    ];
    const unknown = await look(db, { cameras, liveRate: (id) => (id === YARD ? 500_000 : undefined) });
    assert.deepEqual(
      unknown.cameras.map(({ bytesPerSecond, forecast }) => [bytesPerSecond, forecast?.keepsDays]),
      [
        [500_000, undefined],
        [undefined, undefined],
      ],
    );
    const known = await look(db, { cameras, liveRate: () => 500_000 });
    assert.equal(known.volumes[0]?.writeBytesPerSecond, 1_000_000);
    assert.ok((known.cameras[1]?.forecast?.keepsDays ?? 0) > 0);
  });

  it("forecast nothing for cameras that are not recorded, and average what is recorded by hand", async () => {
    const db = await fresh();
    await feed(db, closed(run(60)));
    const base = { ...camera(YARD), streams: { main: source() } };
    const off = await look(db, { cameras: [{ ...base, record: { ...base.record, mode: "off" } }] });
    assert.equal(off.cameras[0]?.forecast, undefined);
    assert.equal(off.cameras[0]?.storedBytes, 60_000_000);
    const byHand = { ...base, record: { ...base.record, mode: "manual" as const } };
    assert.equal((await look(db, { cameras: [byHand] })).cameras[0]?.bytesPerSecond, undefined);
    const later = await look(db, { cameras: [byHand], now90k: NOON + 48 * HOUR });
    assert.equal(Math.round(later.cameras[0]?.bytesPerSecond ?? 0), Math.round(60_000_000 / (48 * 3_600)));
  });
});
