// What becomes of events whose target is there, away, or refuses: what waits, who is told, and when it is tried again.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { NightjarError } from "@nightjar/core";
import { tempDir, waitFor } from "@nightjar/core/testing";
import type { Carrier, UploadFile } from "../src/carriers.ts";
import type { Target, UploadSettings } from "../src/config.ts";
import { UploadDesk } from "../src/upload-desk.ts";
import { uploadError } from "../src/upload-errors.ts";
import { type Job, keyOf, UploadQueue } from "../src/upload-queue.ts";

const running = new AbortController();
const MINUTE_MS = 60_000;

function target(name: string): Target {
  return { name, protocol: "sftp", host: `${name}.example` };
}

/** A desk on a queue in `folder`, with targets that do as they are told. */
async function deskIn(folder: string, settings: Partial<UploadSettings> = {}) {
  const all: UploadSettings = {
    target1: target("Office"),
    target2: target("Cloud"),
    ...{ keepHours: 1, queueEvents: 3, queueMegabytes: 10, stallSeconds: 1 },
    ...settings,
  };
  const asked: string[] = [];
  const logged: string[] = [];
  const said = (level: string) => (message: string) => void logged.push(`${level}: ${message}`);
  const log = { ...{ debug: said("debug"), info: said("info"), notice: said("notice"), warn: said("warn") } };
  const rig = {
    nowMs: 1_774_749_599_000,
    asked,
    logged,
    /** What a target does with a file. */
    put: async (_target: string, _file: UploadFile): Promise<void> => undefined,
    open: async (_target: string): Promise<void> => undefined,
    closed: 0,
  };
  const queue = new UploadQueue(folder, {
    mostJobs: all.queueEvents,
    mostBytes: all.queueMegabytes * 1_000_000,
    mostAgeMs: all.keepHours * 60 * MINUTE_MS,
  });
  await queue.open(rig.nowMs);
  const desk = new UploadDesk({
    settings: all,
    queue,
    log: { ...log, error: said("error"), child: () => log } as never,
    signal: running.signal,
    nowMs: () => rig.nowMs,
    async open({ name }): Promise<Carrier> {
      asked.push(name);
      await rig.open(name);
      return {
        async put(file) {
          await rig.put(name, file);
          asked.push(`${name}/${[...file.folder, file.name].join("/")}`);
        },
        close: () => {
          rig.closed += 1;
        },
      };
    },
  });
  return Object.assign(rig, { desk, queue, take: (job: Job) => desk.take(job, running.signal) });
}

function job(word: string, name = "Office"): Job {
  const file = (ending: string) => ({
    folder: ["gate"],
    name: `${word}.${ending}`,
    bytes: Buffer.from(word),
  });
  return { key: keyOf(word, name), target: name, files: [file("json"), file("jpg")] };
}

const away = (name: string) => uploadError("UNAVAILABLE", name, "it is not reached");

