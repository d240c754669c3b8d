// Volumes that fail: full, read-only, unmounted, with a disk that loses what was written. Small tmpfs mounts and
// injected system-call errors; each is skipped with a reason where the machine does not allow it.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { silentLog } from "../../core/log.ts";
import { recoverSegment } from "../../core/media/store/recover-segment.ts";
import { initialiseVolume } from "../../core/media/store/volume-marker.ts";
import {
  openVolumeWriter,
  type VolumeEvent,
  type VolumeWriter,
} from "../../core/media/store/volume-writer.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { makeUsualSegment } from "../core/media/mp4/synthetic-segment.ts";
import { temporaryFolder } from "./segment-fixtures.ts";

/** Within so long trouble is noticed. */
const NOTICED_MS = 5_000;
const PATH = "video/yard/main/2026-01-02/03/1-n-1-0.mp4";

function run(command: string, ...parameters: string[]): boolean {
  return spawnSync(command, parameters, { stdio: "ignore" }).status === 0;
}

/** A volume on a tmpfs of its own; undefined, and the test skipped, where mounting is not permitted. */
function mountVolume(context: TestContext, size: string) {
  const folder = temporaryFolder();
  if (!run("mount", "-t", "tmpfs", "-o", `size=${size}`, "none", folder.path)) {
    folder[Symbol.dispose]();
    context.skip("mounting a file system is not permitted here");
    return undefined;
  }
  const events: VolumeEvent[] = [];
  const { marker } = initialiseVolume(folder.path);
  const writer = openVolumeWriter({
    path: folder.path,
    id: marker.id,
    log: silentLog,
    onEvent: (event) => events.push(event),
  });
  context.after(async () => {
    await writer.close();
    run("umount", "-l", folder.path);
    folder[Symbol.dispose]();
  });
  return { path: folder.path, writer, events };
}

function assertNoticed(fromMs: number): void {
  const tookMs = Math.round(performance.now() - fromMs);
  assert.ok(tookMs <= NOTICED_MS, `noticed after ${tookMs} ms`);
}

function appended(writer: VolumeWriter, token: number, bytes: Uint8Array): Promise<string | undefined> {
  return new Promise((resolve) => writer.append(token, [bytes], (error) => resolve(error?.systemCode)));
}

describe("a failing volume", () => {
  it("that is full fails the file with what was whole still in it, and takes files again once there is room", async (context) => {
    const volume = mountVolume(context, "1m");
    if (volume === undefined) return;
    const { path, writer, events } = volume;
    const { open, partEnds } = makeUsualSegment();
    const token = writer.create(PATH, open.subarray(0, partEnds[0]));
    assert.equal(await appended(writer, token, open.subarray(partEnds[0])), undefined);
    await new Promise<void>((resolve) => writer.syncNow(resolve));
    const filler = writer.create("filler", new Uint8Array(700_000));
    assert.equal(await appended(writer, filler, new Uint8Array(0)), undefined);
    assert.equal(await appended(writer, token, new Uint8Array(2_000_000)), "ENOSPC");
    const [failed] = events.filter((event) => event.kind === "failed");
    assert.deepEqual(failed && [failed.token, failed.code, failed.syncedBytes], [
      token,
      "ENOSPC",
      open.length,
    ]);
    assert.equal(statSync(join(path, PATH)).size, open.length, "the half-written part is cut off");
    assert.equal(writer.health, "normal", "a full volume is not a broken one");
    writer.abandon(filler);
    await new Promise<void>((resolve) => writer.remove("filler", () => resolve()));
    assert.equal(recoverSegment(join(path, PATH)).facts?.videoSamples, 40);
    const next = writer.create(PATH.replace("-0.mp4", "-1.mp4"), open);
    assert.equal(await appended(writer, next, new Uint8Array(100)), undefined);
  });

  it("survives a thousand rounds of filling up and deleting", async (context) => {
    const volume = mountVolume(context, "1m");
    if (volume === undefined) return;
    const { path, writer, events } = volume;
    const pathOf = (round: number) => PATH.replace("-0.mp4", `-${round}.mp4`);
    for (let round = 0; round < 1_000; round += 1) {
      const token = writer.create(pathOf(round), Buffer.from("head"));
      assert.equal(await appended(writer, token, new Uint8Array(200_000)), undefined, `round ${round}`);
      writer.abandon(token);
      if (round >= 3) await new Promise<void>((resolve) => writer.remove(pathOf(round - 3), () => resolve()));
    }
    assert.deepEqual(
      events.filter((event) => event.kind === "failed"),
      [],
    );
    assert.equal(readdirSync(join(path, "video/yard/main/2026-01-02/03")).length, 3);
  });

  it("that turns read-only is noticed within five seconds though nothing is written, and again when it is back", async (context) => {
    const volume = mountVolume(context, "1m");
    if (volume === undefined) return;
    const { path, writer } = volume;
    await waitFor(() => writer.stat() !== undefined, { what: "the first probe" });
    assert.ok(run("mount", "-o", "remount,ro", path));
    const fromMs = performance.now();
    await waitFor(() => writer.health === "read-only", { deadlineMs: NOTICED_MS, what: "read-only" });
    assertNoticed(fromMs);
    const token = writer.create(PATH, Buffer.from("x"));
    assert.equal(await appended(writer, token, Buffer.from("x")), "EROFS");
    assert.ok(run("mount", "-o", "remount,rw", path));
    await waitFor(() => writer.health === "normal", { deadlineMs: 15_000, what: "normal" });
  });

  it("that is unmounted is noticed within five seconds, and not written to in the empty folder", async (context) => {
    const volume = mountVolume(context, "1m");
    if (volume === undefined) return;
    const { path, writer } = volume;
    await waitFor(() => writer.stat() !== undefined, { what: "the first probe" });
    assert.ok(run("umount", "-l", path));
    const fromMs = performance.now();
    const token = writer.create(PATH, Buffer.from("x"));
    assert.equal(await appended(writer, token, Buffer.from("x")), "ENODEV");
    await waitFor(() => writer.health === "offline", { deadlineMs: NOTICED_MS, what: "offline" });
    assertNoticed(fromMs);
    assert.deepEqual(readdirSync(path), []);
  });

  it("whose sync fails loses the file at once and for good, though a second sync would succeed", (context) => {
    const traced = traceWriter(context, ["trace=fdatasync", "inject=fdatasync:error=EIO:when=1"]);
    if (traced === undefined) return;
    const { events, second, finished, log } = traced;
    const failed = events.filter((event) => event.kind === "failed");
    assert.deepEqual(
      failed.map((event) => [event.code, event.syncedBytes]),
      [["EIO", 0]],
    );
    assert.deepEqual(
      events.filter((event) => event.kind === "synced"),
      [],
    );
    assert.deepEqual([second, finished], ["EBADF", "EBADF"]);
    assert.equal(log.split("fdatasync(").length - 1, 1, "the sync was not retried");
    assert.ok(events.some((event) => event.kind === "state" && event.status === "error"));
  });
});

