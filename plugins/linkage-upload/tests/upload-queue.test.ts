// What waits on the recorder's own disk: whole or not at all, in order, bounded, and there after a restart.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { tempDir } from "@nightjar/core/testing";
import { type Job, keyOf, type QueueBounds, UploadQueue } from "../src/upload-queue.ts";

const BOUNDS: QueueBounds = { mostJobs: 3, mostBytes: 100_000, mostAgeMs: 3_600_000 };
const START_MS = 1_774_749_599_000;

function job(word: string, bytes = 10): Job {
  return {
    key: keyOf(word),
    target: "Office",
    files: [{ folder: ["Home", "gate"], name: `${word}.jpg`, bytes: Buffer.alloc(bytes, word) }],
  };
}

async function queueIn(folder: string, bounds = BOUNDS): Promise<UploadQueue> {
  const queue = new UploadQueue(folder, bounds);
  await queue.open(START_MS);
  return queue;
}

describe("what waits to be uploaded", () => {
  it("is there after a restart, byte for byte and in its order, though the clock was set back", async () => {
    using dir = tempDir();
    const before = await queueIn(dir.path);
    for (const [index, word] of ["a", "b", "c"].entries())
      await before.add(job(word), START_MS - index * 5_000);
    const after = await queueIn(dir.path);
    assert.deepEqual(after.jobs, before.jobs);
    assert.deepEqual(
      await Promise.all(after.jobs.map((one) => after.read(one))),
      ["a", "b", "c"].map((word) => job(word)),
    );
    assert.ok(after.has(keyOf("b")) && !after.has(keyOf("d")));
  });

  it("is there where the clock stands earlier than when it was kept, and goes when it is done", async () => {
    using dir = tempDir();
    await (await queueIn(dir.path)).add(job("a"), START_MS + 60_000);
    const after = await queueIn(dir.path);
    const [one] = after.jobs;
    assert.ok(one);
    assert.deepEqual(await after.read(one), job("a"));
    await after.remove(one);
    assert.deepEqual(readdirSync(dir.join("queue")), []);
  });

  it("makes room by its oldest, by count and by bytes, and says whose", async () => {
    using dir = tempDir();
    const queue = await queueIn(dir.path);
    for (const word of ["a", "b", "c"]) assert.deepEqual(await queue.add(job(word), START_MS), []);
    assert.deepEqual(
      (await queue.add(job("d"), START_MS)).map(({ key }) => key),
      [keyOf("a")],
    );
    // Base64 makes four thirds of it.
    assert.deepEqual(
      (await queue.add(job("e", 60_000), START_MS)).map(({ key }) => key),
      [keyOf("b")],
    );
    assert.deepEqual(
      (await queue.add(job("f", 60_000), START_MS)).map(({ key }) => key),
      [...[keyOf("c"), keyOf("d"), keyOf("e")]],
    );
    assert.equal(readdirSync(dir.join("queue")).length, 1);
  });

  it("is given up when it has waited too long", async () => {
    using dir = tempDir();
    const queue = await queueIn(dir.path);
    await queue.add(job("a"), START_MS);
    await queue.add(job("b"), START_MS + 1_000);
    assert.deepEqual(await queue.removeOld(START_MS + BOUNDS.mostAgeMs), []);
    const old = await queue.removeOld(START_MS + BOUNDS.mostAgeMs + 1);
    assert.deepEqual(
      old.map(({ key }) => key),
      [keyOf("a")],
    );
    assert.deepEqual(
      queue.jobs.map(({ key }) => key),
      [keyOf("b")],
    );
  });

  it("is nothing that was cut while it was written, and leads to no other place", async () => {
    using dir = tempDir();
    const queue = await queueIn(dir.path);
    await queue.add(job("a"), START_MS);
    const [name = ""] = readdirSync(dir.join("queue"));
    const whole = readFileSync(dir.join("queue", name), "utf8");
    writeFileSync(dir.join("queue", `${name}.new`), "{");
    writeFileSync(dir.join("queue", "notes.txt"), "mine");
    const after = await queueIn(dir.path);
    assert.deepEqual(readdirSync(dir.join("queue")).sort(), [name, "notes.txt"]);
    const [one] = after.jobs;
    assert.ok(one);
    for (const text of [
      whole.slice(0, 40),
      whole.replace('"version":1', '"version":2'),
      whole.replace('"gate"', '".."'),
      whole.replace('"gate"', '"a/b"'),
      whole.replace("a.jpg", "../a.jpg"),
      whole.replace("Office", "Other"),
    ]) {
      writeFileSync(dir.join("queue", name), text);
      assert.equal(await after.read(one), undefined, text);
    }
  });

  it("is not kept where the disk does not take it", async () => {
    using dir = tempDir();
    const queue = new UploadQueue(dir.join("none"), BOUNDS);
    await assert.rejects(queue.add(job("a"), START_MS), { code: "ENOENT" });
    assert.deepEqual(queue.jobs, []);
  });
});
