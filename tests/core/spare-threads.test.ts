import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { SpareThreads } from "../../core/spare-threads.ts";

const start = (): Worker =>
  new Worker('require("node:worker_threads").parentPort.on("message", () => {})', { eval: true });

/** What keeps the process alive, of threads. */
const ports = (): number =>
  process.getActiveResourcesInfo().filter((resource) => resource === "MessagePort").length;

describe("threads that wait for the next one to need them", () => {
  it("are taken again, and keep the process alive only while they are taken", async () => {
    const before = ports();
    const threads = new SpareThreads(start, 1);
    const first = threads.take();
    threads.giveBack(first);
    assert.equal(ports(), before);
    assert.equal(threads.take(), first);
    assert.ok(ports() > before);
    assert.equal(first.listenerCount("exit"), 0);
    await first.terminate();
  });

  it("end where enough wait", async () => {
    const threads = new SpareThreads(start, 1);
    const [first, second] = [threads.take(), threads.take()];
    const ended = once(second, "exit");
    threads.giveBack(first);
    threads.giveBack(second);
    await ended;
    assert.equal(threads.take(), first);
    await first.terminate();
  });

  it("are not given out when they ended meanwhile", async () => {
    const threads = new SpareThreads(start, 1);
    const first = threads.take();
    threads.giveBack(first);
    await first.terminate();
    const second = threads.take();
    assert.notEqual(second, first);
    await second.terminate();
  });

  it("end when nobody needs them for five seconds", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const threads = new SpareThreads(start, 1);
    const first = threads.take();
    threads.giveBack(first);
    const ended = once(first, "exit");
    context.mock.timers.tick(5_000);
    first.ref();
    await ended;
  });
});