describe("a file that is closed", () => {
  it("has its movie box on the disk before the header points to it, and all of it before that is told", (context) => {
    const traced = traceWriter(context, ["trace=write,writev,pwrite64,pwritev,pwritev2,fdatasync"]);
    if (traced === undefined) return;
    assert.deepEqual([traced.second, traced.finished], ["written", "durable"]);
    const steps = stepsOf(traced.log);
    assert.deepEqual(steps.slice(steps.indexOf("write moov begins")), [
      ...["write moov begins", "write moov ends", "sync begins", "sync ends"],
      ...["write P begins", "write P ends", "sync begins", "sync ends"],
      ...["told begins", "told ends"],
    ]);
  });
});

/** What the writer of segment-writer-child.ts did and told, and its system calls; undefined, and the test skipped, without. */
function traceWriter(context: TestContext, expressions: readonly string[]) {
  if (!run("strace", "-V")) {
    context.skip("strace is not installed");
    return undefined;
  }
  using folder = temporaryFolder();
  initialiseVolume(folder.path);
  const log = join(folder.path, "strace.log");
  const child = join(import.meta.dirname, "segment-writer-child.ts");
  const trace = ["-f", "-y", "-o", log, ...expressions.flatMap((expression) => ["-e", expression])];
  let output: string;
  try {
    output = execFileSync("strace", [...trace, process.execPath, child, folder.path], {
      encoding: "utf8",
      timeout: 60_000,
    });
  } catch (error) {
    // Some containers forbid tracing; a child that fails by itself must still fail the test.
    if (!(existsSync(log) && readFileSync(log, "utf8").includes("fdatasync("))) {
      context.skip("system calls cannot be traced here");
      return undefined;
    }
    throw error;
  }
  const told = JSON.parse(output) as { events: VolumeEvent[]; second: string; finished: string };
  return { ...told, log: readFileSync(log, "utf8") };
}

/** Begins and ends of the calls that concern the file, in their order, and those by which the child tells its outcome. */
function stepsOf(log: string): string[] {
  const steps: string[] = [];
  /** What a thread does that has not come back from it. */
  const underway = new Map<string, string>();
  for (const line of log.split("\n")) {
    const [, pid = "", call = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const resumed = call.startsWith("<...");
    const step = resumed ? underway.get(pid) : stepOf(call);
    if (resumed) underway.delete(pid);
    if (step === undefined) continue;
    if (!resumed) steps.push(`${step} begins`);
    if (call.endsWith("<unfinished ...>")) underway.set(pid, step);
    else steps.push(`${step} ends`);
  }
  return steps;
}

function stepOf(call: string): string | undefined {
  if (call.includes(PATH)) {
    if (call.startsWith("fdatasync(")) return "sync";
    return `write ${/"([^"]*)"/.exec(call)?.[1]}`;
  }
  return call.startsWith("write(1<") ? "told" : undefined;
}
