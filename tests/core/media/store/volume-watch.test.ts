import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { VolumeEvent } from "../../../../core/media/store/volume-events.ts";
import type { SyncOutcome, SyncTask } from "../../../../core/media/store/volume-messages.ts";
import { VolumeWatch } from "../../../../core/media/store/volume-watch.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";

function start() {
  const clock = new FakeClock();
  const events: VolumeEvent[] = [];
  const probes: { task: SyncTask; onDone: (outcomes: readonly SyncOutcome[]) => void }[] = [];
  const pool = {
    run(
      tasks: readonly SyncTask[],
      onDone: (outcomes: readonly SyncOutcome[]) => void,
      { onStart }: { onStart?: () => void } = {},
    ) {
      probes.push({ task: tasks[0] as SyncTask, onDone });
      onStart?.();
    },
    lastAnswerMs: clock.monotonicMs(),
    longestRunMs: 0,
  };
  const watch = new VolumeWatch({ id: undefined, pool, clock, emit: (event) => events.push(event) });
  /** A tick while probes are not answered. */
  const wait = () => {
    clock.advance(250);
    const lastAnswerMs = clock.monotonicMs();
    pool.lastAnswerMs = lastAnswerMs;
    watch.tick({ waitingMs: 0, lastAnswerMs, lastGoodSyncMs: Number.NEGATIVE_INFINITY });
  };
  const tick = (seconds: number, answer: SyncOutcome, writerWaitingMs = 0) => {
    for (let step = 0; step < seconds * 2; step += 1) {
      clock.advance(500);
      pool.lastAnswerMs = clock.monotonicMs();
      const lastAnswerMs = clock.monotonicMs();
      watch.tick({ waitingMs: writerWaitingMs, lastAnswerMs, lastGoodSyncMs: Number.NEGATIVE_INFINITY });
      for (const probe of probes.splice(0)) {
        writes.push(probe.task.kind === "probe" && probe.task.write);
        probe.onDone([answer]);
      }
    }
  };
  const writes: boolean[] = [];
  const states = () => events.flatMap((event) => (event.kind === "state" ? [event.status] : []));
  return { clock, events, pool, watch, tick, states, writes, probes, wait };
}

const GOOD: SyncOutcome = { probe: { freeBytes: 5, totalBytes: 9 } };
const fault = (code: string): SyncOutcome => ({ fault: { code, message: code } });

describe("watching a volume", () => {
  it("probes every second, and writes now and then while nothing else is written", () => {
    const { tick, writes, watch, states } = start();
    tick(10, GOOD);
    assert.equal(writes.length, 10);
    assert.ok(writes.filter(Boolean).length >= 3 && writes.filter(Boolean).length <= 5, `${writes}`);
    assert.deepEqual(watch.space, GOOD.probe);
    assert.deepEqual(states(), []);
  });

  for (const [code, status] of [
    ["EROFS", "read-only"],
    ["EIO", "error"],
    ["ENODEV", "offline"],
    ["NJ_MISMATCH", "mismatch"],
    ["NJ_VOLUME_MARKER_INVALID", "error"],
    ["EACCES", "error"],
  ] as const) {
    it(`takes ${code} for ${status}, says so once, and is normal again when probes are good`, () => {
      const { tick, states } = start();
      tick(3, fault(code));
      tick(2, GOOD);
      assert.deepEqual(states(), [status, "normal"]);
    });
  }

  it("does not call a volume normal for ten seconds after a write failed, however good the probes are", () => {
    const { tick, watch, states } = start();
    tick(1, GOOD);
    watch.noteFault({ code: "EIO", message: "EIO" });
    assert.equal(watch.health, "error");
    tick(9, GOOD);
    assert.equal(watch.health, "error");
    tick(3, GOOD);
    assert.deepEqual(states(), ["error", "normal"]);
  });

  it("does not take a full volume for a broken one", () => {
    const { watch, states } = start();
    watch.noteFault({ code: "ENOSPC", message: "" });
    assert.deepEqual(states(), []);
  });

  it("takes a writer that waits for four seconds for hung, though probes are answered", () => {
    const { tick, states } = start();
    tick(1, GOOD, 3_900);
    assert.deepEqual(states(), []);
    tick(1, GOOD, 4_100);
    assert.deepEqual(states(), ["offline"]);
    tick(1, GOOD);
    assert.deepEqual(states(), ["offline", "normal"]);
  });

  it("bears a single long sync while others are answered, but not for ever", () => {
    const { pool, tick, states } = start();
    pool.longestRunMs = 9_000;
    tick(1, GOOD);
    assert.deepEqual(states(), []);
    pool.longestRunMs = 15_500;
    tick(1, GOOD);
    assert.deepEqual(states(), ["offline"]);
  });

  it("takes a written probe of three seconds for a slow disk, also while it lasts, but not one that reads", () => {
    const { events, probes, tick, wait } = start();
    const slow = () => events.flatMap((event) => (event.kind === "slow" ? [event.ms] : []));
    tick(3, GOOD);
    while (probes.length === 0) wait();
    assert.ok(probes[0]?.task.kind === "probe" && probes[0].task.write);
    for (let step = 0; step < 11; step += 1) wait();
    assert.deepEqual(slow(), []);
    for (let step = 0; step < 5; step += 1) wait();
    assert.deepEqual(slow(), [3_000, 4_000]);
    probes.shift()?.onDone([GOOD]);
    while (probes.length === 0) wait();
    assert.ok(probes[0]?.task.kind === "probe" && !probes[0].task.write);
    for (let step = 0; step < 20; step += 1) wait();
    assert.equal(slow().length, 2);
  });
});
