import assert from "node:assert/strict";
import { it } from "node:test";
import type { Db } from "../../../core/db/db.ts";
import { setSegmentLocked } from "../../../core/db/tables/segments-table.ts";
import { volumesTable } from "../../../core/db/tables/volumes-table.ts";
import type { CameraId } from "../../../core/domain/ids.ts";
import { REASON_BITS } from "../../../core/domain/record-reasons.ts";
import { RecordingIndex } from "../../../core/recording/recording-index.ts";
import { onBothDrivers } from "../db/on-both-drivers.ts";
import {
  closed,
  deleted,
  feed,
  GATE,
  HOUR,
  MINUTE,
  NOON,
  record,
  run,
  SECOND,
  VOLUME,
  YARD,
} from "./sample-segments.ts";

async function indexed(db: Db, ...runs: ReturnType<typeof run>[]): Promise<RecordingIndex> {
  await feed(db, closed(runs.flat()));
  return new RecordingIndex(db);
}

onBothDrivers("the recording index", ({ fresh }) => {
  it("lists the segments that touch a range, page by page, both streams by start", async () => {
    const index = await indexed(
      await fresh(),
      run(10),
      run(10, { stream: "sub", run: 2, startTime90k: NOON + 30 * SECOND }),
      run(3, { camera: GATE, run: 3 }),
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await index.recordings({
        camera: YARD,
        start90k: NOON + MINUTE - SECOND,
        end90k: NOON + 5 * MINUTE,
        limit: 3,
        ...(cursor === undefined ? {} : { cursor }),
      });
      assert.ok(page.segments.length <= 3);
      seen.push(...page.segments.map((segment) => `${segment.stream}${(segment.start90k - NOON) / SECOND}`));
      cursor = page.next;
    } while (cursor !== undefined);
    assert.deepEqual(seen, [
      "main0",
      "sub30",
      "main60",
      "sub90",
      "main120",
      "sub150",
      "main180",
      "sub210",
      "main240",
      "sub270",
    ]);
  });

  it("tells the checksum of files that carry one", async () => {
    const sha256 = "0123456789abcdef".repeat(4);
    const db = await fresh();
    await feed(db, closed([record({ sha256 }), record({ sequence: 1, startTime90k: NOON + MINUTE })]));
    const { segments } = await new RecordingIndex(db).recordings({
      camera: YARD,
      start90k: NOON,
      end90k: NOON + HOUR,
      limit: 10,
    });
    assert.deepEqual(
      segments.map((segment) => segment.sha256),
      [sha256, undefined],
    );
  });

  it("refuses a cursor that is none", async () => {
    const index = await indexed(await fresh());
    for (const cursor of ["", "rubbish", "MTIz", Buffer.from("1:x").toString("base64url")]) {
      await assert.rejects(
        index.recordings({ camera: YARD, start90k: 0, end90k: 1, limit: 1, cursor }),
        { code: "NJ_CURSOR_INVALID" },
        cursor,
      );
    }
  });

  it("says what was not recorded and why the run before it ended", async () => {
    const db = await fresh();
    const index = await indexed(
      db,
      run(2),
      run(2, { run: 2, startTime90k: NOON + 5 * MINUTE }),
      run(1, { run: 3, startTime90k: NOON + 9 * MINUTE }),
    );
    await feed(db, [
      {
        kind: "run-ended",
        camera: YARD,
        stream: "main",
        run: 1,
        endTime90k: NOON + 2 * MINUTE + SECOND,
        reason: "the camera closed the connection",
      },
    ]);
    const gaps = await index.gaps({
      camera: YARD,
      stream: "main",
      start90k: NOON - MINUTE,
      end90k: NOON + HOUR,
      now90k: NOON + 12 * MINUTE,
    });
    assert.deepEqual(
      gaps.map((gap) => [(gap.start90k - NOON) / MINUTE, (gap.end90k - NOON) / MINUTE, gap.reason]),
      [
        [-1, 0, "not-recorded"],
        [2, 5, "the camera closed the connection"],
        [7, 9, "not-recorded"],
        [10, 12, "not-recorded"],
      ],
    );
    const unknown = { camera: "nowhere" as CameraId, stream: "main" as const, start90k: 0, end90k: 9 };
    assert.equal((await index.gaps({ ...unknown, now90k: 5 })).length, 1);
    assert.deepEqual(await index.gaps({ ...unknown, now90k: 0 }), []);
  });

  it("gives the spans and losses of several cameras within a range", async () => {
    const hole = { offset90k: 10 * SECOND, duration90k: SECOND, packets: 4 };
    const index = await indexed(
      await fresh(),
      run(30, { holes: [hole] }),
      run(10, { camera: GATE, run: 2, startTime90k: NOON + 5 * MINUTE }),
    );
    const [yard, gate, none] = await index.coverage({
      cameras: [YARD, GATE, "nowhere" as CameraId],
      stream: "main",
      start90k: NOON + MINUTE,
      end90k: NOON + 8 * MINUTE,
      maxSpans: 100,
      openSpans: [
        { camera: GATE, start90k: NOON + 2 * MINUTE, end90k: NOON + 3 * MINUTE, reasons: REASON_BITS.manual },
      ],
    });
    assert.deepEqual(yard?.spans, [
      { start90k: NOON + MINUTE, end90k: NOON + 8 * MINUTE, reasons: ["continuous"] },
    ]);
    assert.equal(yard?.holes.length, 7);
    assert.deepEqual(yard?.holes[0], {
      start90k: NOON + 70 * SECOND,
      end90k: NOON + 71 * SECOND,
      packets: 4,
    });
    assert.deepEqual(gate?.spans, [
      { start90k: NOON + 2 * MINUTE, end90k: NOON + 3 * MINUTE, reasons: ["manual"] },
      { start90k: NOON + 5 * MINUTE, end90k: NOON + 8 * MINUTE, reasons: ["continuous"] },
    ]);
    assert.deepEqual(none?.spans, []);
  });

  it("gives what is locked as spans, joined where files touch", async () => {
    const db = await fresh();
    const files = run(8);
    const index = await indexed(db, files);
    for (const at of [1, 2, 5]) await setSegmentLocked(db, files[at]?.id ?? "", true);
    const [yard] = await index.coverage({
      cameras: [YARD],
      stream: "main",
      start90k: NOON + 90 * SECOND,
      end90k: NOON + 8 * MINUTE,
      maxSpans: 100,
    });
    assert.deepEqual(yard?.locked, [
      { start90k: NOON + 90 * SECOND, end90k: NOON + 3 * MINUTE },
      { start90k: NOON + 5 * MINUTE, end90k: NOON + 6 * MINUTE },
    ]);
  });

  it("finds the days with recordings in the recorder's zone, over a change of clocks", async () => {
    // Night of 2026-03-29 in Berlin: 23 hours. One recording ends at 23:59 local time, one begins at 00:00.
    const midnight = Date.UTC(2026, 2, 28, 23) * 90;
    const index = await indexed(
      await fresh(),
      run(1, { startTime90k: midnight - MINUTE }),
      run(1, { run: 2, startTime90k: midnight + 23 * HOUR - MINUTE }),
      run(1, { run: 3, camera: GATE, stream: "sub", startTime90k: midnight + 23 * HOUR }),
    );
    const days = (timeZone: string) =>
      index.calendar({ cameras: [GATE, YARD], from: "2026-03-28", to: "2026-03-31", timeZone });
    assert.deepEqual(await days("Europe/Berlin"), [
      { date: "2026-03-28", cameras: [YARD], reasons: ["continuous"] },
      { date: "2026-03-29", cameras: [YARD], reasons: ["continuous"] },
      { date: "2026-03-30", cameras: [GATE], reasons: ["continuous"] },
    ]);
    assert.deepEqual(
      (await days("UTC")).map((day) => [day.date, day.cameras]),
      [
        ["2026-03-28", [YARD]],
        ["2026-03-29", [GATE, YARD]],
      ],
    );
  });

  it("gives readers files in playback order, those that overlap in time included", async () => {
    const db = await fresh();
    // The clock stepped back by three minutes between the runs.
    const index = await indexed(
      db,
      run(5),
      run(5, { run: 2, startTime90k: NOON + 2 * MINUTE, keyFrames: "/wAB" }),
    );
    await volumesTable(db).put(VOLUME, "/mnt/disk1", 0);
    const found = await index.playable({
      camera: YARD,
      stream: "main",
      start90k: NOON + 3 * MINUTE + SECOND,
      end90k: NOON + 5 * MINUTE,
      limit: 100,
    });
    assert.deepEqual(
      found.map((segment) => [segment.run, segment.sequence]),
      [
        [1, 3],
        [1, 4],
        [2, 1],
        [2, 2],
      ],
    );
    const startMs = Math.floor((NOON + 3 * MINUTE) / 90);
    assert.equal(found[0]?.file, `/mnt/disk1/video/yard/main/2026-03-01/12/${startMs}-nj-1-3.mp4`);
    assert.equal(found[2]?.keyFrames, "/wAB");
    assert.equal(found[2]?.volume, VOLUME);
    assert.deepEqual(
      await index.playable({ camera: YARD, stream: "sub", start90k: 0, end90k: NOON * 2, limit: 9 }),
      [],
    );
  });

  it("keeps the path of a file that lies elsewhere than usual", async () => {
    const db = await fresh();
    const index = await indexed(db, [record({ path: "video/yard/main/elsewhere.mp4" })]);
    await volumesTable(db).put(VOLUME, "/v", 0);
    const [segment] = await index.playable({
      camera: YARD,
      stream: "main",
      start90k: NOON,
      end90k: NOON + 1,
      limit: 1,
    });
    assert.equal(segment?.file, "/v/video/yard/main/elsewhere.mp4");
  });

  it("finds where recording goes on, forwards and backwards", async () => {
    const db = await fresh();
    const index = await indexed(
      db,
      run(2),
      run(1, { run: 2, startTime90k: NOON + 10 * MINUTE }),
      // Begins before run 2 and ends after it.
      run(1, { run: 3, startTime90k: NOON + 9 * MINUTE, duration90k: 10 * MINUTE }),
    );
    const next = async (at: number, backwards = false) => {
      const found = await index.nextRecorded({ camera: YARD, stream: "main", time90k: at, backwards });
      return found === undefined ? undefined : (found - NOON) / MINUTE;
    };
    assert.equal(await next(NOON - HOUR), 0);
    assert.equal(await next(NOON + MINUTE), 1);
    assert.equal(await next(NOON + 2 * MINUTE), 9);
    assert.equal(await next(NOON + 19 * MINUTE), undefined);
    assert.equal(await next(NOON + HOUR, true), 19 - 1 / MINUTE);
    assert.equal(await next(NOON + 5 * MINUTE, true), 2 - 1 / MINUTE);
    assert.equal(await next(NOON + MINUTE, true), 1);
    assert.equal(await next(NOON - 1, true), undefined);
    await feed(db, deleted(run(2).slice(0, 1)));
    assert.equal(await next(NOON), 1);
  });
});
