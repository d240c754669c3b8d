// What `npm run bench` and `nightjar bench` print with --json, and the exit code by which scripts judge.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { benchCommand } from "../bench/command.ts";
import { type BenchResult, type Figure, figure, type Machine } from "../bench/figure.ts";
import type { SuiteOrder } from "../bench/suite-process.ts";

const HELD = figure("delay", 40, "ms", { limit: 50, rival: "ffmpeg", rivalValue: 80, ratioLimit: 1 });

const MACHINE: Machine = {
  cpu: "Quick 3000",
  cores: 2,
  memoryMb: 4_096,
  kernel: "6.1.0",
  node: "24.12.0",
  ffmpeg: "5.1.9",
  busyPercent: 0,
};

/** Runs the command on suites that have measured already. */
async function bench(suites: Readonly<Record<string, readonly Figure[] | undefined>>, ...args: string[]) {
  const [printed, orders]: [string[], SuiteOrder[]] = [[], []];
  const code = await benchCommand(args, {
    suites: Object.fromEntries(Object.keys(suites).map((name) => [name, { deadlineMs: 1_000 }])),
    run: async (order) => {
      orders.push(order);
      const figures = suites[order.suite];
      return figures === undefined ? undefined : { figures };
    },
    machine: async () => MACHINE,
    print: (text) => printed.push(text),
    complain: (text) => printed.push(text),
  });
  return { code, orders, text: printed.join("\n") };
}

describe("the benchmarks' command", () => {
  it("prints one suite as an object of its figures with their limits and rivals, and nothing beside it", async () => {
    const { code, orders, text } = await bench({ quick: [HELD] }, "quick", "--json", "--cameras", "1,16");
    const { suite, machine, figures } = JSON.parse(text) as BenchResult;
    assert.equal(suite, "quick");
    assert.deepEqual(machine, MACHINE);
    const expected = { name: "delay", value: 40, unit: "ms", limit: 50, rival: "ffmpeg", rivalValue: 80 };
    assert.deepEqual(figures, [{ ...expected, ratio: 0.5, ratioLimit: 1, ok: true }]);
    assert.equal(code, 0);
    assert.deepEqual(orders, [{ suite: "quick", quick: false, silent: true, counts: [1, 16] }]);
  });

  it("prints several as an array, and answers 1 where one number does not hold", async () => {
    const { code, text } = await bench(
      { a: [HELD], b: [figure("delay", 51, "ms", { limit: 50 })] },
      "--json",
    );
    const results = JSON.parse(text) as BenchResult[];
    assert.deepEqual(
      results.map(({ suite, figures }) => [suite, figures[0]?.ok]),
      [
        ["a", true],
        ["b", false],
      ],
    );
    assert.equal(code, 1);
  });

  it("answers 1 where a rival is beaten by less than was promised, or a suite did not come to its end", async () => {
    const slower = figure("processor", 9, "s", { rival: "ffmpeg", rivalValue: 6, ratioLimit: 1 });
    assert.equal((await bench({ a: [slower] })).code, 1);
    assert.equal((await bench({ a: [HELD], b: undefined })).code, 1);
    assert.match(
      (await bench({ a: [figure("delay", 51, "ms", { limit: 50 })] })).text,
      /51 +ms +≤ 50.*TOO MUCH/,
    );
  });

  it("takes no figure without a limit for missed, and refuses a suite that is not there", async () => {
    assert.equal((await bench({ a: [figure("memory", 9e9, "B")] })).code, 0);
    const refused = await bench({ a: [HELD] }, "b");
    assert.deepEqual([refused.code, refused.orders], [2, []]);
    assert.match(refused.text, /^no suite "b"$.*suites: a$/ms);
  });
});
