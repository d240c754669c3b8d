// The only disk of a recorder is full and may not be overwritten (manual 7 and 11.7, "disk full"): told as events with their hint
// and what follows from them, over as soon as there is room or overwriting is allowed, and nothing that was recorded is lost.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import {
  noTemporaryVolume,
  type TemporaryVolume,
  temporaryVolume,
} from "../../core/testing/temporary-volume.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { AskedRecorder, type ShownEvent } from "../support/asked-recorder.ts";
import { runFsck } from "../support/recorder-evidence.ts";
import { RecorderRig } from "../support/recorder-rig.ts";

const MIB = 1024 * 1024;
const DISK_BYTES = 256 * MIB;
/** What stays free of so small a disk. */
const RESERVE_BYTES = DISK_BYTES / 4;
const CAMERAS = 4;
const TYPES = ["exception-volume-full", "exception-record"] as const;

describe("a recorder whose only disk is full and may not be overwritten", {
  skip: noTemporaryVolume("ext4", ["fallocate"]),
  timeout: 600_000,
}, () => {
  let disk: TemporaryVolume;
  let rig: RecorderRig;
  let recorder: AskedRecorder;
  /** All recordings at the moment when it was full. */
  let kept: readonly string[] = [];
  let full: ShownEvent;
  let missing: ShownEvent;

  before(async () => {
    disk = await temporaryVolume({ fileSystem: "ext4", sizeBytes: DISK_BYTES });
    disk.fill(RESERVE_BYTES + 2 * MIB);
    rig = await RecorderRig.start({ cameras: CAMERAS, volumes: [{ path: disk.path, overwrite: false }] });
    recorder = await AskedRecorder.of(rig);
    await recorder.captureAt(TYPES, "cam-1");
    await rig.untilRecording(30_000);
  });
  after(async () => {
    await rig?.dispose();
    disk?.dispose();
  });

  const recording = async () => (await rig.status())?.cameras.recording;

  it("says so when its own recordings have filled it, in the bell and the bar, and that its cameras are not recorded", async () => {
    full = await recorder.begun("exception-volume-full", 120_000);
    assert.deepEqual([full.subject, full.source, full.severity], [disk.path, "recorder", "alarm"]);
    const hint = await recorder.exception("exception-volume-full");
    assert.deepEqual([hint?.own, hint?.bell, hint?.bar], [true, true, true]);
    assert.deepEqual(
      hint?.open.map(({ id }) => id),
      [full.id],
    );
    const { problems = [] } = (await rig.status()) ?? {};
    assert.ok(
      problems.some(({ message }) => message.includes(disk.path)),
      JSON.stringify(problems),
    );
    missing = await recorder.begun("exception-record");
    await waitFor(async () => (await recording()) === 0, { deadlineMs: 60_000, what: "recording to stop" });
    kept = rig.filePaths();
    assert.ok(kept.length >= CAMERAS, `${kept.length} files`);
  });

  it("does what is to follow from it", async () => {
    for (const event of [full, missing]) {
      const { actions = [] } = await recorder.followed(event);
      assert.deepEqual(
        actions.map(({ action, status }) => `${action} ${status}`),
        ["capture done"],
      );
    }
  });

  it("records again when there is room, and says that it is over", async () => {
    disk.unfill();
    for (const event of [full, missing]) await recorder.ended(event);
    await rig.untilRecording(60_000);
    assert.deepEqual((await recorder.exception("exception-volume-full"))?.open, []);
    assert.deepEqual(
      kept.filter((path) => !existsSync(path)),
      [],
      "nothing was deleted to make room",
    );
  });

  it("is cured by being allowed to overwrite as well", async () => {
    disk.fill(RESERVE_BYTES - MIB);
    const again = await recorder.begun("exception-volume-full", 120_000);
    assert.notEqual(again.id, full.id);
    const { volumes } = await recorder.ask<{ volumes: { id: string }[] }>("storage");
    await recorder.ask(`storage/volumes/${volumes[0]?.id}`, "PATCH", { overwrite: true });
    await recorder.ended(again);
    await rig.untilRecording(60_000);
    await waitFor(() => kept.some((path) => !existsSync(path)), {
      deadlineMs: 60_000,
      what: "the oldest recordings to make room",
    });
    await rig.stopRecorder();
    const { exitCode, output } = runFsck(rig.dataDir);
    assert.equal(exitCode, 0, output);
  });
});
