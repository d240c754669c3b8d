import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkObjects } from "../../../core/testing/detector-object-checks.ts";

type Seen = Parameters<typeof checkObjects>[0][number];

const CAR: Seen = {
  class: "license-plate",
  score: 0.5,
  track: "t1",
  box: { x: 0.1, y: 0.2, width: 0.9, height: 0.8 },
};

describe("objects that a detector sees", () => {
  it("are as the recorder keeps them: names, fractions, tracks", () => {
    checkObjects([]);
    checkObjects([CAR, { ...CAR, track: "t2" }, { ...CAR, class: "car" }]);
    checkObjects([
      { class: "person", score: 1 },
      { class: "person", score: 0 },
    ]);
  });

  for (const [what, change] of Object.entries({
    "a class with capitals": { class: "Person" },
    "no class": { class: "" },
    "per cent": { score: 87 },
    "no number": { score: Number.NaN },
    pixels: { box: { x: 10, y: 10, width: 50, height: 50 } },
    "a box over the edge": { box: { x: 0.9, y: 0, width: 0.2, height: 0.1 } },
    "an empty track": { track: "" },
    "a long track": { track: "x".repeat(65) },
  }))
    it(`are refused with ${what}`, () => assert.throws(() => checkObjects([{ ...CAR, ...change }])));

  it("are refused where one track is in two places", () =>
    assert.throws(() => checkObjects([CAR, { ...CAR, score: 0.4 }]), /one place/));
});
