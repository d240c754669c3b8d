// Trouble of the process that looks at pictures in small, for every test run; `node tests/faults/analysis-trouble.ts` takes more
// cameras.
import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { before, describe, it } from "node:test";
import { searchFfmpeg } from "../../core/media/ffmpeg/find-ffmpeg.ts";
import { missingBeyondSlew } from "../support/recorder-evidence.ts";
import { DEMO_FRAME_MS } from "../support/recorder-rig.ts";
import { type AnalysisTroubleResult, analysisTrouble } from "./analysis-trouble.ts";

const { found: ffmpeg } = await searchFfmpeg();
const CAMERAS = 4;
/** Decoding them takes more than the least budget of so many. */
const MOST_PROCESSORS = 4;

function skip(): string | false {
  if (ffmpeg === undefined) return "there is no ffmpeg";
  const processors = availableParallelism();
  return processors > MOST_PROCESSORS ? `${processors} processors are not short of time` : false;
}

describe("cameras recorded while the process that looks at them is stopped, flooded and short of processor time", {
  skip: skip(),
  timeout: 900_000,
}, () => {
  let result: AnalysisTroubleResult;
  before(async () => {
    result = await analysisTrouble({ cameras: CAMERAS });
  });

  it("have every frame, in one session each, and are all in the index", () => {
    assert.equal(result.cameras, CAMERAS);
    const missing = missingBeyondSlew(result, DEMO_FRAME_MS);
    assert.deepEqual([result.gaps, missing, result.reconnected], [[], [], []]);
    assert.equal(result.droppedBySender, 0);
    assert.ok(result.endsEarlyMs < 5_000, `${result.endsEarlyMs} ms`);
    assert.equal(result.fsck.exitCode, 0, result.fsck.output);
  });
  it("are looked at by one that floods while another never answers, which is said of it", () => {
    assert.ok(result.sentUnseen > 0 && result.flooded > 0);
    assert.notEqual(result.hanging, "");
  });
  it("have pictures left out step by step where looking takes too much, and all of them back when there is room", () => {
    const { paces, shed, over } = result;
    const fewest = paces.indexOf("key-frames");
    assert.ok(paces.slice(0, fewest).includes("slower"), paces.join(", "));
    assert.match(paces.at(-1) ?? "", /^(?:all|idle)$/);
    assert.deepEqual([shed.step, over.step], [2, 0]);
    assert.deepEqual(result.notes, ["detection-key-frames"]);
    assert.equal(shed.budgetCores, (availableParallelism() * 5) / 100);
    assert.ok(over.cores <= over.budgetCores, `${over.cores} cores`);
  });
});