describe("uploads", () => {
  it("are done at once, and nothing of them stays", async () => {
    using dir = tempDir();
    const rig = await deskIn(dir.path);
    assert.deepEqual(await rig.take(job("a")), { note: "Office: 2 files" });
    assert.deepEqual(rig.asked, ["Office", "Office/gate/a.json", "Office/gate/a.jpg"]);
    assert.deepEqual([rig.queue.jobs, rig.closed, rig.logged], [[], 1, []]);
  });

  it("of one moment share a connection", async () => {
    using dir = tempDir();
    const rig = await deskIn(dir.path);
    // The target answers when all of them wait.
    rig.open = async () => void (await waitFor(() => rig.queue.jobs.length === 3));
    await Promise.all(["a", "b", "c"].map((word) => rig.take(job(word))));
    assert.equal(rig.asked.filter((what) => what === "Office").length, 1);
    assert.equal(rig.asked.length, 7);
  });

  it("wait where the target is away, are tried with growing pauses, and told of once", async () => {
    using dir = tempDir();
    const rig = await deskIn(dir.path);
    rig.open = async (name) => {
      throw away(name);
    };
    await assert.rejects(rig.take(job("a")), { code: "NJ_UPLOAD_UNAVAILABLE", kind: "unavailable" });
    // Who comes next is told at once.
    await assert.rejects(rig.take(job("b")), { code: "NJ_UPLOAD_UNAVAILABLE", message: /\(it waits\)/ });
    assert.deepEqual([rig.asked.length, rig.queue.jobs.length], [1, 2]);
    const tries: number[] = [];
    const startMs = rig.nowMs;
    for (let minute = 0; minute < 30; minute += 1) {
      rig.nowMs += MINUTE_MS;
      const before = rig.asked.length;
      await rig.desk.turn();
      await rig.desk.idle();
      if (rig.asked.length > before) tries.push((rig.nowMs - startMs) / MINUTE_MS);
    }
    assert.deepEqual(tries, [1, 2, 7, 22]);
    rig.open = async () => undefined;
    rig.nowMs += 15 * MINUTE_MS;
    await rig.desk.turn();
    await rig.desk.idle();
    assert.deepEqual(rig.queue.jobs, []);
    assert.deepEqual(rig.logged, ["warn: uploads cannot be done and wait", "notice: uploads go on"]);
    // Who asks again hears that it was done, and it is not done twice.
    const done = rig.asked.length;
    assert.deepEqual(await rig.take(job("a")), { note: "Office: 2 files" });
    assert.equal(rig.asked.length, done);
  });

  it("to one target are no trouble of another's", async () => {
    using dir = tempDir();
    const rig = await deskIn(dir.path);
    rig.open = async (name) => {
      if (name === "Office") throw away(name);
    };
    await assert.rejects(rig.take(job("a")));
    await rig.take(job("b", "Cloud"));
    assert.deepEqual(
      rig.queue.jobs.map(({ key }) => key),
      [job("a").key],
    );
  });

  it("go on where they were cut: files that are there are not sent again", async () => {
    using dir = tempDir();
    const rig = await deskIn(dir.path);
    let isCut = true;
    rig.put = async (name, file) => {
      if (isCut && file.name === "a.jpg") throw away(name);
    };
    await assert.rejects(rig.take(job("a")));
    isCut = false;
    rig.nowMs += MINUTE_MS;
    await rig.take(job("a"));
    assert.deepEqual(rig.asked, ["Office", "Office/gate/a.json", "Office", "Office/gate/a.jpg"]);
  });

  it("that a server refuses wait by themselves, and the next one goes past", async () => {
    using dir = tempDir();
    const rig = await deskIn(dir.path);
    rig.put = async (name, file) => {
      if (file.name === "a.json") throw uploadError("REFUSED", name, "it does not like it");
    };
    const [refused, done] = await Promise.allSettled([rig.take(job("a")), rig.take(job("b"))]);
    assert.equal(
      refused.status === "rejected" && (refused.reason as NightjarError).code,
      "NJ_UPLOAD_REFUSED",
    );
    assert.equal(done.status, "fulfilled");
    assert.equal(rig.queue.jobs.length, 1);
    rig.put = async () => undefined;
    rig.nowMs += MINUTE_MS;
    await rig.desk.turn();
    await rig.desk.idle();
    assert.deepEqual(rig.queue.jobs, []);
  });

  it("do not knock again and again with a password that is refused", async () => {
    using dir = tempDir();
    const rig = await deskIn(dir.path);
    rig.open = async (name) => {
      throw uploadError("SIGN_IN", name, "it does not let us in");
    };
    await assert.rejects(rig.take(job("a")), { code: "NJ_UPLOAD_SIGN_IN" });
    rig.nowMs += 4 * MINUTE_MS;
    await rig.desk.turn();
    await rig.desk.idle();
    assert.equal(rig.asked.length, 1);
    // Somebody who tries it is not held up, and what waits goes on when that went well.
    await assert.rejects(rig.desk.test(job("t"), running.signal), { code: "NJ_UPLOAD_SIGN_IN" });
    rig.open = async () => undefined;
    assert.deepEqual(await rig.desk.test(job("t"), running.signal), { note: "Office: 2 files" });
    await rig.desk.turn();
    await rig.desk.idle();
    assert.deepEqual(rig.queue.jobs, []);
  });

  it("are given up oldest first where too much waits, and when they are too old; both is told", async () => {
    using dir = tempDir();
    const rig = await deskIn(dir.path);
    rig.open = async (name) => {
      throw away(name);
    };
    for (const word of ["a", "b", "c", "d", "e"]) await assert.rejects(rig.take(job(word)));
    assert.deepEqual(
      rig.queue.jobs.map(({ key }) => key),
      ["c", "d", "e"].map((word) => job(word).key),
    );
    await assert.rejects(rig.take(job("b")), { code: "NJ_UPLOAD_GIVEN_UP", kind: "failed-precondition" });
    rig.nowMs += 61 * MINUTE_MS;
    await rig.desk.turn();
    await rig.desk.idle();
    assert.deepEqual(rig.queue.jobs, []);
    // Who asks once more hears it, and nothing begins anew.
    await assert.rejects(rig.take(job("c")), { code: "NJ_UPLOAD_GIVEN_UP", message: /waited too long/ });
    assert.deepEqual(rig.queue.jobs, []);
    assert.deepEqual(rig.logged, [
      "warn: uploads cannot be done and wait",
      "warn: too much waits to be uploaded: the oldest is given up",
      "error: uploads were given up: they waited too long",
    ]);
  });

  it("are done after a restart, with nobody waiting", async () => {
    using dir = tempDir();
    const before = await deskIn(dir.path);
    before.open = async (name) => {
      throw away(name);
    };
    await assert.rejects(before.take(job("a")));
    await before.desk.close();
    const after = await deskIn(dir.path);
    await after.desk.turn();
    await after.desk.idle();
    assert.deepEqual(after.asked, ["Office", "Office/gate/a.json", "Office/gate/a.jpg"]);
    assert.deepEqual(after.queue.jobs, []);
  });

  it("end with the plugin: who waits is told, and what was on its way stays kept", async () => {
    using dir = tempDir();
    const rig = await deskIn(dir.path);
    const { promise, resolve } = Promise.withResolvers<void>();
    rig.put = () => promise;
    const taken = rig.take(job("a"));
    await waitFor(() => rig.asked.length > 0);
    const closing = rig.desk.close();
    await assert.rejects(taken, { code: "NJ_UPLOAD_TIMEOUT" });
    resolve();
    await closing;
    assert.ok(rig.closed === 1);
  });

  it("go to no target that there is not", async () => {
    using dir = tempDir();
    const rig = await deskIn(dir.path);
    await assert.rejects(rig.take(job("a", "Home")), { code: "NJ_UPLOAD_TARGET" });
    assert.deepEqual(rig.queue.jobs, []);
  });
});
