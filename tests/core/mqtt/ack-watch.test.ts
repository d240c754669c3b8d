import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  AckWatch,
  type BrokerFault,
  LONGEST_WAIT_MS,
  LOOK_EVERY_MS,
  MOST_WAITING,
  MOST_WAITING_BYTES,
  STANDS_STILL_MS,
} from "../../../core/mqtt/ack-watch.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";

type Done = (error?: Error) => void;

/** A clock of a process that may stand still itself: time passes, and no timer fires. */
class StoppableClock extends FakeClock {
  stoodMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.stoodMs;
  }
}

function watched() {
  const clock = new StoppableClock();
  const faults: BrokerFault[] = [];
  const line = { waitingBytes: 0, leftBytes: 0 };
  const watch = new AckWatch(
    clock,
    (fault) => {
      faults.push(fault);
      watch.giveUp();
    },
    () => ({ ...line }),
  );
  const sent: Done[] = [];
  const refused: unknown[] = [];
  const hand = (bytes = 10) =>
    watch
      .hand(bytes, (done) => void sent.push(done as Done))
      .catch((error: { code: string }) => void refused.push(error.code));
  return { clock, watch, faults, line, sent, refused, hand };
}

describe("what a broker has not acknowledged", () => {
  it("is given up when nothing at all comes from it", async () => {
    const { clock, faults, hand, refused, watch } = watched();
    const waits = [hand(), hand()];
    clock.advance(STANDS_STILL_MS);
    assert.equal(faults.length, 0, "what came meanwhile is read first");
    clock.advance(1_000);
    await Promise.all(waits);
    assert.deepEqual(
      [faults.map((fault) => fault.case), refused],
      [["stands-still"], Array(2).fill("NJ_MQTT_AWAY")],
    );
    assert.deepEqual([watch.waiting, clock.pending], [{ messages: 0, bytes: 0 }, 0]);
  });

  it("is waited for while the broker is slow, and no longer than a minute a message", async () => {
    const { clock, watch, faults, sent, hand, refused } = watched();
    const slow = Array.from({ length: 20 }, () => hand());
    for (const done of sent.slice(0, 10)) {
      clock.advance(STANDS_STILL_MS / 2);
      watch.heard();
      done();
    }
    assert.deepEqual([faults.length, watch.waiting.messages], [0, 10]);
    for (let waitedMs = 5 * STANDS_STILL_MS; waitedMs < LONGEST_WAIT_MS + 2_000; waitedMs += 1_000) {
      watch.heard();
      clock.advance(1_000);
    }
    await Promise.all(slow);
    assert.deepEqual([faults.map((fault) => fault.case), refused.length], [["acknowledges-nothing"], 10]);
  });

  it("is looked at twice again after a near miss, so that a process that stands still costs no connection", async () => {
    const { clock, faults, sent, hand } = watched();
    const near = hand();
    clock.advance(STANDS_STILL_MS);
    sent[0]?.();
    await near;
    clock.advance(LOOK_EVERY_MS);
    const later = hand();
    clock.stoodMs += STANDS_STILL_MS;
    clock.advance(LOOK_EVERY_MS);
    assert.deepEqual(faults, [], "what came meanwhile is read first");
    sent[1]?.();
    await later;
  });

  it("is waited for while what was sent before still goes, over a slow line, and no longer than a minute", async () => {
    const { clock, faults, hand, line } = watched();
    const slow = hand();
    line.waitingBytes = 8_000_000;
    for (let waitedMs = 0; waitedMs < LONGEST_WAIT_MS; waitedMs += STANDS_STILL_MS / 2) {
      clock.advance(STANDS_STILL_MS / 2);
      line.waitingBytes -= 1_000;
      line.leftBytes += 1_000;
    }
    assert.equal(faults.length, 0);
    clock.advance(2 * LOOK_EVERY_MS);
    await slow;
    assert.deepEqual(
      faults.map((fault) => fault.case),
      ["too-much-waits"],
    );
  });

  it("is no sign of life where the system takes it at once, or the line takes nothing", async () => {
    for (const [waitingBytes, moved] of [
      [0, 100],
      [8_000_000, 0],
    ] as const) {
      const { clock, faults, hand, line } = watched();
      line.waitingBytes = waitingBytes;
      const waits: Promise<unknown>[] = [];
      for (let waitedMs = 0; waitedMs <= STANDS_STILL_MS; waitedMs += 1_000) {
        waits.push(hand());
        line.leftBytes += moved;
        clock.advance(1_000);
      }
      await Promise.all(waits);
      assert.deepEqual(
        faults.map((fault) => fault.case),
        ["stands-still"],
      );
    }
  });

  it("is bounded in number and in bytes", async () => {
    for (const [bytes, most] of [
      [1, MOST_WAITING],
      [MOST_WAITING_BYTES / 8, 8],
    ] as const) {
      const { faults, hand, refused, sent, watch } = watched();
      const waits = Array.from({ length: most }, () => hand(bytes));
      assert.equal(faults.length, 0);
      await hand(bytes);
      await Promise.all(waits);
      assert.deepEqual([faults.map((fault) => fault.case), refused.length], [["too-much-waits"], most + 1]);
      assert.deepEqual([sent.length, watch.waiting], [most, { messages: 0, bytes: 0 }]);
    }
  });

  it("does not bother about a broker from which nothing is waited for, and hears no late answers", async () => {
    const { clock, faults, sent, hand, watch, refused } = watched();
    const first = hand();
    sent[0]?.();
    await first;
    clock.advance(10 * LONGEST_WAIT_MS);
    const second = hand();
    watch.giveUp();
    sent[1]?.();
    await second;
    assert.deepEqual([faults, refused], [[], ["NJ_MQTT_AWAY"]]);
  });
});
