// The kill storm in small, for every test run; `npm run faults` runs 200 rounds with 16 cameras.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { before, describe, it } from "node:test";
import { killStorm, type StormResult } from "./kill-storm.ts";

const hasFfmpeg = spawnSync("ffmpeg", ["-version"]).status === 0;

describe("a recorder whose processes are killed at random moments, 20 times", {
  skip: hasFfmpeg ? false : "no ffmpeg to decode with",
}, () => {
  let result: StormResult;
  before(async () => {
    result = await killStorm({ rounds: 20, cameras: 4, seed: 20 });
  });

  it("leaves no file that cannot be decoded", () => assert.deepEqual(result.unreadable, []));
  it("loses at most two seconds of what was received", () =>
    assert.ok(result.worstLossMs <= 2_000, `${result.worstLossMs} ms`));
  it("has no gap where only core or the gateway died", () => assert.deepEqual(result.unexplainedGaps, []));
  it("records again within five seconds of each", () =>
    assert.ok(result.worstAgainMs <= 5_000, `${result.worstAgainMs} ms`));
  it("ends by itself within two seconds where the supervisor alone died", () =>
    assert.ok(result.worstOrphanMs > 0 && result.worstOrphanMs <= 2_000, `${result.worstOrphanMs} ms`));
  it("leaves an index that fsck finds in order", () =>
    assert.equal(result.fsck.exitCode, 0, result.fsck.output));
});
