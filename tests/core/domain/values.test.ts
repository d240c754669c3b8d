import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cameraStateOf } from "../../../core/domain/camera-state.ts";
import { cameraId, isId } from "../../../core/domain/ids.ts";
import { REASON_BITS, RECORD_REASONS, reasonBits, reasonsOf } from "../../../core/domain/record-reasons.ts";
import { isoFromTime90k, msFromTime90k, time90kFromMs } from "../../../core/domain/time.ts";

describe("ids", () => {
  it("are short lower-case kebab", () => {
    for (const good of ["a", "cam-1", "a".repeat(64)]) assert.equal(isId(good), true, good);
    for (const bad of ["", "-a", "a-", "A", "a_b", "a/b", "..", "a".repeat(65), "ä"])
      assert.equal(isId(bad), false, bad);
  });
  it("are refused with a message that says what is allowed", () =>
    assert.throws(() => cameraId("Über"), /a-z, 0-9/));
});

describe("record reasons", () => {
  it("survive packing in any combination", () => {
    for (let bits = 0; bits < 256; bits += 1) assert.equal(reasonBits(reasonsOf(bits)), bits);
  });
  it("have one bit each", () =>
    assert.equal(new Set(Object.values(REASON_BITS)).size, RECORD_REASONS.length));
  it("ignore bits of later versions", () => assert.deepEqual(reasonsOf(1 << 20), []));
});

describe("stored time", () => {
  it("keeps milliseconds exactly over a century", () => {
    for (const ms of [0, 1, 1_700_000_000_123, 4_000_000_000_999])
      assert.equal(msFromTime90k(time90kFromMs(ms)), ms);
  });
  it("is ISO 8601 in UTC for people", () => assert.equal(isoFromTime90k(90_000), "1970-01-01T00:00:01.000Z"));
});

describe("a camera's state", () => {
  const fault = { code: "wrong-password", message: "The camera refused the password." };
  it("is its main stream's", () => {
    assert.deepEqual(cameraStateOf({ main: { status: "offline", fault, sinceMs: 5 } }, 9), {
      status: "offline",
      reason: fault.message,
      code: "wrong-password",
      sinceMs: 5,
    });
  });
  it("is degraded when only the sub-stream fails", () => {
    const state = cameraStateOf(
      { main: { status: "online", sinceMs: 1 }, sub: { status: "offline", fault, sinceMs: 5 } },
      9,
    );
    assert.equal(state.status, "degraded");
    assert.match(state.reason ?? "", /^Sub-stream: /);
  });
  it("is connecting before anything is known", () =>
    assert.deepEqual(cameraStateOf({}, 9), { status: "connecting", sinceMs: 9 }));
});
