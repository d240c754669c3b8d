import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  atTime,
  dismissed,
  kept,
  MOST_POPUPS,
  NO_POPUPS,
  type PopupMessage,
  type PopupQueue,
  withEnd,
  withEndOf,
  withLineBack,
  withPopup,
} from "../src/pages/live/popup-queue.ts";

const START_MS = 1_000_000;

function message(cameras: readonly string[], more: Partial<PopupMessage> = {}): PopupMessage {
  return { cameras, dwellSeconds: 10, untilEnd: false, isTest: false, ...more };
}

/** Which camera is shown in each of so many seconds from `fromMs` on. */
function seconds(queue: PopupQueue, count: number, fromMs: number): (string | undefined)[] {
  let now = queue;
  return Array.from({ length: count }, (_, second) => {
    now = atTime(now, fromMs + second * 1_000);
    return now.popups[0]?.camera;
  });
}

/** `yard×10 gate×10 -×1`. */
function runs(shown: readonly (string | undefined)[]): string {
  const counted: [string, number][] = [];
  for (const name of shown) {
    const last = counted.at(-1);
    if (last?.[0] === (name ?? "-")) last[1] += 1;
    else counted.push([name ?? "-", 1]);
  }
  return counted.map(([name, count]) => `${name}×${count}`).join(" ");
}

describe("the pop-ups of a wall", () => {
  it("show a camera for its time, and then the grid again", () => {
    const queue = withPopup(NO_POPUPS, message(["yard"]), START_MS);
    assert.equal(runs(seconds(queue, 12, START_MS)), "yard×10 -×2");
  });

  it("stay until their event is over, also when another one there asks for less", () => {
    let queue = withPopup(NO_POPUPS, message(["yard"], { event: 1, untilEnd: true }), START_MS);
    queue = withPopup(queue, message(["yard"], { event: 2 }), START_MS + 1_000);
    queue = atTime(queue, START_MS + 30_000);
    assert.equal(queue.popups[0]?.camera, "yard");
    queue = atTime(withEnd(queue, 1), START_MS + 60_000);
    assert.equal(queue.popups.length, 0);
  });

  it("take turns, each for its own time, those after the others that came first", () => {
    let queue = withPopup(NO_POPUPS, message(["yard", "gate"]), START_MS);
    queue = withPopup(queue, message(["hall"], { dwellSeconds: 3 }), START_MS + 500);
    assert.equal(runs(seconds(queue, 25, START_MS)), "yard×10 gate×10 hall×3 -×2");
  });

  it("go on without a break where it happens again, and give others their turn before another one", () => {
    const alone = withPopup(
      withPopup(NO_POPUPS, message(["yard"]), START_MS),
      message(["yard"]),
      START_MS + 8_000,
    );
    assert.equal(runs(seconds(alone, 20, START_MS)), "yard×18 -×2");
    let queue = withPopup(NO_POPUPS, message(["yard", "gate"]), START_MS);
    queue = withPopup(queue, message(["yard"]), START_MS + 8_000);
    queue = withPopup(queue, message(["gate"]), START_MS + 8_000);
    assert.equal(runs(seconds(queue, 32, START_MS)), "yard×10 gate×10 yard×10 -×2");
  });

  it("stay as long as events go on, in turns, and no longer than an hour", () => {
    let queue = withPopup(NO_POPUPS, message(["yard"], { untilEnd: true, event: 1 }), START_MS);
    queue = withPopup(queue, message(["gate"], { untilEnd: true, event: 2 }), START_MS);
    assert.equal(runs(seconds(queue, 40, START_MS)), "yard×10 gate×10 yard×10 gate×10");
    assert.equal(runs(seconds(withEnd(queue, 1), 31, START_MS)), "yard×10 gate×21");
    assert.equal(runs(seconds(withLineBack(queue), 21, START_MS)), "yard×10 gate×10 -×1");
    const alone = withPopup(NO_POPUPS, message(["yard"], { untilEnd: true, event: 1 }), START_MS);
    assert.equal(runs(seconds(alone, 3_700, START_MS)), "yard×3600 -×100");
  });

  it("are kept for as long as somebody wants, and taken away at once", () => {
    const queue = withPopup(NO_POPUPS, message(["yard", "gate"]), START_MS);
    const held = kept(queue, true, START_MS + 5_000);
    assert.equal(runs(seconds(held, 100, START_MS)), "yard×100");
    assert.equal(runs(seconds(kept(held, false, START_MS), 12, START_MS)), "yard×10 gate×2");
    const next = dismissed(held, START_MS);
    assert.deepEqual([next.popups[0]?.camera, next.isKept], ["gate", false]);
    assert.equal(dismissed(next, START_MS), NO_POPUPS);
    assert.equal(dismissed(NO_POPUPS, START_MS), NO_POPUPS);
  });

  it("go when somebody wants them taken away: those cameras, or all but what a person keeps", () => {
    const queue = withPopup(NO_POPUPS, message(["yard", "gate", "lane"]), START_MS);
    const left = withEndOf(queue, { cameras: ["yard", "lane"] }, START_MS + 5_000);
    assert.equal(runs(seconds(left, 12, START_MS + 5_000)), "gate×10 -×2");
    assert.equal(withEndOf(queue, { cameras: ["hall"] }, START_MS).turnEndsMs, queue.turnEndsMs);
    assert.equal(withEndOf(queue, { cameras: [] }, START_MS), NO_POPUPS);
    const held = withEndOf(kept(queue, true, START_MS), { cameras: [] }, START_MS);
    assert.equal(runs(seconds(held, 30, START_MS)), "yard×30");
    const waiting = withPopup(NO_POPUPS, message(["yard"], { untilEnd: true, event: 7 }), START_MS);
    assert.deepEqual(withEndOf(waiting, { event: 7 }, START_MS), withEnd(waiting, 7));
  });

  it("are bounded: what is shown stays, the newest wait", () => {
    let queue = NO_POPUPS;
    for (let number = 0; number < 100; number += 1)
      queue = withPopup(queue, message([`camera-${number}`]), START_MS);
    assert.equal(queue.popups.length, MOST_POPUPS);
    assert.deepEqual(
      [queue.popups[0]?.camera, queue.popups[1]?.camera, queue.popups.at(-1)?.camera],
      ["camera-0", `camera-${100 - MOST_POPUPS + 1}`, "camera-99"],
    );
  });

  it("keep what the event is about, as far as it was told", () => {
    const told = message(["yard"], {
      event: 5,
      type: "motion",
      camera: "gate",
      start: "2026-01-01T00:00:00Z",
    });
    assert.deepEqual(withPopup(NO_POPUPS, told, START_MS).popups[0]?.cause, {
      ...{ isTest: false, event: 5, type: "motion", camera: "gate", start: "2026-01-01T00:00:00Z" },
    });
    assert.deepEqual(withPopup(NO_POPUPS, message(["yard"]), START_MS).popups[0]?.cause, { isTest: false });
  });
});
