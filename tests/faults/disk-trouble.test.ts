// Disks in trouble in small, for every test run; `node tests/faults/disk-trouble.ts` takes more cameras and cycles.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { noSlowVolume, noTemporaryVolume } from "../../core/testing/temporary-volume.ts";
import { type DiskTroublesResult, diskTroubles, overwriting, type Trouble } from "./disk-trouble.ts";

const NAMES: Readonly<Record<Trouble, string>> = {
  "read-only": "turns read-only",
  pulled: "is pulled",
  slow: "is slow",
  full: "is filled by somebody else and may not be overwritten",
  spare: "is pulled while nobody writes to it",
};
const REPORTED_MS = 5_000;
/** What one recorder meets, one after the other: starting one costs more than what is looked at. */
const TOGETHER: readonly { readonly kinds: readonly Trouble[]; readonly busySeconds?: number }[] = [
  { kinds: ["full", "read-only"] },
  { kinds: ["spare", "pulled"] },
  { kinds: ["slow"], busySeconds: 20 },
];

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

  for (const { kinds, busySeconds = 0 } of TOGETHER) {
    const skip = kinds.includes("slow") ? noSlowVolume() : false;
    describe(`with two disks: ${kinds.map((kind) => NAMES[kind]).join(", then ")}`, { skip }, () => {
      let result: DiskTroublesResult;
      before(async () => {
        result = await diskTroubles({ kinds, cameras: 3, busySeconds });
      });

      if (busySeconds > 0)
        it("takes no disk for slow that somebody else keeps busy", () => {
          const { busy } = result;
          assert.ok(busy !== undefined && busy.neighbourSyncs > 20, `${busy?.neighbourSyncs} syncs`);
          assert.deepEqual(busy.troubles, []);
          assert.equal(busy.worstGapMs, 0);
          assert.equal(busy.fsck.exitCode, 0, busy.fsck.output);
        });

      for (const kind of kinds)
        it(`says so in time, in an event for as long as it lasts, and goes on with the other, when one of them ${NAMES[kind]}`, () => {
          const one = result.troubles.find((trouble) => trouble.kind === kind);
          assert.ok(one !== undefined);
          assert.ok(one.reportedMs <= REPORTED_MS, `${one.reportedMs} ms`);
          assert.notEqual(one.message, "");
          const { start, end = "", source, detail } = one.event;
          assert.ok(Date.parse(end) > Date.parse(start), `from ${start} to ${end}`);
          assert.deepEqual([source, detail["path"]], ["recorder", one.path]);
          assert.notEqual(detail["message"], "");
          assert.ok(one.worstGapMs <= 2_000, `${one.worstGapMs} ms`);
          assert.equal(one.fsck.exitCode, 0, one.fsck.output);
        });
    });
  }
});
