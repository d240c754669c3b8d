// Every parser of the registry survives mutated inputs: nothing thrown but what its door promises, no endless loop, none that
// takes more than 100 ms each time it is tried, no 64 MiB more than at the start (attack list A12, A19, A20). What cameras, viewers
// and owners send (RTSP, SDP, RTP, NAL, MP4, config.json) gets 100 000 each; seven that read each input several times
// over or are small (settings files, NUT, FLV, byte ranges, tills, MQTT, links) 20 000 or 30 000. All get a million in `npm run fuzz`.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Mutator } from "../../core/testing/mutator.ts";
import { picturesFound } from "./analysis/nut-fuzz-target.ts";
import { foundUnmutated } from "./byte-stream-fuzz-targets.ts";
import { FuzzPace, MEMORY_LIMIT_BYTES, SLOW_MS } from "./fuzz-pace.ts";
import { fuzzTargets } from "./fuzz-targets.ts";

const INPUTS = 100_000;

describe("fuzzing", () => {
  for (const target of fuzzTargets) {
    const inputs = target.inputs ?? INPUTS;
    it(`${target.name} survives ${inputs} mutated inputs`, { timeout: 60_000 }, () => {
      const mutator = new Mutator(0x6e6a, target.corpus());
      const pace = new FuzzPace(target);
      // Most inputs are refused by an error, and most of an error's time is its stack.
      const { stackTraceLimit } = Error;
      Error.stackTraceLimit = 0;
      try {
        for (let input = 0; input < inputs; input += 1) pace.run(mutator.next());
      } finally {
        Error.stackTraceLimit = stackTraceLimit;
      }
      assert.equal(pace.slow?.bytes.toString("base64"), undefined, `${pace.slow?.ms} ms`);
      assert.ok(pace.memoryBytes <= MEMORY_LIMIT_BYTES, `${pace.memoryBytes} bytes more`);
    });
  }

  it("begins from inputs that are read to their end", () => {
    assert.equal(picturesFound(4).length, 4);
    assert.deepEqual(foundUnmutated(), [
      "5",
      '0:{"type":"hello","version":1},1:pic',
      "config 5,true 40 6,false 120 6",
    ]);
  });

  it("would find memory that is kept, and takes no garbage for it", () => {
    const kept: Buffer[] = [];
    const paces = [true, false].map((keeps) => {
      const pace = new FuzzPace({
        name: "large",
        corpus: () => [],
        run() {
          const bytes = Buffer.alloc(8 * 1024);
          if (keeps) kept.push(bytes);
        },
      });
      for (let input = 0; input < 10_000; input += 1) pace.run(Buffer.alloc(0));
      return pace;
    });
    assert.deepEqual(
      paces.map(({ memoryBytes }) => memoryBytes > MEMORY_LIMIT_BYTES),
      [true, false],
    );
  });

  it("would find an input that is slow each time, and is not misled by one pause", () => {
    let runs = 0;
    const pace = new FuzzPace({
      name: "slow",
      corpus: () => [],
      run(bytes) {
        runs += 1;
        if (bytes[0] === 1 || (bytes[0] === 2 && runs === 1)) busy(SLOW_MS + 5);
      },
    });
    const slowInput = () => pace.slow?.bytes;
    pace.run(Buffer.of(2));
    assert.ok(pace.slowestMs < SLOW_MS);
    assert.equal(slowInput(), undefined);
    pace.run(Buffer.of(1));
    assert.deepEqual(slowInput(), Buffer.of(1));
  });
});

/** Works for so long; what others take of the processor meanwhile does not count. */
function busy(ms: number): void {
  const before = process.threadCpuUsage();
  const worked = (): number => process.threadCpuUsage(before).user / 1_000;
  while (worked() < ms);
}
