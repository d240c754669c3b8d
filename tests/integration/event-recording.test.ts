// An event of a real camera's picture, through engine, recording and a real media process: what is recorded begins at a key
// frame at or before the event less the pre-record time, and ends after the post-record time.
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { EventEngine } from "../../core/alarm/event-engine.ts";
import { systemClock } from "../../core/clock.ts";
import { openDb } from "../../core/db/open-db.ts";
import { cameraId } from "../../core/domain/ids.ts";
import { silentLog } from "../../core/log.ts";
import { runMedia } from "../../core/media/process/run-media.ts";
import type { RecordedCamera } from "../../core/recording/recorded-camera.ts";
import { createRecordingService } from "../../core/recording/recording-service.ts";
import { fakeCamera } from "../../core/testing/fake-camera.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { arming } from "../core/alarm/alarm-fixture.ts";

const YARD = cameraId("yard");
const PRE_SECONDS = 3;
const POST_SECONDS = 1;

describe("an event that is reported", { timeout: 120_000 }, () => {
  it("has footage from before it, from a key frame on, and no more than was asked for", async (t) => {
    await using source = await fakeCamera({ codec: "h264" });
    using dir = tempDir();
    const media = await runMedia({
      dataDir: dir.path,
      log: silentLog,
      clock: systemClock,
      instance: "media",
      ready: () => undefined,
    });
    t.after(() => media.stop());
    const db = await openDb(dir.join("nightjar.db"), { log: silentLog });
    const yard: RecordedCamera = {
      id: YARD,
      enabled: true,
      streams: { main: { kind: "rtsp", url: source.url, transport: "tcp" } },
      record: {
        ...{ mode: "event", streams: "main", audio: false, segmentSeconds: 60 },
        ...{ preRecordSeconds: PRE_SECONDS, postRecordSeconds: POST_SECONDS },
        ...{ retentionDays: null, quotaBytes: null },
      },
    };
    const engine = new EventEngine({
      db,
      clock: systemClock,
      log: silentLog,
      arming: arming(),
    });
    await engine.start();
    const recording = createRecordingService({
      db,
      mediaSocketPath: join(dir.path, "run", "media.sock"),
      node: "nj",
      clock: systemClock,
      log: silentLog,
      timeZone: () => "Europe/Berlin",
      volumes: () => [{ path: dir.join("volume"), reserveBytes: 0, exactReserve: true }],
      cameras: () => [yard],
      events: {
        report: () => 0,
        end: () => undefined,
        forgetCamera: () => undefined,
        forgetOld: async () => undefined,
      },
    });
    engine.onTrigger("test", (trigger) => recording.takeEvent(trigger));
    await recording.start();
    t.after(async () => {
      await recording.stop();
      await engine.stop();
      await db.close();
    });
    await waitFor(
      async () =>
        ((await recording.figures().catch(() => undefined))?.streams[0]?.ringSeconds ?? 0) > PRE_SECONDS + 1,
      {
        deadlineMs: 30_000,
        what: "the memory of what came before",
      },
    );
    const report = { type: "motion", camera: YARD, source: "camera" } as const;
    const eventMs = Date.now();
    engine.report({ ...report, timeMs: eventMs });
    await waitFor(() => recording.cameraStates().get(YARD)?.recording.active === true, {
      deadlineMs: 20_000,
      what: "the recording",
    });
    engine.end(report);
    const segment = await waitFor(
      async () =>
        (
          await recording.index.playable({
            camera: YARD,
            stream: "main",
            start90k: 0,
            end90k: 1e16,
            limit: 5,
          })
        )[0],
      { deadlineMs: 40_000, what: "the closed file" },
    );
    const leadMs = eventMs - segment.startTime90k / 90;
    assert.ok(leadMs >= PRE_SECONDS * 1_000, `begins ${leadMs} ms before the event`);
    // A file begins with a key frame; the last one before what was asked for is not farther away than a group of pictures.
    assert.ok(leadMs <= PRE_SECONDS * 1_000 + 2_500, `begins ${leadMs} ms before the event`);
    const [coverage] = await recording.coverage({
      cameras: [YARD],
      stream: "main",
      start90k: 0,
      end90k: 1e16,
      maxSpans: 10,
    });
    assert.deepEqual(
      coverage?.spans.map(({ reasons }) => reasons),
      [["motion"]],
    );
  });
});
