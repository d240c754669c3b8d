import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ProcessorWatch } from "../../../../core/plugin/isolated/processor-watch.ts";

/** Looks once a second; gives the second in which it was too much, and what was said. */
function watched(seconds: number, shareAt: (second: number) => number): [number, string] | undefined {
  const watch = new ProcessorWatch();
  let cpuSeconds = 0;
  for (let second = 0; second <= seconds; second += 1) {
    const reason = watch.look(second * 1_000, cpuSeconds);
    if (reason !== undefined) return [second, reason];
    cpuSeconds += shareAt(second);
  }
  return undefined;
}

describe("a plugin's share of the processor", () => {
  it("may be all of it for less than a minute", () => {
    assert.equal(
      watched(600, (second) => (second % 120 < 45 ? 1 : 0)),
      undefined,
    );
  });
  it("is too much when it is most of one for a minute, which is named", () => {
    assert.deepEqual(
      watched(600, () => 0.95),
      [60, "it took 95 % of a processor for a minute, and was ended"],
    );
  });
  it("may be most of one for ever when that is not too much", () => {
    assert.equal(
      watched(3_600, () => 0.79),
      undefined,
    );
  });
  it("is too much wherever the minute begins, and over several processors", () => {
    assert.equal(watched(600, (second) => (second < 300 ? 0 : 2))?.[0], 325);
  });
});
