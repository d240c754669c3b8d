import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { REASON_BITS } from "../../../../core/domain/record-reasons.ts";
import { IDENTITY_OFFSET, readIdentityBox } from "../../../../core/media/mp4/identity-box.ts";
import { shareMemory } from "../../../../core/media/process/memory-budget.ts";
import type { SegmentRecord } from "../../../../core/media/segment.ts";
import { SlabPool } from "../../../../core/media/slab.ts";
import { desiredStream, StreamRig } from "./rig.ts";

const WAITING = { intervals: [], recordsOnEvents: true, preRecordSeconds: 30, segmentSeconds: 60 };
const SECOND = 90_000;

/** Sends seconds as a healthy disk sees them: all is synced soon. */
function sendSynced(rig: StreamRig, seconds: number): void {
  for (let second = 0; second < seconds; second += 1) {
    rig.send(1);
    rig.first.sync();
    rig.second.sync();
  }
}

/** A stream whose ring is on disk. */
function spilled(changes = {}): StreamRig {
  const rig = new StreamRig({ ...WAITING, ...changes }).play();
  sendSynced(rig, 35);
  assert.equal(rig.stream.recorder.spill(), true);
  rig.stream.keeper.ringLimitSeconds = 0;
  sendSynced(rig, 40);
  return rig;
}

const provisional = (rig: StreamRig): string[] =>
  rig.first.files.flatMap(({ discarded, path }) =>
    !discarded && path.startsWith("pre-record/") ? [path] : [],
  );
const endOf = (segment: SegmentRecord): number => segment.startTime90k + segment.duration90k;
const trigger = (rig: StreamRig, eventTime90k = rig.now90k, lengthSeconds = 5) =>
  rig.stream.recorder.trigger({
    id: "e1",
    reasons: ["motion"],
    eventTime90k,
    until90k: eventTime90k + lengthSeconds * SECOND,
  });

