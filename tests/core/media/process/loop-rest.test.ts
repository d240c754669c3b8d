import assert from "node:assert/strict";

import { afterEach, describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  LONGEST_WAIT_MS,
  LoopRest,
  REST_MS,
  WATCHED_REST_MS,
} from "../../../../core/media/process/loop-rest.ts";

describe("rest between rounds", () => {
  const state = { count: 4, udp: false, watched: false };
  let rest: LoopRest | undefined;
  afterEach(() => rest?.close());

  function restOf(changes: Partial<typeof state>): LoopRest {
    const now = { ...state, ...changes };
    rest?.close();
    rest = new LoopRest({ playing: () => now, isWatched: () => now.watched });
    rest.judge();
    return rest;
  }

  /** How long some turns of the event loop take. */
  async function turnsMs(turns: number): Promise<number> {
    await nextTurn();
    const start = performance.now();
    for (let turn = 0; turn < turns; turn += 1) await nextTurn();
    return performance.now() - start;
  }

  it("is long while nobody watches, and short while somebody does", () => {
    assert.equal(restOf({}).restMs, REST_MS);
    assert.equal(restOf({ watched: true }).restMs, WATCHED_REST_MS);
  });

  it("is none while nothing plays, or while a stream comes by UDP", () => {
    assert.equal(restOf({ count: 0 }).restMs, 0);
    assert.equal(restOf({ udp: true }).restMs, 0);
  });

  it("holds the event loop for as long as may be waited while there is little to do", async () => {
    restOf({});
    // The longest of several: on a busy machine a turn may count as work, and the rests after it are shorter.
    let longestMs = 0;
    for (let turn = 0; turn < 40 && longestMs < LONGEST_WAIT_MS - 5; turn += 1)
      longestMs = Math.max(longestMs, await turnsMs(1));
    assert.ok(longestMs >= LONGEST_WAIT_MS - 5, `${longestMs} ms`);
    rest?.close();
    assert.equal(rest?.restMs, 0);
  });

  it("counts work as rest, so that a loop with much to do looks as often as it may", async () => {
    restOf({});
    const workMs = 27;
    // The shortest of several: whatever else runs on the machine only makes turns longer.
    let shortestMs = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < 10; turn += 1) {
      const start = performance.now();
      while (performance.now() - start < workMs);
      await nextTurn();
      shortestMs = Math.min(shortestMs, performance.now() - start);
    }
    assert.ok(shortestMs >= workMs && shortestMs < LONGEST_WAIT_MS - 5, `${shortestMs} ms`);
  });

  it("is as short as it says while somebody watches, whatever there is to do", async () => {
    restOf({ watched: true });
    assert.ok((await turnsMs(10)) < 10 * REST_MS);
  });

  it("begins when the last stream by UDP is gone", () => {
    const now = { ...state, udp: true };
    rest = new LoopRest({ playing: () => now, isWatched: () => false });
    rest.judge();
    assert.equal(rest.restMs, 0);
    now.udp = false;
    rest.judge();
    assert.equal(rest.restMs, REST_MS);
  });
});
