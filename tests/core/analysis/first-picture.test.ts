// How long a camera's first picture is waited for before its absence counts.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FirstPicture } from "../../../core/analysis/first-picture.ts";
import type { StreamState } from "../../../core/media/source.ts";

const BEGIN_MS = 5_000;
const stateOf = (status: StreamState["status"], code?: "connection-refused" | "stalled" | "packet-loss") =>
  ({ status, sinceMs: 0, ...(code === undefined ? {} : { fault: { code, message: "So it is." } }) }) as const;

describe("a camera's first picture", () => {
  it("is waited for while its link is being built, for twenty seconds", () => {
    const first = new FirstPicture(BEGIN_MS);
    first.state(stateOf("connecting"));
    assert.equal(first.isAwaited(BEGIN_MS + 19_999), true);
    assert.equal(first.isAwaited(BEGIN_MS + 20_000), false);
  });

  for (const [what, state, isAwaited] of [
    ["a camera that cannot be reached is missing at once", stateOf("offline", "connection-refused"), false],
    ["nor is one waited for of which packets come and no picture", stateOf("degraded", "stalled"), false],
    ["one of which packets are lost may still send it", stateOf("degraded", "packet-loss"), true],
    ["one that is only not held yet may still come", stateOf("offline"), true],
    ["one that has been reached sends a key frame in a while", stateOf("online"), true],
  ] as const) {
    it(what, () => {
      const first = new FirstPicture(BEGIN_MS);
      first.state(state);
      assert.equal(first.isAwaited(BEGIN_MS + 1_000), isAwaited);
    });
  }

  it("is due when frames come and a decoder has had five seconds to start, or complains of them", () => {
    const first = new FirstPicture(BEGIN_MS);
    assert.deepEqual([first.frame(BEGIN_MS + 9_000), first.frame(BEGIN_MS + 9_100)], [true, false]);
    assert.equal(first.isAwaited(BEGIN_MS + 13_999), true);
    assert.equal(first.isAwaited(BEGIN_MS + 14_000), false);
    const other = new FirstPicture(BEGIN_MS);
    other.frame(BEGIN_MS);
    other.over();
    assert.equal(other.isAwaited(BEGIN_MS), false);
  });

  it("is waited for anew when the process that holds all links had to begin again", () => {
    const first = new FirstPicture(BEGIN_MS);
    first.frame(BEGIN_MS);
    first.over();
    first.restart(BEGIN_MS + 60_000);
    assert.equal(first.isAwaited(BEGIN_MS + 79_999), true);
    assert.equal(first.isAwaited(BEGIN_MS + 80_000), false);
  });
});