describe("pre-record time on disk", () => {
  it("takes the place of the ring, is bounded, and tells nobody", () => {
    const rig = spilled();
    assert.ok(rig.stream.keeper.ring.duration90k <= 2 * SECOND);
    for (let round = 0; round < 12; round += 1) {
      sendSynced(rig, 10);
      const alive = provisional(rig).length;
      assert.ok(alive >= 4 && alive <= 6, `${alive} files`);
    }
    assert.deepEqual(rig.of("segment-opened"), []);
    assert.deepEqual(rig.of("segment-closed"), []);
    assert.deepEqual(rig.stream.recorder.openSegments, []);
    assert.equal(
      rig.of("recording-state").some(({ recording }) => recording),
      false,
    );
    assert.ok(rig.stream.recorder.provisional.unsyncedBytes <= 60_000);
  });

  it("is claimed by an event: the recording reaches back all of it, without a gap or a picture twice", () => {
    const rig = spilled();
    const event90k = rig.now90k;
    const answer = trigger(rig, event90k);
    assert.equal(answer.preRecordShort, false);
    assert.ok(answer.startTime90k <= event90k - 30 * SECOND);
    assert.ok(answer.startTime90k > event90k - 50 * SECOND);
    assert.deepEqual(provisional(rig), [], "what is not wanted is deleted, the rest has moved");
    assert.equal(rig.stream.recorder.openSegments.length, 1);
    sendSynced(rig, 30);
    const { closed } = rig;
    assert.equal(closed[0]?.startTime90k, answer.startTime90k);
    for (const [index, segment] of closed.entries()) {
      assert.match(segment.path, /^video\/yard\/main\//);
      assert.deepEqual(
        segment.reasons.map(({ bits }) => bits),
        [REASON_BITS.motion],
      );
      const next = closed[index + 1];
      if (next !== undefined) assert.equal(next.startTime90k, endOf(segment));
      const file = rig.first.files.find(({ path }) => path === segment.path);
      const opening = readIdentityBox(Buffer.concat(file?.chunks ?? []), IDENTITY_OFFSET);
      assert.equal(opening?.reasonBits, REASON_BITS.motion, "after a crash the file itself says why");
    }
    const last = closed.at(-1);
    assert.ok(last !== undefined && endOf(last) >= event90k + 5 * SECOND);
    assert.equal(
      closed.reduce((sum, { videoSamples }) => sum + videoSamples, 0),
      Math.round(((endOf(last) - answer.startTime90k) / SECOND) * 25),
    );
    assert.ok(provisional(rig).length > 0, "and it begins anew behind the recording");
    assert.equal(rig.stream.recorder.framesDropped, 0);
  });

  it("joins an event soon after another one, without writing a picture twice", () => {
    const rig = spilled();
    trigger(rig);
    sendSynced(rig, 15);
    rig.stream.recorder.trigger({ id: "e2", reasons: ["alarm"], eventTime90k: rig.now90k, until90k: null });
    sendSynced(rig, 5);
    rig.stream.keeper.runEnded(undefined);
    const { closed } = rig;
    for (let index = 1; index < closed.length; index += 1) {
      assert.equal(closed[index]?.startTime90k, endOf(closed[index - 1] as SegmentRecord));
    }
  });

  it("serves an event that was over before it was told, and one of a run that ended", () => {
    const rig = spilled();
    const answer = trigger(rig, rig.now90k - 3 * SECOND, 1);
    assert.equal(answer.preRecordShort, false);
    sendSynced(rig, 3);
    assert.ok(rig.closed.length > 0);
    assert.equal(rig.of("recording-state").at(-1)?.recording, false);

    const broken = spilled();
    broken.stream.keeper.runEnded(undefined);
    broken.play();
    sendSynced(broken, 2);
    trigger(broken);
    broken.stream.keeper.runEnded(undefined);
    const runs = new Set(broken.closed.map(({ run }) => run));
    assert.equal(runs.size, 2);
    assert.deepEqual(
      broken.closed.filter(({ endsRun }) => endsRun).map(({ run }) => run),
      [...runs],
    );
  });

  it("is given up, and the ring is there again, when the volume needs the room or fails", () => {
    const full = spilled();
    full.first.takesProvisional = false;
    sendSynced(full, 1);
    assert.deepEqual(provisional(full), []);
    assert.equal(full.stream.recorder.provisional.isOn, false);

    const broken = spilled();
    broken.first.break();
    assert.deepEqual(provisional(broken), []);
    assert.equal(broken.second.files.length, 0, "nothing of it is written again elsewhere");
    assert.deepEqual(broken.of("segment-abandoned"), []);
    assert.equal(broken.stream.recorder.framesDropped, 0);
  });

  it("once claimed is written again elsewhere like any other recording, for its reasons", () => {
    const rig = spilled();
    rig.send(3);
    trigger(rig, rig.now90k, 60);
    rig.send(2);
    rig.first.break();
    rig.send(5);
    rig.stream.keeper.runEnded(undefined);
    const again = rig.closed.filter(({ volume }) => volume === rig.second.id);
    assert.ok(again.reduce((sum, { videoSamples }) => sum + videoSamples, 0) >= 10 * 25);
    for (const { bits } of again.flatMap(({ reasons }) => reasons)) assert.equal(bits, REASON_BITS.motion);
  });

  it("is gone when the stream ends or no pre-record time is wanted any more", async () => {
    const rig = spilled();
    await rig.stream.close();
    assert.deepEqual(provisional(rig), []);
    const changed = spilled();
    changed.stream.update(desiredStream({ ...WAITING, preRecordSeconds: 0 }));
    assert.deepEqual(provisional(changed), []);
  });
});

describe("the memory budget", () => {
  it("puts the longest ring on disk, leaves the others alone, and brings it back when there is room", () => {
    const pool = new SlabPool({ slabBytes: 64 * 1024, budgetBytes: 14_000_000 });
    const rigOf = (preRecordSeconds: number): StreamRig => {
      const rig = new StreamRig({ ...WAITING, preRecordSeconds }, pool);
      rig.frameBytes = 8_000;
      return rig.play();
    };
    const long = rigOf(60);
    const short = rigOf(5);
    const streams = [short.stream, long.stream];
    long.send(55);
    short.send(5);
    assert.equal(pool.isTight, true);
    const before = short.stream.keeper.ring.duration90k;
    for (let second = 0; second < 120; second += 1) {
      shareMemory(pool, streams);
      sendSynced(long, 1);
      sendSynced(short, 1);
    }
    assert.equal(long.stream.recorder.provisional.isOn, true);
    assert.equal(pool.isTight, false);
    assert.ok(pool.usedBytes < 4_000_000, `${pool.usedBytes}`);
    assert.ok(short.stream.keeper.ring.duration90k >= before);
    assert.equal(trigger(long).preRecordShort, false);
    sendSynced(long, 30);

    // The camera sends a tenth: its ring fits again.
    long.frameBytes = 800;
    for (let second = 0; second < 120; second += 1) {
      shareMemory(pool, streams);
      sendSynced(long, 1);
    }
    assert.equal(long.stream.recorder.provisional.isOn, false);
    assert.deepEqual(provisional(long), []);
    assert.ok(long.stream.keeper.ring.duration90k >= 60 * SECOND);
  });

  it("lets a ring grow in memory again at once when its volume no longer takes it", () => {
    const pool = new SlabPool({ slabBytes: 64 * 1024, budgetBytes: 14_000_000 });
    const rig = new StreamRig({ ...WAITING, preRecordSeconds: 60 }, pool);
    rig.frameBytes = 8_000;
    rig.play().send(63);
    shareMemory(pool, [rig.stream]);
    sendSynced(rig, 3);
    assert.equal(rig.stream.recorder.provisional.isOn, true);
    rig.first.takesProvisional = false;
    sendSynced(rig, 1);
    shareMemory(pool, [rig.stream]);
    sendSynced(rig, 20);
    assert.ok(rig.stream.keeper.ring.duration90k >= 20 * SECOND);
    assert.equal(rig.stream.recorder.provisional.isOn, false);
  });

  it("counts on the disk for seconds, not for ever: one that does not sync has the ring shortened", () => {
    const pool = new SlabPool({ slabBytes: 64 * 1024, budgetBytes: 14_000_000 });
    const rig = new StreamRig({ ...WAITING, preRecordSeconds: 60 }, pool);
    const other = new StreamRig({ ...WAITING, preRecordSeconds: 9 }, pool);
    rig.frameBytes = 8_000;
    other.frameBytes = 8_000;
    rig.play().send(55);
    other.play().send(9);
    const before = other.stream.keeper.ring.duration90k;
    for (let second = 0; second < 4; second += 1) shareMemory(pool, [rig.stream, other.stream]);
    assert.equal(other.stream.keeper.ring.duration90k, before);
    for (let second = 0; second < 17; second += 1) {
      rig.frameBytes = 100;
      rig.send(1);
      shareMemory(pool, [rig.stream, other.stream]);
    }
    assert.ok(other.stream.keeper.ring.duration90k < before);
  });
});
