import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RetentionClock } from "../../../core/recording/retention-clock.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe("the clock of retention", () => {
  it("follows the wall clock, also back and in small steps forward", () => {
    const clock = new FakeClock();
    const ages = new RetentionClock(clock, undefined);
    clock.advance(5 * DAY_MS);
    assert.equal(ages.nowMs(), clock.wallMs());
    clock.setWall(clock.wallMs() - 9 * DAY_MS);
    assert.equal(ages.nowMs(), clock.wallMs());
    clock.setWall(clock.wallMs() + HOUR_MS / 2);
    assert.equal(ages.nowMs(), clock.wallMs());
  });

  it("doubts a jump forward for a day, and forgets it when it is taken back", () => {
    const clock = new FakeClock();
    const ages = new RetentionClock(clock, undefined);
    const begin = clock.wallMs();
    clock.setWall(begin + 3_650 * DAY_MS);
    assert.equal(ages.nowMs(), begin);
    clock.advance(2 * HOUR_MS);
    assert.equal(ages.nowMs(), begin + 2 * HOUR_MS);
    clock.setWall(begin + 2 * HOUR_MS);
    assert.equal(ages.nowMs(), begin + 2 * HOUR_MS);
    clock.setWall(begin + 3_650 * DAY_MS);
    ages.nowMs();
    clock.advance(23 * HOUR_MS);
    assert.equal(ages.nowMs(), begin + 25 * HOUR_MS);
    clock.advance(HOUR_MS);
    assert.equal(ages.nowMs(), clock.wallMs());
  });

  it("believes that a recorder was switched off over a weekend", () => {
    const clock = new FakeClock();
    assert.equal(new RetentionClock(clock, clock.wallMs() - 3 * DAY_MS).nowMs(), clock.wallMs());
  });

  it("doubts a jump over a restart, since a box may boot with a wrong clock", () => {
    const clock = new FakeClock();
    const last = clock.wallMs() - 100 * DAY_MS;
    const ages = new RetentionClock(clock, last);
    assert.equal(ages.nowMs(), last);
    clock.advance(DAY_MS);
    assert.equal(ages.nowMs(), clock.wallMs());
  });

  it("believes a box without a battery as soon as it hears of the time that it knew before", () => {
    const clock = new FakeClock();
    const rightMs = clock.wallMs();
    clock.setWall(10_000);
    const ages = new RetentionClock(clock, rightMs - DAY_MS);
    assert.equal(ages.nowMs(), clock.wallMs());
    clock.setWall(rightMs);
    assert.equal(ages.nowMs(), rightMs, "no jump: it follows what was known");
    clock.setWall(rightMs + 2 * DAY_MS);
    assert.equal(ages.nowMs(), rightMs, "but this is one");
  });
});
