// Power loss in small, for every test run; `node tests/faults/power-loss.ts` runs 20 rounds.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { noTemporaryVolume } from "../../core/testing/temporary-volume.ts";
import { type PowerLossOptions, powerLoss } from "./power-loss.ts";

interface Case {
  readonly name: string;
  readonly tools: readonly string[];
  readonly options: PowerLossOptions;
}

const CASES: readonly Case[] = [
  {
    name: "ext4 with index and footage",
    tools: ["ffmpeg", "xfs_io"],
    options: { rounds: 2, fileSystem: "ext4", cameras: 3, layout: "together", seed: 4 },
  },
  {
    name: "xfs with the footage alone",
    tools: ["ffmpeg", "xfs_io"],
    options: { rounds: 2, fileSystem: "xfs", cameras: 3, layout: "apart", seed: 5 },
  },
  {
    name: "ext4 on a disk whose write cache forgets",
    tools: ["ffmpeg", "nbdkit", "nbdfuse"],
    options: { rounds: 2, fileSystem: "ext4", cameras: 3, layout: "together", volatile: true, seed: 6 },
  },
];

// Side by side: most of it is waiting for the moment of the fault.
describe("a recorder whose disk loses its power at a random moment", { concurrency: true }, () => {
  for (const { name, tools, options } of CASES) {
    it(`keeps what it acknowledged, and all but ten seconds: ${name}`, {
      skip: noTemporaryVolume(options.fileSystem, tools),
    }, async () => {
      const result = await powerLoss(options);
      assert.deepEqual(result.lost, []);
      assert.deepEqual(result.unreadable, []);
      assert.ok(result.files > 0, "there was nothing to lose");
      assert.ok(result.worstLossMs <= 10_000, `${result.worstLossMs} ms`);
      assert.equal(result.fsck.exitCode, 0, result.fsck.output);
    });
  }
});
