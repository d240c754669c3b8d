// Pages that ask again by themselves: for what, when, and when not.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { ApiError } from "../src/api/client.ts";
import { AskAgain, isAway } from "../src/state/ask-again.ts";

const problem = (status: number, code: string): ApiError =>
  new ApiError({ status, code, title: code, detail: code });
const AWAY = problem(503, "NJ_CORE_AWAY");

describe("asking again", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  it("is for a recorder that cannot answer now, and for nothing that was refused", () => {
    assert.ok(isAway(problem(0, "NJ_UI_OFFLINE")));
    assert.ok(isAway(AWAY));
    assert.ok(isAway(problem(502, "HTTP_502")), "a proxy before it");
    assert.ok(!isAway(problem(403, "NJ_FORBIDDEN")));
    assert.ok(!isAway(problem(503, "NJ_NO_FFMPEG")), "what is missing does not come by asking");
    assert.ok(!isAway(problem(500, "HTTP_500")));
    assert.ok(!isAway(new Error("something else")));
  });

  it("comes soon at first, then every quarter of a minute, and soon again after it came", () => {
    const again = new AskAgain();
    let asked = 0;
    const pauses: number[] = [];
    for (let time = 0; time < 7; time += 1) {
      again.failed(AWAY, () => {
        asked += 1;
      });
      let seconds = 0;
      for (const before = asked; asked === before && seconds < 60; seconds += 1) mock.timers.tick(1_000);
      pauses.push(seconds);
      if (time === 5) again.succeeded();
    }
    assert.deepEqual(pauses, [1, 2, 4, 8, 15, 15, 1]);
  });

  it("asks once for two failures, and not when nobody waits any more or it is refused", () => {
    const again = new AskAgain();
    let asked = 0;
    const ask = (): void => {
      asked += 1;
    };
    again.failed(AWAY, ask);
    again.failed(AWAY, ask);
    mock.timers.tick(60_000);
    assert.equal(asked, 1);
    again.failed(AWAY, ask);
    again.stop();
    mock.timers.tick(60_000);
    again.failed(AWAY, ask);
    again.failed(problem(403, "NJ_FORBIDDEN"), ask);
    mock.timers.tick(60_000);
    assert.equal(asked, 1);
  });
});
