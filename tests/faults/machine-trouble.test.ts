// Trouble of the machine that a whole recorder finds out for itself: a real link that is down, and what Linux says of arrays and
// load (machine-trouble.ts).
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { missingBeyondSlew } from "../support/recorder-evidence.ts";
import { DEMO_FRAME_MS } from "../support/recorder-rig.ts";
import {
  type MachineTrouble,
  type MachineTroubleResult,
  machineTrouble,
  noMachineTrouble,
} from "./machine-trouble.ts";

const NAMES: Readonly<Record<MachineTrouble, string>> = {
  "exception-array": "an array that lacks a disk",
  "exception-network": "a link that is down",
  "exception-cpu": "processors that are asked for more than they can for a minute",
};
const ABOUT: Readonly<Record<MachineTrouble, { subject?: string; detail: object; bell: boolean }>> = {
  "exception-array": { subject: "md0", detail: { state: "clean", missing: 1 }, bell: true },
  "exception-network": { detail: {}, bell: true },
  "exception-cpu": { detail: {}, bell: false },
};

describe("a recorder tells of its machine's trouble", { skip: noMachineTrouble(), timeout: 600_000 }, () => {
  let result: MachineTroubleResult;
  before(async () => {
    result = await machineTrouble(2);
  });

  for (const [type, name] of Object.entries(NAMES) as [MachineTrouble, string][]) {
    it(`${name}: one event with its hint and what follows from it, over when it is cured`, () => {
      const { before, during, hint, after } = result.told[type];
      const { subject, detail, bell } = ABOUT[type];
      assert.equal(before, 0, "none before there is a cause");
      assert.deepEqual([during.source, during.subject, during.end], ["recorder", subject, undefined]);
      for (const [key, value] of Object.entries(detail)) assert.equal(during.detail[key], value, key);
      assert.deepEqual(
        during.actions?.map(({ action, status }) => `${action} ${status}`),
        ["capture done"],
      );
      assert.deepEqual([hint?.own, hint?.bell, hint?.open.map(({ id }) => id)], [true, bell, [during.id]]);
      assert.deepEqual([after.length, after[0]?.id, after[0]?.end === undefined], [1, during.id, false]);
    });
  }

  it("tells of load by what the system says of it", () => {
    assert.ok(Number(result.told["exception-cpu"].during.detail["load"]) > 2);
  });

  it("and records on meanwhile", () => {
    const { recorded, droppedBySender, fsck } = result;
    assert.deepEqual(
      [recorded.cameras, recorded.gaps, missingBeyondSlew(recorded, DEMO_FRAME_MS), recorded.reconnected],
      [2, [], [], []],
    );
    assert.equal(droppedBySender, 0);
    assert.equal(fsck.exitCode, 0, fsck.output);
  });
});
