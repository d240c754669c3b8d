// Which of ffmpeg's words are about a damaged picture.
import assert from "node:assert/strict";
import { it } from "node:test";
import { DamageWords } from "../../../core/analysis/damage-words.ts";

it("damage is read of whole lines, however they come, and of no others", () => {
  const words = new DamageWords();
  assert.equal(words.take("[h264 @ 0x5] no frame!\n[h264 @ 0x5] error while dec"), false);
  assert.equal(words.take("oding MB 3 4"), false);
  assert.equal(words.take(", bytestream 12\n"), true);
  assert.equal(words.take("[h264 @ 0x5] mmco: unref short failure\n"), false);
  assert.equal(words.take("[hevc @ 0x5] PPS id out of range: 40\n[hevc"), true);
  assert.equal(words.take(` ${"x".repeat(5_000)}\n`), false);
});
