// The clock under a whole recorder is set: by an hour, into 2015, two months ahead. Goal: told as events with their hint and what
// follows from them, no picture is lost by it, and nothing is deleted that is young.
import assert from "node:assert/strict";
import { basename } from "node:path";
import { after, before, describe, it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { AskedRecorder, type ShownEvent } from "../support/asked-recorder.ts";
import { pictureSlices, pictureSlicesOf } from "../support/media-files.ts";
import { type RecordedFile, runFsck } from "../support/recorder-evidence.ts";
import { DEMO_CLIP, RecorderRig } from "../support/recorder-rig.ts";
import { noSettableClock, SettableClock } from "../support/settable-clock.ts";

const TYPE = "exception-clock";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CAMERAS = 2;
const KEPT_DAYS = 30;

describe("a recorder whose clock is set", { skip: noSettableClock, timeout: 600_000 }, () => {
  const folder = tempDir("nightjar-clock-");
  const clock = new SettableClock(folder.path);
  let rig: RecorderRig;
  let recorder: AskedRecorder;

  before(async () => {
    const record = { segmentSeconds: 10, retentionDays: KEPT_DAYS };
    // The second one is recorded by hand, from a moment on that the clock comes to more than once.
    const recordOf = { 2: { mode: "manual" as const, preRecordSeconds: 0 } };
    rig = await RecorderRig.start({ cameras: CAMERAS, record, recordOf, env: clock.env });
    recorder = await AskedRecorder.of(rig);
    await recorder.captureAt([TYPE], "cam-1");
    await recorder.text("/api/v1/cameras/cam-2/manual-recording", "PUT", {});
    await rig.untilRecording(30_000);
  });
  after(async () => {
    await rig?.dispose();
    folder[Symbol.dispose]();
  });

  /** Sets the clock and waits for the event of it. Sessions end by it, too. */
  async function setTo(offsetMs: number, code: string): Promise<ShownEvent> {
    const earlier = await recorder.events(TYPE);
    clock.setTo(offsetMs);
    await recorder.signIn();
    return waitFor(
      async () => {
        const event = (await recorder.events(TYPE)).find(({ id }) => earlier.every((one) => one.id !== id));
        return event?.detail["code"] === code ? recorder.followed(event) : undefined;
      },
      { deadlineMs: 60_000, what: `an event of ${code}` },
    );
  }

  /** Which of them are open now. */
  async function open(): Promise<readonly number[]> {
    return (await recorder.exception(TYPE))?.open.map(({ id }) => id) ?? [];
  }

  it("by an hour and back: an event each time, that says how far, with its hint and what follows from it", async () => {
    assert.deepEqual(await recorder.events(TYPE), [], "none before there is a cause");
    const back = await setTo(-HOUR_MS, "clock-stepped");
    assert.deepEqual(back.detail["context"], { case: "back", seconds: 3_600 });
    assert.deepEqual(
      [back.source, back.end, back.actions?.map(({ action, status }) => `${action} ${status}`)],
      ["recorder", undefined, ["capture done"]],
    );
    const hint = await recorder.exception(TYPE);
    assert.deepEqual([hint?.own, await open()], [true, [back.id]]);

    const forward = await setTo(0, "clock-stepped");
    assert.deepEqual(forward.detail["context"], { case: "forward", seconds: 3_600 });
    assert.deepEqual(await open(), [forward.id], "the first one is over");
    isNotOverBeforeItBegan(await recorder.ended(back));
  });

  it("to a time before it was made: an event that is over as soon as the clock is right", async () => {
    const wrong = await setTo(Date.UTC(2015, 0, 1) - Date.now(), "clock-wrong");
    assert.match(String(wrong.detail["message"]), /^the clock says 2015-/);
    assert.deepEqual(
      wrong.actions?.map(({ action, status }) => `${action} ${status}`),
      ["capture done"],
    );
    const of2015 = () => rig.filePaths().filter((path) => startOf(path) < Date.UTC(2016, 0, 1));
    await waitFor(() => of2015().length >= CAMERAS || undefined, {
      ...{ deadlineMs: 30_000, what: "recordings of 2015" },
    });
    await setTo(0, "clock-stepped");
    isNotOverBeforeItBegan(await recorder.ended(wrong));
  });

  it("two months ahead: what is to be kept for a month stays, and recording goes on by the new time", async () => {
    const young = await oldest();
    await setTo(60 * DAY_MS, "clock-stepped");
    const ahead = () => indexed(clock.nowMs() - DAY_MS);
    await waitFor(async () => (await ahead()).length > 0 || undefined, {
      ...{ deadlineMs: 60_000, what: "a recording of the new time" },
    });
    // Locking sees to it that what may be deleted is worked out anew, and that whoever deletes has taken it.
    const [latest] = await ahead();
    await recorder.text(`/api/v1/cameras/cam-1/recordings/${latest}/lock`, "PUT");
    const seen = (await ahead()).length;
    await waitFor(async () => (await ahead()).length > seen || undefined, {
      ...{ deadlineMs: 60_000, what: "the recording after that" },
    });
    assert.equal(await oldest(), young);
    await setTo(0, "clock-stepped");
  });

  it("and no picture was lost or written twice, in whatever time", async () => {
    await rig.stopRecorder();
    const { unitsDropped } = await rig.sender.counters();
    const fsck = runFsck(rig.dataDir);
    assert.equal(fsck.exitCode, 0, fsck.output);
    const byCamera = Map.groupBy(rig.files().sort(inOrderOfWriting), ({ camera }) => camera);
    assert.deepEqual([...byCamera.keys()].sort(), ["cam-1", "cam-2"]);
    const source = (await pictureSlices(DEMO_CLIP, "h264")).map(String);
    for (const [camera, files] of byCamera) {
      const starts = files.map(({ startMs }) => startMs);
      assert.ok(Math.min(...starts) < Date.UTC(2016, 0, 1), `${camera}: of 2015`);
      assert.ok(Math.max(...starts) > Date.now() + 59 * DAY_MS, `${camera}: of two months ahead`);
      const paths = files.map(({ file }) => file);
      const recorded = (await pictureSlicesOf(paths, "h264")).flat().map(String);
      const begin = source.indexOf(recorded[0] as string);
      const other = recorded.findIndex((slice, at) => slice !== source[(begin + at) % source.length]);
      const instead = source.indexOf(recorded[other] as string);
      const told = `${camera}: ${instead} of the clip, at ${other} after ${begin}; the sender dropped ${unitsDropped}`;
      assert.deepEqual([begin >= 0, other], [true, -1], `not the picture that was sent, but ${told}`);
    }
  });

  /** Recording files that the index has from a moment on. */
  async function indexed(fromMs: number): Promise<readonly string[]> {
    const [start, end] = [fromMs, fromMs + 2 * DAY_MS].map((ms) => new Date(ms).toISOString());
    const answer = await recorder.ask<{ segments: readonly { id: string }[] }>(
      `cameras/cam-1/recordings?start=${start}&end=${end}`,
    );
    return answer.segments.map(({ id }) => id);
  }

  async function oldest(): Promise<string | undefined> {
    return (await indexed(Date.now() - DAY_MS))[0];
  }
});

function isNotOverBeforeItBegan({ start, end }: ShownEvent): void {
  assert.ok(Date.parse(end as string) >= Date.parse(start), `${start} to ${end}`);
}

/** When a recording file begins, as its name says. */
function startOf(path: string): number {
  return Number(basename(path).split("-", 1)[0]);
}

function inOrderOfWriting(left: RecordedFile, right: RecordedFile): number {
  return left.run - right.run || left.sequence - right.sequence;
}
