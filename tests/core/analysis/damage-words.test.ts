// Which of ffmpeg's words are about a damaged picture.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DamageStreak, DamageWords } from "../../../core/analysis/damage-words.ts";

it("damage is read of whole lines, however they come, and of no others", () => {
  const words = new DamageWords();
  assert.equal(words.take("[h264 @ 0x5] no frame!\n[h264 @ 0x5] error while dec"), false);
  assert.equal(words.take("oding MB 3 4"), false);
  assert.equal(words.take(", bytestream 12\n"), true);
  assert.equal(words.take("[h264 @ 0x5] mmco: unref short failure\n"), false);
  assert.equal(words.take("[hevc @ 0x5] PPS id out of range: 40\n[hevc"), true);
  assert.equal(words.take(` ${"x".repeat(5_000)}\n`), false);
});

describe("damage that goes on", () => {
  it("is that of frames one after the other, until nothing is said of any for a while", () => {
    const streak = new DamageStreak();
    for (const nowMs of [0, 400, 900]) {
      streak.note(nowMs);
      assert.equal(streak.goesOn(nowMs), false, "it may be the loss of a packet");
    }
    for (const nowMs of [1_100, 2_300, 3_700]) {
      streak.note(nowMs);
      assert.equal(streak.goesOn(nowMs), true, "also of words that come late");
    }
    assert.equal(streak.goesOn(5_100), true);
    assert.equal(streak.goesOn(5_200), false);
    streak.note(5_300);
    assert.equal(streak.goesOn(5_300), false, "it begins anew");
  });

  it("is not what was lost on the way, however often", () => {
    const streak = new DamageStreak();
    for (let nowMs = 0; nowMs < 10_000; nowMs += 100) {
      if (nowMs % 1_000 === 0) streak.lost(nowMs);
      streak.note(nowMs);
      assert.equal(streak.goesOn(nowMs), false);
    }
    for (let nowMs = 11_000; nowMs < 12_100; nowMs += 100) streak.note(nowMs);
    assert.equal(streak.goesOn(12_100), true);
  });
});
