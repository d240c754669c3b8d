// How many mails go out, and what waits together: counted by hours, bounded, and kept over a restart.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { tempDir } from "@nightjar/core/testing";
import { Digests } from "../src/digests.ts";
import { MailLimits } from "../src/mail-limits.ts";

const HOUR_MS = 3_600_000;

describe("mails in an hour", () => {
  it("are counted to each and in all, and free again an hour later", () => {
    const limits = new MailLimits({ all: 3, each: 2 });
    limits.take(["a"], 0);
    limits.take(["a", "b"], 1_000);
    assert.deepEqual(
      [limits.isFreeFor("a", 2_000), limits.isFreeFor("b", 2_000), limits.isFree(2_000)],
      [false, true, true],
    );
    assert.equal(limits.nextFreeMs("a", 2_000), HOUR_MS);
    assert.equal(limits.nextFreeMs("b", 2_000), 2_000);
    limits.take(["b"], 2_000).giveBack();
    assert.ok(limits.isFree(2_000));
    limits.take(["c"], 2_000);
    assert.equal(limits.nextFreeMs("d", 2_000), HOUR_MS, "too many in all");
    assert.ok(limits.isFreeFor("a", HOUR_MS) && limits.isFree(HOUR_MS));
  });

  it("do not lock anybody out for longer when the clock is set back", () => {
    const limits = new MailLimits({ all: 1, each: 1 });
    limits.take(["a"], 50 * HOUR_MS);
    assert.ok(limits.isFree(HOUR_MS) && limits.isFreeFor("a", HOUR_MS));
  });
});

describe("what waits for a digest", () => {
  const at = (nowMs: number, dueMs: number, isOverflow = false) => ({
    nowMs,
    dueMs,
    isOverflow,
    recorderName: "Haus",
  });

  it("is counted, told line by line up to a bound, and due by the first of its events", () => {
    using dir = tempDir();
    const digests = new Digests(dir.path);
    for (let number = 0; number < 150; number += 1)
      digests.add("a", `event ${number}`, at(number, 1_000 + number));
    assert.equal(digests.takeDue(999), undefined);
    const digest = digests.takeDue(1_000);
    assert.deepEqual([digest?.count, digest?.lines.length, digest?.lines[0]], [150, 100, "event 0"]);
    assert.equal(digests.takeDue(2_000), undefined, "it is out");
    digests.add("a", "later", at(2_000, 3_000, true));
    assert.ok(digest);
    digests.putBack({ ...digest, dueMs: 5_000 });
    assert.ok(digests.isFull("a"));
    assert.equal(digests.takeDue(5_000)?.count, 151);
  });

  it("is of so many receivers at most", () => {
    using dir = tempDir();
    const digests = new Digests(dir.path);
    const taken = Array.from({ length: 1_001 }, (_, index) => digests.add(`r${index}`, "event", at(0, 1)));
    assert.deepEqual([taken.indexOf(false), digests.size], [1_000, 1_000]);
    assert.ok(digests.add("r0", "event", at(0, 1)), "who waits already can get more");
  });

  it("outlives a restart, and what is none of it is passed over", async () => {
    using dir = tempDir();
    const digests = new Digests(dir.path);
    digests.add("a", "event", at(7, 9, true));
    await digests.save();
    const next = new Digests(dir.path);
    await next.load();
    assert.deepEqual(next.takeDue(9), {
      receiver: "a",
      lines: ["event"],
      count: 1,
      sinceMs: 7,
      dueMs: 9,
      isOverflow: true,
      tries: 0,
      recorderName: "Haus",
    });
    for (const bad of ["", "{", "null", "[1, null, {}]", '[{"receiver": 1}]']) {
      writeFileSync(dir.join("digests.json"), bad);
      const none = new Digests(dir.path);
      await none.load();
      assert.equal(none.size, 0, bad);
    }
  });
});
