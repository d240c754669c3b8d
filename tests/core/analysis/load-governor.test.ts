// What looking may take of the machine: left out step by step when it is more, or does not keep up, and back by itself.
import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { describe, it } from "node:test";
import { LoadGovernor, type LoadStep } from "../../../core/analysis/load-governor.ts";
import { LoadWatch } from "../../../core/analysis/load-watch.ts";
import { silentLog } from "../../../core/log.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";

/** The step after each of `times` measures. */
function steps(governor: LoadGovernor, times: number, cores: number, isBehind = false): LoadStep[] {
  return Array.from({ length: times }, () => governor.take({ cores, isBehind }));
}

describe("the budget of looking", () => {
  it("leaves nothing out while it is kept, nor by one measure beyond it", () => {
    const governor = new LoadGovernor(1);
    assert.deepEqual(steps(governor, 3, 1), [0, 0, 0]);
    assert.deepEqual(
      [...steps(governor, 1, 5), ...steps(governor, 1, 0.9), ...steps(governor, 1, 5)],
      [0, 0, 0],
    );
  });

  it("goes step by step while it is too much, or pictures are late, and no further than there are steps", () => {
    assert.deepEqual(steps(new LoadGovernor(1), 7, 1.5), [0, 1, 1, 2, 2, 2, 2]);
    assert.deepEqual(steps(new LoadGovernor(1), 4, 0.1, true), [0, 1, 1, 2]);
  });

  it("comes back when there has been room for half a minute, and stays where there is not enough", () => {
    const governor = new LoadGovernor(1);
    steps(governor, 4, 1.5);
    assert.ok(steps(governor, 20, 0.7).every((step) => step === 2));
    assert.deepEqual(steps(governor, 12, 0.3), [2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 0]);
  });

  it("waits longer each time that it came back too soon", () => {
    const governor = new LoadGovernor(1);
    const waits: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      while (governor.step === 0) governor.take({ cores: 1.5, isBehind: false });
      let count = 0;
      while (governor.step > 0) {
        governor.take({ cores: 0.3, isBehind: false });
        count += 1;
      }
      waits.push(count);
    }
    assert.deepEqual(waits, [6, 12, 24, 48]);
  });

  it("counts decoders and this process together, tells all cameras, and begins anew with another budget", () => {
    const clock = new FakeClock();
    let seconds = 0;
    const told: LoadStep[] = [];
    const camera = { decodingCores: 0.4, isBehind: false, setStep: (step: LoadStep) => void told.push(step) };
    const load = new LoadWatch({
      ...{ clock, log: silentLog },
      watches: () => [camera, camera],
      ownSeconds: () => seconds,
    });
    load.setBudget(100 / availableParallelism());
    told.length = 0;
    const pass = (cores: number): void => {
      seconds += 5 * cores;
      clock.advance(5_000);
    };
    pass(0.1);
    assert.deepEqual(load.figures(), { cores: 0.9, budgetCores: 1, step: 0 });
    pass(0.3);
    pass(0.3);
    assert.deepEqual(load.figures(), { cores: 1.1, budgetCores: 1, step: 1 });
    assert.deepEqual(told, [0, 0, 0, 0, 1, 1]);
    load.setBudget(200 / availableParallelism());
    assert.equal(load.step, 0);
    load.close();
  });
});
