// A hand on the pad: what is said to the recorder, in which order, and when it lets go.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PtzHold, type Velocity } from "../src/state/ptz-hold.ts";

const RIGHT = { pan: 1, tilt: 0, zoom: 0 };
const UP = { pan: 0, tilt: 1, zoom: 0 };

function holding() {
  const said: string[] = [];
  const waiting: { resolve(): void; reject(error: Error): void }[] = [];
  let tick: (() => void) | undefined;
  const say = (what: string): Promise<void> => {
    said.push(what);
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  const failed: unknown[] = [];
  const hold = new PtzHold({
    move: ({ pan, tilt }: Velocity) => say(`${pan},${tilt}`),
    stop: () => say("stop"),
    every: (_periodMs, action) => {
      tick = action;
      return () => {
        tick = undefined;
      };
    },
    failed: (error) => failed.push(error),
  });
  const settle = async (error?: Error): Promise<void> => {
    const next = waiting.shift();
    if (error === undefined) next?.resolve();
    else next?.reject(error);
    await new Promise(setImmediate);
  };
  return { hold, said, settle, failed, tick: () => tick?.(), isTicking: () => tick !== undefined };
}

describe("a hand that holds a camera", () => {
  it("says so again while it holds, and lets go", async () => {
    const { hold, said, settle, tick, isTicking } = holding();
    hold.hold(RIGHT);
    await settle();
    tick();
    await settle();
    hold.release();
    await settle();
    assert.deepEqual([said, isTicking()], [["1,0", "1,0", "stop"], false]);
  });

  it("says nothing beside what is on its way, and the last wish after it", async () => {
    const { hold, said, settle, tick } = holding();
    hold.hold(RIGHT);
    tick();
    tick();
    hold.hold(UP);
    assert.deepEqual(said, ["1,0"]);
    await settle();
    assert.deepEqual(said, ["1,0", "0,1"]);
    hold.release();
    assert.deepEqual(said, ["1,0", "0,1"]);
    await settle();
    assert.deepEqual(said, ["1,0", "0,1", "stop"]);
  });

  it("stops a camera that may turn although the hand had let go before its move failed", async () => {
    const { hold, said, settle, failed } = holding();
    hold.hold(RIGHT);
    hold.release();
    await settle(new Error("no"));
    assert.deepEqual([said, failed.length], [["1,0", "stop"], 1]);
  });

  it("stops nothing that it has not begun", () => {
    const { hold, said } = holding();
    hold.release();
    assert.deepEqual(said, []);
  });

  it("lets go where the recorder refuses, says so once, and has the camera stopped", async () => {
    const { hold, said, settle, failed, isTicking } = holding();
    hold.hold(RIGHT);
    await settle(new Error("no"));
    assert.deepEqual([said, failed.length, isTicking()], [["1,0", "stop"], 1, false]);
    await settle();
    hold.hold(UP);
    assert.equal(said.at(-1), "0,1");
  });
});
