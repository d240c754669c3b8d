import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { reconnectPauseMs } from "../../../../core/media/rtsp/reconnect-policy.ts";

const pause = (failures: number, lastingMs: number, random: number) =>
  reconnectPauseMs({ failures, refusals: 0, lastingMs, fault: "connection-refused" }, () => random);
const refused = (refusals: number, random: number) =>
  reconnectPauseMs({ failures: refusals, refusals, lastingMs: 0, fault: "wrong-password" }, () => random);

describe("the pause before reconnecting", () => {
  it("grows from 1 to 5 s in the first ten minutes", () => {
    assert.ok(pause(1, 0, 0) >= 1_000 && pause(1, 0, 1) <= 1_300);
    for (let failures = 1; failures < 200; failures += 1) {
      for (const random of [0, 0.5, 1]) {
        const ms = pause(failures, 599_999, random);
        assert.ok(ms >= 1_000 && ms <= 5_000, `${failures}: ${ms}`);
      }
    }
    assert.ok(pause(6, 0, 0.5) > 4_500);
  });

  it("is up to 30 s afterwards, spread so that cameras do not come back all at once", () => {
    assert.deepEqual([pause(300, 600_000, 0), pause(300, 600_000, 1)], [15_000, 30_000]);
  });

  it("is at least 10 s after a refused password and grows to 5 minutes", () => {
    assert.ok(refused(1, 0) === 10_000 && refused(1, 1) <= 12_000);
    assert.equal(refused(2, 0), 20_000);
    assert.equal(refused(50, 1), 300_000);
  });
});
