// When the search by motion asks anew: what it knows already is not asked for again, what may be new is.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { covers } from "../src/pages/playback/motion-finder.ts";

describe("the search by motion", () => {
  it("asks anew for what it has not seen, for another area, and near now once in a while", () => {
    const cells = [true, false];
    const asked = { cells, view: { startMs: 1_000_000, spanMs: 600_000 }, atMs: 1_500_000 };
    const view = { startMs: 1_100_000, spanMs: 200_000 };
    assert.ok(covers(asked, cells, view, 9_000_000));
    assert.equal(covers(undefined, cells, view, 0), false);
    assert.equal(covers(asked, [true, false], view, 0), false, "another area, though of the same cells");
    assert.equal(covers(asked, cells, { startMs: 900_000, spanMs: 200_000 }, 0), false);
    assert.equal(
      covers(asked, cells, { startMs: 1_100_000, spanMs: 10_000 }, 0),
      false,
      "so near there may be more",
    );
    const untilNow = { startMs: 1_400_000, spanMs: 200_000 };
    assert.ok(covers(asked, cells, untilNow, 1_510_000));
    assert.equal(covers(asked, cells, untilNow, 1_600_000), false);
  });
});
