import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SyncRounds, type TrackedFile } from "../../../../core/media/store/sync-rounds.ts";
import type { VolumeEvent } from "../../../../core/media/store/volume-events.ts";
import type { SyncOutcome, SyncTask } from "../../../../core/media/store/volume-messages.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";

function tracked(token: number, changes: Partial<TrackedFile> = {}): TrackedFile {
  return {
    token,
    path: `${token}.mp4`,
    firstBytes: 0,
    descriptor: 100 + token,
    written: 10,
    synced: 0,
    dirtySinceMs: 1_000,
    directories: new Set<string>(),
    fault: undefined,
    users: 0,
    closing: false,
    ...changes,
  };
}

function start() {
  const clock = new FakeClock();
  const events: VolumeEvent[] = [];
  const jobs: {
    tasks: readonly SyncTask[];
    onDone: (outcomes: readonly SyncOutcome[]) => void;
    onStart: () => void;
  }[] = [];
  const released: number[] = [];
  /** False: the threads are busy with other things. */
  const threads = { free: true };
  const rounds = new SyncRounds({
    pool: {
      run: (tasks, onDone, { onStart = () => undefined } = {}) => {
        jobs.push({ tasks, onDone, onStart });
        if (threads.free) onStart();
      },
    },
    clock,
    emit: (event) => events.push(event),
    onFault: (file, fault) => {
      file.fault = fault;
    },
    onReleased: (file) => released.push(file.token),
  });
  const answer = (faults: Record<string, string> = {}) => {
    for (const { tasks, onDone } of jobs.splice(0)) {
      onDone(
        tasks.map((task) => {
          const code = faults[task.kind === "file" ? task.token : "path" in task ? task.path : ""];
          return code === undefined ? {} : { fault: { code, message: code } };
        }),
      );
    }
  };
  const askedMs = new Map<number, number>();
  /**
   * Ticks as the writer does, with the files written to all the time. A round is answered after `roundMs` times the
   * seconds that all files together are written to for what it holds: 1000 is a disk at its limit.
   */
  const run = (seconds: number, files: readonly TrackedFile[], roundMs: number) => {
    let untilMs = Number.POSITIVE_INFINITY;
    for (let step = 0; step < seconds * 4; step += 1) {
      clock.advance(250);
      const nowMs = clock.monotonicMs();
      for (const file of files) {
        file.written += 10;
        file.dirtySinceMs ??= nowMs;
      }
      if (nowMs >= untilMs) {
        answer();
        untilMs = Number.POSITIVE_INFINITY;
      }
      rounds.tick(files);
      if (jobs.length === 0 || untilMs !== Number.POSITIVE_INFINITY) continue;
      let share = 0;
      for (const token of tokensOf(jobs)) {
        share += (nowMs - (askedMs.get(token) ?? nowMs - 1_000)) / 1_000 / files.length;
        askedMs.set(token, nowMs);
      }
      untilMs = nowMs + share * roundMs;
    }
  };
  const slow = () => events.flatMap((event) => (event.kind === "slow" ? [event.ms] : []));
  return { clock, events, jobs, released, rounds, answer, run, slow, threads };
}

const tokensOf = (jobs: readonly { readonly tasks: readonly SyncTask[] }[]): number[] =>
  jobs.flatMap(({ tasks }) => tasks.flatMap((task) => (task.kind === "file" ? [task.token] : [])));

describe("sync rounds", () => {
  it("begin every second and hold a fifth of the files, the longest unsynced first, each directory once", () => {
    const { clock, jobs, rounds, answer } = start();
    const files = Array.from({ length: 10 }, (_, index) => tracked(index, { dirtySinceMs: 900 - index }));
    files.push(tracked(10, { synced: 10 }), tracked(11, { descriptor: undefined }));
    files[9]?.directories.add("/v/a").add("/v");
    files[8]?.directories.add("/v/a");
    clock.advance(900);
    rounds.tick(files);
    assert.equal(jobs.length, 0);
    clock.advance(100);
    rounds.tick(files);
    assert.deepEqual(
      jobs
        .flatMap((job) => job.tasks)
        .map((task) =>
          task.kind === "file" ? task.token : task.kind === "directory" ? task.path : task.kind,
        ),
      [9, 8, "/v/a", "/v"],
    );
    answer();
    clock.advance(1_000);
    rounds.tick(files);
    assert.deepEqual(tokensOf(jobs), [7, 6]);
  });

  it("sync every file every five seconds, however many there are, and a lone one every second", () => {
    for (const count of [1, 4, 64, 256]) {
      const { clock, jobs, rounds, answer, events } = start();
      const files = Array.from({ length: count }, (_, token) => tracked(token));
      const synced = new Map<number, number[]>();
      for (let second = 1; second <= 21; second += 1) {
        clock.advance(1_000);
        for (const file of files) {
          file.written += 10;
          file.dirtySinceMs ??= clock.monotonicMs();
        }
        rounds.tick(files);
        for (const token of tokensOf(jobs)) synced.set(token, [...(synced.get(token) ?? []), second]);
        answer();
      }
      assert.equal(synced.size, count);
      for (const seconds of synced.values()) {
        for (const [index, second] of seconds.entries()) assert.ok(second - (seconds[index - 1] ?? 0) <= 6);
      }
      const [first = []] = synced.values();
      assert.ok(first.length >= 4 && first.length <= (count === 1 ? 21 : 6), `${count}: ${first.length}`);
      assert.ok(events.every((event) => event.kind !== "slow"));
    }
  });

  it("count as durable only what was written when they began", () => {
    const { events, rounds, answer } = start();
    const file = tracked(1, { directories: new Set(["/v"]) });
    rounds.start([file]);
    file.written = 25;
    file.directories.add("/new");
    answer();
    assert.deepEqual(events[0], { kind: "synced", token: 1, bytes: 10 });
    assert.deepEqual([file.synced, [...file.directories]], [10, ["/new"]]);
  });

  it("spread many files over jobs", () => {
    const { jobs, rounds } = start();
    rounds.start(Array.from({ length: 30 }, (_, index) => tracked(index)));
    assert.equal(jobs.length, 4);
  });

  it("never sync again a file that failed, and let the others be", () => {
    const { clock, events, jobs, rounds, answer } = start();
    const files = [tracked(1), tracked(2)];
    rounds.start(files);
    answer({ 1: "EIO" });
    assert.equal(files[0]?.fault?.code, "EIO");
    assert.equal(files[0]?.synced, 0);
    assert.deepEqual(
      events.filter((event) => event.kind === "synced").map((event) => event.token),
      [2],
    );
    for (const file of files) {
      file.written += 5;
      file.dirtySinceMs = clock.monotonicMs();
    }
    clock.advance(1_000);
    rounds.tick(files);
    assert.deepEqual(
      jobs.flatMap((job) => job.tasks).map((task) => task.kind === "file" && task.token),
      [2],
    );
  });

  it("fail the files whose directory cannot be synced", () => {
    const { rounds, answer } = start();
    const files = [tracked(1, { directories: new Set(["/v/a"]) }), tracked(2)];
    rounds.start(files);
    answer({ "/v/a": "EIO" });
    assert.deepEqual(
      files.map((file) => file.fault?.code),
      ["EIO", undefined],
    );
  });

  it("hold a file's descriptor until the last job with it is done", () => {
    const { jobs, released, rounds } = start();
    const file = tracked(1);
    let finished = false;
    rounds.start([file]);
    rounds.syncNow(file, () => {
      finished = true;
    });
    jobs[1]?.onDone([{}]);
    assert.deepEqual([finished, released], [true, []]);
    jobs[0]?.onDone([{}]);
    assert.deepEqual(released, [1]);
  });
});

