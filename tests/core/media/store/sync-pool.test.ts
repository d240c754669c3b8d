// The sync threads of a volume: how many there are.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { SyncPool } from "../../../../core/media/store/sync-pool.ts";
import type { SyncTask } from "../../../../core/media/store/volume-messages.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";

const LONG_MS = 1_000;
const PROBE: SyncTask = { kind: "probe", id: undefined, write: false };

function start(volumePath: string) {
  const clock = new FakeClock();
  const data = { volumePath, volumeId: undefined };
  const pool = new SyncPool({ data, clock, onThreadLost: (error) => assert.fail(String(error)) });
  const done: string[] = [];
  const run = (name: string, task: SyncTask) => pool.run([task], () => done.push(name));
  return { clock, pool, done, run, [Symbol.asyncDispose]: () => pool.close() };
}

describe("sync threads", () => {
  it("are one where that one only takes its time to start", async () => {
    using folder = tempDir();
    await using threads = start(folder.path);
    const { clock, pool, done, run } = threads;
    run("first", PROBE);
    clock.advance(LONG_MS);
    run("second", PROBE);
    assert.equal(pool.threads, 1);
    await waitFor(() => done.length === 2, { deadlineMs: 30_000, what: "both answers" });
    assert.deepEqual([pool.threads, ...done], [1, "first", "second"]);
  });

  it("are more as soon as a disk keeps one busy", { skip: process.platform === "win32" }, async () => {
    using folder = tempDir();
    await using threads = start(folder.path);
    const { clock, pool, done, run } = threads;
    run("warm", PROBE);
    await waitFor(() => done.length === 1, { deadlineMs: 30_000, what: "the first answer" });
    const pipe = join(folder.path, "pipe");
    execFileSync("mkfifo", [pipe]);
    // Who opens a pipe that nobody writes to waits inside the kernel, as on a disk that does not answer.
    run("hung", { kind: "text", id: undefined, path: "pipe" });
    clock.advance(LONG_MS);
    run("other", PROBE);
    assert.equal(pool.threads, 2);
    await waitFor(() => done.includes("other"), { deadlineMs: 30_000, what: "the other thread's answer" });
    closeSync(openSync(pipe, "r+"));
    await waitFor(() => done.includes("hung"), { deadlineMs: 30_000, what: "the pipe's end" });
  });
});
