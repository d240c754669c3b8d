import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { systemClock } from "../../../core/clock.ts";
import type { CameraId } from "../../../core/domain/ids.ts";
import { NightjarError } from "../../../core/errors.ts";
import { Authorizer } from "../../../core/gateway/authorizer.ts";
import type { Grant } from "../../../core/gateway/protocol.ts";

const REQUEST = [{ authorization: "Bearer x", remoteAddress: "192.0.2.1" }, "yard", "live"] as const;

function grantOf(sessionId: string): Grant {
  return {
    sessionId,
    userName: "bob",
    camera: { id: "yard" as CameraId, name: "Yard" },
    streams: ["main"],
    expiresAtMs: Date.now() + 60_000,
  };
}

describe("a grant that is revoked while core's answer is on its way (attack list A6)", () => {
  it("is asked for once more, and refused where the session is gone", async (t) => {
    const answers: ((grant: Grant) => void)[] = [];
    let asked = 0;
    const authorizer = new Authorizer(() => {
      asked += 1;
      if (asked === 1) return new Promise<Grant>((resolve) => answers.push(resolve));
      return Promise.reject(new NightjarError("NJ_UNAUTHENTICATED", "unauthenticated", "sign in first"));
    }, systemClock);
    t.after(() => authorizer.close());
    const result = authorizer.authorize(...REQUEST);
    authorizer.revoke(["s1"]);
    answers[0]?.(grantOf("s1"));
    await assert.rejects(result, /sign in first/);
    assert.deepEqual([asked, authorizer.openCount], [2, 0]);
  });

  it("holds as it is judged then, where the account only may do less now", async (t) => {
    const answers: ((grant: Grant) => void)[] = [];
    const authorizer = new Authorizer(
      () => new Promise<Grant>((resolve) => answers.push(resolve)),
      systemClock,
    );
    t.after(() => authorizer.close());
    const result = authorizer.authorize(...REQUEST);
    authorizer.revoke(["another", "s1"]);
    answers[0]?.(grantOf("s1"));
    while (answers.length < 2) await new Promise(setImmediate);
    answers[1]?.(grantOf("s1"));
    assert.equal((await result).isValid(), true);
    assert.equal(answers.length, 2);
  });
});
