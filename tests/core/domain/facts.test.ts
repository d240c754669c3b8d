// What of an error's context may stand beside its sentence outside the recorder.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toldFacts } from "../../../core/domain/facts.ts";
import { NightjarError } from "../../../core/errors.ts";
import { problemAnswer } from "../../../core/http/problem.ts";

describe("facts beside a sentence", () => {
  it("are those that the sentence says itself, and which case it is", () => {
    const context = { path: "/mnt/disk", seconds: 4, case: "slow", other: "/etc/shadow", list: ["a"] };
    assert.deepEqual(toldFacts(context, "/mnt/disk has not answered for 4 s"), {
      path: "/mnt/disk",
      seconds: 4,
      case: "slow",
    });
  });

  it("are none where the sentence names none", () => {
    assert.equal(toldFacts({ path: "/mnt/disk" }, "the disk is away"), undefined);
    assert.equal(toldFacts({ case: "Not a Case: /etc" }, "the disk is away"), undefined);
  });

  it("hold no secret that the sentence had taken out", () => {
    const url = "rtsp://anna:geheim@10.0.0.9/1";
    const error = new NightjarError("NJ_X", "unavailable", `${url} does not answer`, {
      url,
      host: "10.0.0.9",
    });
    const { body } = problemAnswer(error);
    assert.deepEqual(body.context, { host: "10.0.0.9" });
    assert.ok(!JSON.stringify(body).includes("geheim"));
  });

  it("are called by words of usual length", () => {
    const told = toldFacts({ ["p".repeat(41)]: "/mnt/disk", path: "/mnt/disk" }, "/mnt/disk is away");
    assert.deepEqual(told, { path: "/mnt/disk" });
  });

  it("stay inside where the fault is the recorder's own", () => {
    const error = new NightjarError("NJ_X", "internal", "/data/a broke", { path: "/data/a" });
    assert.equal(problemAnswer(error).body.context, undefined);
  });
});
