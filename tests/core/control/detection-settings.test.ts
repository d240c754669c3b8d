// A camera's settings of detection: what holds without any, what a change makes of them, and the pace that the page shows.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { changed, isEnabled, paceOf, shown, unreadRules } from "../../../core/control/detection-settings.ts";

describe("a camera's settings of detection", () => {
  it("say at which pace it is looked at: what the machine has no time for before what nothing happens for", () => {
    const paces = ([0, 1, 2] as const).map((step) => [paceOf(false, step), paceOf(true, step)]);
    assert.deepEqual(paces, [
      ["all", "idle"],
      ["slower", "idle"],
      ["key-frames", "key-frames"],
    ]);
  });

  it("have detectors of the bundle look without a word, and others by one", () => {
    assert.deepEqual([isEnabled(undefined, true), isEnabled(undefined, false)], [true, false]);
    assert.equal(isEnabled({ enabled: false }, true), false);
    assert.deepEqual(shown("p/d", undefined, true), { detector: "p/d", enabled: true, sensitivity: 50 });
  });

  it("say which rules a detector makes nothing of", () => {
    const rules = [
      {
        id: "gate",
        kind: "line",
        points: [
          [0, 0],
          [1, 1],
        ],
      },
      {
        id: "yard",
        kind: "region",
        points: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      },
      {
        id: "flat",
        kind: "region",
        points: [
          [0, 0],
          [1, 1],
        ],
      },
    ] as const;
    assert.deepEqual(unreadRules({ rules }, ["region"]), ["gate", "flat"]);
    assert.deepEqual(unreadRules({ rules }, ["line", "region"]), ["flat"]);
    assert.deepEqual(unreadRules({ rules }, undefined), ["gate", "yard", "flat"]);
    assert.deepEqual(unreadRules(undefined, ["line"]), []);
  });

  it("keep what a change leaves out, and lose an area by null", () => {
    const area = { columns: 1, rows: 1, cells: "1" };
    const before = changed(undefined, { enabled: true, detectors: { "p/d": { sensitivity: 7, area } } });
    const after = changed(before, { detectors: { "p/d": { area: null }, "p/e": { enabled: true } } });
    assert.deepEqual(after, {
      enabled: true,
      detectors: { "p/d": { sensitivity: 7 }, "p/e": { enabled: true } },
    });
    assert.deepEqual(before.detectors["p/d"]?.area, area, "the settings of before stay as they are");
  });
});
