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
  const jobs: { tasks: readonly SyncTask[]; onDone: (outcomes: readonly SyncOutcome[]) => void }[] = [];
  const released: number[] = [];
  const rounds = new SyncRounds({
    pool: { run: (tasks, onDone) => jobs.push({ tasks, onDone }) },
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
  return { clock, events, jobs, released, rounds, answer };
}

describe("sync rounds", () => {
  it("begin every five seconds and hold all files written since, each directory once", () => {
    const { clock, jobs, rounds } = start();
    const files = [
      tracked(1, { directories: new Set(["/v/a", "/v"]) }),
      tracked(2, { directories: new Set(["/v/a"]) }),
      tracked(3, { synced: 10 }),
      tracked(4, { descriptor: undefined }),
    ];
    clock.advance(4_900);
    rounds.tick(files);
    assert.equal(jobs.length, 0);
    clock.advance(100);
    rounds.tick(files);
    const tasks = jobs.flatMap((job) => job.tasks);
    assert.deepEqual(
      tasks.map((task) =>
        task.kind === "file" ? task.token : task.kind === "directory" ? task.path : task.kind,
      ),
      [1, 2, "/v/a", "/v"],
    );
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
    for (const file of files) file.written += 5;
    clock.advance(5_000);
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

  it("tell when one takes longer than five seconds, while it lasts and at its end, and the next begins at once", () => {
    const { clock, events, jobs, rounds, answer } = start();
    const file = tracked(1);
    rounds.start([file]);
    for (let step = 0; step < 14; step += 1) {
      clock.advance(500);
      rounds.tick([file]);
    }
    assert.deepEqual(
      events,
      [5_000, 6_000, 7_000].map((ms) => ({ kind: "slow", ms })),
    );
    answer();
    assert.deepEqual(events.slice(-2), [
      { kind: "round", ms: 7_000, files: 1 },
      { kind: "slow", ms: 7_000 },
    ]);
    file.written += 1;
    clock.advance(500);
    rounds.tick([file]);
    assert.equal(jobs.length, 1);
  });
});