describe("a slow disk", () => {
  const four = () => [1, 2, 3, 4].map((token) => tracked(token));

  it("is told of within four and a half seconds of becoming slow, at whatever moment that is", () => {
    for (let offset = 0; offset < 4; offset += 1) {
      const { clock, run, slow } = start();
      const files = four();
      run(10 + offset / 4, files, 0);
      assert.deepEqual(slow(), []);
      const atMs = clock.monotonicMs();
      while (slow().length === 0 && clock.monotonicMs() - atMs < 20_000) run(0.25, files, 60_000);
      assert.ok(clock.monotonicMs() - atMs <= 4_500, `${clock.monotonicMs() - atMs} ms`);
    }
  });

  it("is told of again every second while it lasts, and once when the round ends; the next begins at once", () => {
    const { clock, slow, events, jobs, rounds, answer } = start();
    const file = tracked(1);
    rounds.start([file]);
    for (let step = 0; step < 22; step += 1) {
      clock.advance(250);
      rounds.tick([file]);
    }
    assert.deepEqual(slow(), [3_000, 4_000, 5_000]);
    answer();
    assert.deepEqual(events.slice(-2), [
      { kind: "round", ms: 5_500, files: 1 },
      { kind: "slow", ms: 5_500 },
    ]);
    file.written += 1;
    file.dirtySinceMs = clock.monotonicMs();
    clock.advance(250);
    rounds.tick([file]);
    assert.equal(jobs.length, 1);
  });

  it("is not one that is busy: nine tenths of what it can take, for ever", () => {
    for (const count of [1, 4, 64]) {
      const { run, slow } = start();
      run(
        300,
        Array.from({ length: count }, (_, token) => tracked(token)),
        900,
      );
      assert.deepEqual(slow(), [], `${count} files`);
    }
  });

  it("is one that falls behind: what it can take is a fifth too little", () => {
    const { run, slow } = start();
    run(
      60,
      Array.from({ length: 64 }, (_, token) => tracked(token)),
      1_250,
    );
    assert.ok(slow().length > 0);
  });

  it("is one whose rounds are short and late", () => {
    const { clock, events, rounds, slow } = start();
    const files = Array.from({ length: 50 }, (_, token) => tracked(token));
    clock.advance(11_000);
    rounds.tick(files);
    for (let step = 0; step < 4; step += 1) {
      assert.deepEqual(slow(), []);
      clock.advance(250);
      rounds.tick(files);
    }
    assert.deepEqual(slow(), [7_000]);
    assert.equal(events.length, 1);
  });

  it("takes no more than two seconds' share to catch up after a pause, so that its rounds stay short", () => {
    const { clock, jobs, rounds } = start();
    const files = Array.from({ length: 50 }, (_, token) => tracked(token));
    clock.advance(9_000);
    rounds.tick(files);
    assert.equal(tokensOf(jobs).length, 20);
  });

  it("is not an overloaded machine: a pause of this process is not held against it", () => {
    const { clock, slow, rounds, answer } = start();
    const file = tracked(1, { dirtySinceMs: 1_000 });
    rounds.start([file]);
    clock.advance(6_000);
    rounds.tick([file]);
    answer();
    assert.deepEqual(slow(), []);
  });

  it("is not one whose threads are busy deleting", () => {
    const { clock, slow, rounds, threads, jobs } = start();
    threads.free = false;
    const file = tracked(1);
    rounds.start([file]);
    for (let step = 0; step < 20; step += 1) {
      clock.advance(250);
      rounds.tick([file]);
    }
    assert.deepEqual(slow(), []);
    jobs[0]?.onStart();
    for (let step = 0; step < 12; step += 1) {
      clock.advance(250);
      rounds.tick([file]);
    }
    assert.equal(slow().length, 1);
  });
});
