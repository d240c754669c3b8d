import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cameraId, type SegmentId, type VolumeId } from "../../../../core/domain/ids.ts";
import { silentLog } from "../../../../core/log.ts";
import { ReportJournal } from "../../../../core/media/process/journal.ts";
import { unindexedSegments } from "../../../../core/media/process/unindexed-segments.ts";
import type { SegmentRecord } from "../../../../core/media/segment.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";

const YARD = { camera: cameraId("yard"), stream: "main" as const };
const volume = "11111111-1111-4111-8111-111111111111" as VolumeId;

describe("closed segments that core does not know yet", () => {
  it("are those of the stream whose reports are not acknowledged, without those deleted since", async () => {
    using dir = tempDir("nightjar-unindexed-");
    const journal = new ReportJournal(dir.path, new FakeClock(), silentLog);
    await journal.open();
    const close = (id: string, name = YARD) =>
      journal.add({ kind: "segment-closed", segment: { ...name, id, volume } as SegmentRecord }).number;
    const ids = () => unindexedSegments(journal, YARD).map(({ id }) => id);
    assert.deepEqual(ids(), []);
    const first = close("a");
    close("b", { ...YARD, camera: cameraId("door") });
    close("c");
    close("d");
    assert.deepEqual(ids(), ["a", "c", "d"]);
    journal.acknowledge(first);
    assert.deepEqual(ids(), ["c", "d"]);
    journal.add({ kind: "segment-deleted", id: "c" as SegmentId, volume, path: "c.mp4" });
    assert.deepEqual(ids(), ["d"]);
    await journal.flush();
  });
});
