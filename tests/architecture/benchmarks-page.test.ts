// The page of benchmarks tells figures with the machine that gave them, also where a part of a suite was run again.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { benchmarksPage, joined } from "../bench/benchmarks-page.ts";
import type { BenchResult, Machine } from "../bench/figure.ts";

const MACHINE: Machine = {
  cpu: "Quick 3000",
  cores: 2,
  memoryMb: 4_096,
  kernel: "6.1.0",
  node: "24.12.0",
  ffmpeg: "5.1.9",
  busyPercent: 0,
};

function result(machine: Partial<Machine>, ...figures: readonly (readonly [string, number])[]): BenchResult {
  return {
    suite: "record",
    machine: { ...MACHINE, ...machine },
    figures: figures.map(([name, value]) => ({ name, value, unit: "ms" })),
  };
}

describe("the page of benchmarks", () => {
  it("puts the figures of a part that was run again in their places, and keeps the others", () => {
    const both = joined(result({}, ["a", 1], ["b", 2]), result({ node: "24.21.0" }, ["b", 3], ["c", 4]));
    assert.deepEqual(
      both.figures.map(({ name, value }) => [name, value]),
      [
        ["a", 1],
        ["b", 3],
        ["c", 4],
      ],
    );
    assert.equal(both.machine.node, "24.21.0");
  });

  it("says that the machine was busy if it was in either run", () => {
    for (const [before, after] of [
      [40, 1],
      [1, 40],
    ] as const) {
      const both = joined(
        result({ busyPercent: before }, ["a", 1]),
        result({ busyPercent: after }, ["b", 2]),
      );
      assert.equal(both.machine.busyPercent, 40);
      assert.match(benchmarksPage([both]), /others used 40 % of its processors/);
    }
  });

  it("does not pass off figures of one machine as those of another", () => {
    const both = joined(result({ cpu: "Slow 1" }, ["a", 1]), result({}, ["b", 2]));
    assert.deepEqual(
      both.figures.map(({ name }) => name),
      ["b"],
    );
  });
});
