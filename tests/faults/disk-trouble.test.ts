// Disks in trouble in small, for every test run; `node tests/faults/disk-trouble.ts` takes more cameras and cycles.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { noSlowVolume, noTemporaryVolume } from "../../core/testing/temporary-volume.ts";
import { busyDisk, diskTrouble, overwriting, TROUBLES, type Trouble } from "./disk-trouble.ts";

const NAMES: Readonly<Record<Trouble, string>> = {
  "read-only": "turns read-only",
  pulled: "is pulled",
  slow: "is slow",
  full: "is filled by somebody else and may not be overwritten",
  spare: "is pulled while nobody writes to it",
};
const REPORTED_MS = 5_000;

// Side by side: most of it is waiting.
describe("a recorder", { skip: noTemporaryVolume("ext4", ["fallocate"]), concurrency: 3 }, () => {
  for (const withoutCore of [false, true]) {
    const when = withoutCore ? "also while core is away: its index is complete when it is back" : "for ever";
    it(`goes on recording on a full disk that it may overwrite, losing nothing but the oldest, ${when}`, async () => {
      const result = await overwriting({
        cycles: 6,
        cameras: 4,
        withoutCore,
        leastSeconds: withoutCore ? 30 : 0,
      });
      assert.deepEqual(result.gaps, []);
      assert.deepEqual(result.troubles, []);
      assert.equal(result.fsck.exitCode, 0, result.fsck.output);
    });
  }

  for (const kind of TROUBLES) {
    it(`says so in time, in an event for as long as it lasts, and goes on with the other, when one of two disks ${NAMES[kind]}`, {
      skip: kind === "slow" ? noSlowVolume() : false,
    }, async () => {
      const result = await diskTrouble(kind, 3);
      assert.ok(result.reportedMs <= REPORTED_MS, `${result.reportedMs} ms`);
      assert.notEqual(result.message, "");
      const { start, end = "", source, detail } = result.event;
      assert.ok(Date.parse(end) > Date.parse(start), `from ${start} to ${end}`);
      assert.deepEqual([source, detail["path"]], ["recorder", result.path]);
      assert.notEqual(detail["message"], "");
      assert.ok(result.worstGapMs <= 2_000, `${result.worstGapMs} ms`);
      assert.equal(result.fsck.exitCode, 0, result.fsck.output);
    });
  }

  it("takes no disk for slow that somebody else keeps busy", { skip: noSlowVolume() }, async () => {
    const result = await busyDisk(3, 20);
    assert.ok(result.neighbourSyncs > 20, `${result.neighbourSyncs} syncs`);
    assert.deepEqual(result.troubles, []);
    assert.equal(result.worstGapMs, 0);
    assert.equal(result.fsck.exitCode, 0, result.fsck.output);
  });
});
