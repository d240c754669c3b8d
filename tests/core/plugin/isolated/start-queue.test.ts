import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StartQueue } from "../../../../core/plugin/isolated/start-queue.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("plugins that are started together", () => {
  it("take turns, so many at once, in their order", async () => {
    const queue = new StartQueue(2, 3_000);
    const clock = new FakeClock();
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    for (let number = 0; number < 5; number += 1) {
      void queue.turn(clock).then((end) => {
        begun.push(number);
        ends[number] = end;
      });
    }
    await settled();
    assert.deepEqual(begun, [0, 1]);
    ends[1]?.();
    ends[1]?.();
    await settled();
    assert.deepEqual(begun, [0, 1, 2]);
    ends[0]?.();
    ends[2]?.();
    await settled();
    assert.deepEqual(begun, [0, 1, 2, 3, 4]);
  });
  it("do not wait for one that hangs", async () => {
    const queue = new StartQueue(1, 3_000);
    const clock = new FakeClock();
    await queue.turn(clock);
    let isNext = false;
    void queue.turn(clock).then(() => {
      isNext = true;
    });
    clock.advance(2_999);
    await settled();
    assert.equal(isNext, false);
    clock.advance(1);
    await settled();
    assert.equal(isNext, true);
  });
});
