import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OwnFigures } from "../../../core/supervisor/process-figures.ts";

describe("figures of a process", () => {
  it("say how late its life signs were, at most, for a minute", () => {
    const figures = new OwnFigures(1_000);
    let nowMs = performance.now() + 1_000;
    figures.sign(nowMs);
    assert.ok(figures.read().loopDelayMs < 100);
    nowMs += 1_450;
    figures.sign(nowMs);
    assert.equal(figures.read().loopDelayMs, 450);
    for (let index = 0; index < 61; index += 1) {
      nowMs += 1_000;
      figures.sign(nowMs);
    }
    assert.equal(figures.read().loopDelayMs, 0);
  });

  it("give memory and processor time of this very process", () => {
    const { rssBytes, cpuSeconds } = new OwnFigures(1_000).read();
    assert.ok(rssBytes > 10_000_000 && rssBytes < 4_000_000_000);
    assert.ok(cpuSeconds > 0);
  });
});
