import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { after, afterEach, describe, it } from "node:test";
import type { Clock } from "../../../../core/clock.ts";
import type { VolumeId } from "../../../../core/domain/ids.ts";
import { silentLog } from "../../../../core/log.ts";
import { checksumBox } from "../../../../core/media/mp4/checksum-box.ts";
import { inspectSegment } from "../../../../core/media/store/recover-segment.ts";
import { initialiseVolume } from "../../../../core/media/store/volume-marker.ts";
import {
  openVolumeWriter,
  type VolumeEvent,
  type VolumeWriteError,
  type VolumeWriter,
} from "../../../../core/media/store/volume-writer.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";
import { makeUsualSegment } from "../mp4/synthetic-segment.ts";

const PATH = "video/yard/main/2026-01-02/03/1-n-1-0.mp4";
const volume = tempDir("nightjar-writer-");
const writers: VolumeWriter[] = [];
let folders = 0;

function start(id?: VolumeId, clock?: Clock) {
  const root = volume.join(`${folders++}`);
  const marker = initialiseVolume(root).marker;
  const events: VolumeEvent[] = [];
  const writer = openVolumeWriter({
    path: root,
    id: id ?? marker.id,
    log: silentLog,
    ...(clock === undefined ? {} : { clock }),
    onEvent: (event) => events.push(event),
  });
  writers.push(writer);
  return { root, writer, events, file: `${root}/${PATH}` };
}

/** How much room there is may be told at any moment. */
const isSynced = ({ kind }: VolumeEvent): boolean => kind === "synced";

function shared(text: string): Buffer {
  const bytes = Buffer.from(new SharedArrayBuffer(text.length));
  bytes.write(text);
  return bytes;
}

function done(
  act: (onDone: (error?: VolumeWriteError) => void) => void,
): Promise<VolumeWriteError | undefined> {
  return new Promise((resolve) => act(resolve));
}

after(() => volume.remove());
afterEach(async () => {
  for (const writer of writers.splice(0)) await writer.close();
});

describe("volume writer", () => {
  it("reports within five seconds that its thread hangs, and that it is back, without being stopped itself", async () => {
    const clock = new FakeClock();
    const { root, writer, events } = start(undefined, clock);
    await waitFor(() => writer.stat() !== undefined, { what: "the first probe" });
    // Opening a pipe that nobody reads blocks the thread as a hung disk would.
    execFileSync("mkfifo", [`${root}/locks.jsonl.new`]);
    const written = done((onDone) => writer.writeText("locks.jsonl", "", onDone));
    const token = writer.create(PATH, Buffer.from("a"));
    const appended = done((onDone) => writer.append(token, [Buffer.from("b")], onDone));
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(3_500);
    assert.equal(writer.health, "normal");
    clock.advance(1_000);
    assert.equal(writer.health, "offline");
    assert.match(
      events.flatMap((event) => (event.kind === "state" ? event.message : [])).join(),
      /not answered for 4 s/,
    );
    readFileSync(`${root}/locks.jsonl.new`);
    await written;
    assert.equal(await appended, undefined, "what waited is written as soon as the disk is back");
    await waitFor(
      () => {
        clock.advance(500);
        return writer.health === "normal";
      },
      { what: "the return to normal" },
    );
  });

  it("creates folders and file, and appends pieces of shared and own memory in order", async () => {
    const { writer, file } = start();
    const slab = shared("abcdefghij");
    const token = writer.create(PATH, Buffer.from("head-"));
    const own = Buffer.from("own");
    const first = done((onDone) =>
      writer.append(token, [own, slab.subarray(0, 3), slab.subarray(3, 5), slab.subarray(8)], onDone),
    );
    own.fill(0);
    const second = done((onDone) => writer.append(token, [Buffer.from("!"), slab.subarray(0, 1)], onDone));
    assert.deepEqual([await first, await second], [undefined, undefined]);
    assert.equal(readFileSync(file, "utf8"), "head-ownabcdeij!a");
  });

  it("appends more pieces than one system call takes", async () => {
    const { writer, file } = start();
    const token = writer.create(PATH, new Uint8Array(0));
    const pieces = Array.from({ length: 1_500 }, (_, index) => shared(`${index};`));
    assert.equal(await done((onDone) => writer.append(token, pieces, onDone)), undefined);
    assert.equal(
      readFileSync(file, "utf8"),
      Array.from({ length: 1_500 }, (_, index) => `${index};`).join(""),
    );
  });

  it("syncs what was written in a round, and tells how far", async () => {
    const { writer, events } = start();
    const token = writer.create(PATH, Buffer.from("12345"));
    await done((onDone) => writer.append(token, [Buffer.from("678")], onDone));
    await done((onDone) => writer.syncNow(onDone));
    assert.deepEqual(events.filter(isSynced), [{ kind: "synced", token, bytes: 8 }]);
    await done((onDone) => writer.syncNow(onDone));
    assert.equal(events.filter((event) => event.kind === "round").length, 1, "nothing new needs no round");
  });

  it("finishes a recording: the file is closed, durable and byte for byte what the muxer meant", async () => {
    const { writer, file, events } = start();
    const { open, closed, end, partEnds } = makeUsualSegment();
    const token = writer.create(PATH, open.subarray(0, partEnds[0]));
    writer.append(token, [open.subarray(partEnds[0])], assert.ifError);
    assert.equal(await done((onDone) => writer.finish(token, end, onDone)), undefined);
    assert.deepEqual(readFileSync(file), Buffer.from(closed));
    assert.deepEqual(events.findLast(isSynced), { kind: "synced", token, bytes: closed.length });
    assert.equal(writer.openFiles, 0);
    const late = await done((onDone) => writer.append(token, [Buffer.from("x")], onDone));
    assert.equal(late?.systemCode, "EBADF");
  });

  it("ends a file with its checksum where that is wanted, whatever was moved and corrected before", async () => {
    const { writer, file, events } = start();
    const { open, closed, end, partEnds } = makeUsualSegment();
    const token = writer.create("pre-record/one.mp4", open.subarray(0, partEnds[0]), true);
    const middle = partEnds[1] as number;
    const sharedPart = Buffer.from(new SharedArrayBuffer(middle - (partEnds[0] as number)));
    sharedPart.set(open.subarray(partEnds[0], middle));
    writer.append(token, [sharedPart], assert.ifError);
    writer.move(token, PATH, { bytes: open.subarray(32, 220), offset: 32 }, assert.ifError);
    writer.append(token, [open.subarray(middle, middle + 7), open.subarray(middle + 7)], assert.ifError);
    const sha256 = await new Promise((resolve) =>
      writer.finish(token, end, (error, sum) => resolve(error ?? sum)),
    );
    const expected = createHash("sha256").update(closed.subarray(236)).digest();
    assert.equal(sha256, expected.toString("hex"));
    const bytes = readFileSync(file);
    assert.deepEqual(bytes, Buffer.concat([closed, checksumBox(expected)]));
    assert.deepEqual(events.findLast(isSynced), { kind: "synced", token, bytes: bytes.length });
    const inspection = inspectSegment(file, { measure: true });
    assert.equal(inspection.state, "closed");
    assert.equal(inspection.facts?.sha256, sha256);
    assert.equal(inspection.measuredSha256, sha256);
  });

  it("never overwrites a file, and refuses what is appended to one that could not be created", async () => {
    const { writer, file, events } = start();
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "precious");
    const token = writer.create(PATH, Buffer.from("new"));
    const error = await done((onDone) => writer.append(token, [Buffer.from("x")], onDone));
    assert.equal(error?.systemCode, "EEXIST");
    assert.equal(readFileSync(file, "utf8"), "precious");
    const failed = events.filter((event) => event.kind === "failed");
    assert.deepEqual(
      failed.map((event) => [event.token, event.code, event.syncedBytes]),
      [[token, "EEXIST", 0]],
    );
    assert.equal(writer.health, "normal", "a name that is taken says nothing about the disk");
  });

  it("does not end before it has told of each file that it removes", async () => {
    const { root, writer } = start();
    const paths = Array.from({ length: 64 }, (_, index) => PATH.replace("1-n", `${index + 1}-n`)).sort();
    mkdirSync(dirname(`${root}/${PATH}`), { recursive: true });
    for (const path of paths) writeFileSync(`${root}/${path}`, "picture");
    const told: string[] = [];
    await new Promise<void>((resolve) => {
      for (const path of paths)
        writer.remove(path, () => {
          told.push(path);
          resolve();
        });
    });
    await writer.close(10_000);
    const gone = paths.filter((path) => !existsSync(`${root}/${path}`));
    // Several threads answer in the order in which they are done.
    assert.deepEqual(gone, told.sort());
    assert.deepEqual(gone, paths);
  });

  it("removes files and the folders that become empty, and writes there again", async () => {
    const { root, writer, file } = start();
    const other = PATH.replace("1-n", "2-n");
    const tokens = [writer.create(PATH, Buffer.from("a")), writer.create(other, Buffer.from("b"))];
    for (const token of tokens)
      assert.equal(await done((onDone) => writer.append(token, [], onDone)), undefined);
    for (const token of tokens) writer.abandon(token);
    assert.equal(await done((onDone) => writer.remove(PATH, onDone)), undefined);
    assert.deepEqual([existsSync(file), existsSync(`${root}/${other}`)], [false, true]);
    const both = [other, "video/yard/main/2026-01-02/03/absent.mp4"];
    const errors = await Promise.all(both.map((path) => done((onDone) => writer.remove(path, onDone))));
    assert.deepEqual(errors, [undefined, undefined], "what is gone already is as good as removed");
    assert.equal(existsSync(`${root}/video/yard/main/2026-01-02`), false);
    assert.equal(existsSync(`${root}/video/yard/main`), true);
    const token = writer.create(PATH, Buffer.from("again"));
    assert.equal(await done((onDone) => writer.append(token, [], onDone)), undefined);
    assert.equal(readFileSync(file, "utf8"), "again");
  });

  it("recovers an abandoned file on request", async () => {
    const { writer } = start();
    const { open } = makeUsualSegment();
    const token = writer.create(PATH, open.subarray(0, open.length - 1));
    await done((onDone) => writer.append(token, [], onDone));
    writer.abandon(token);
    const result = await new Promise((resolve) => {
      writer.recover(PATH, (error, recovery) => resolve(error ?? recovery?.facts?.videoSamples));
    });
    assert.equal(result, 30);
    const missing = await new Promise((resolve) =>
      writer.recover("video/none.mp4", (error) => resolve(error?.systemCode)),
    );
    assert.equal(missing, "ENOENT");
  });

  it("replaces small text files", async () => {
    const { root, writer } = start();
    assert.equal(await done((onDone) => writer.writeText("locks.jsonl", "one\n", onDone)), undefined);
    assert.equal(await done((onDone) => writer.writeText("locks.jsonl", "two\n", onDone)), undefined);
    assert.equal(readFileSync(`${root}/locks.jsonl`, "utf8"), "two\n");
    assert.equal(existsSync(`${root}/locks.jsonl.new`), false);
  });

  it("tells free space, and notices another volume in its place", async () => {
    const { writer, events } = start("00000000-0000-4000-8000-000000000000" as VolumeId);
    await waitFor(() => writer.health === "mismatch", { what: "the mismatch" });
    assert.match(
      events.flatMap((event) => (event.kind === "state" ? event.message : [])).join(),
      /another volume/,
    );
    const right = start();
    await waitFor(() => right.writer.stat() !== undefined, { what: "the free space" });
    assert.ok((right.writer.stat()?.totalBytes ?? 0) > (right.writer.stat()?.freeBytes ?? 0));
  });

  it("writes nothing to the mount point of a pulled disk, from its first file on, and goes on when the disk is back", async () => {
    const { root, writer, events } = start();
    const put = async (path: string) => {
      const token = writer.create(path, Buffer.from("a"));
      const error = await done((onDone) => writer.append(token, [Buffer.from("b")], onDone));
      return error?.systemCode;
    };
    // What a pulled disk leaves: an empty folder of the same name.
    renameSync(root, `${root}-pulled`);
    mkdirSync(root);
    assert.equal(await put(PATH), "ENODEV");
    const text = await done((onDone) => writer.writeText("locks.jsonl", "lost", onDone));
    assert.equal(text?.systemCode, "ENODEV");
    assert.deepEqual(readdirSync(root), []);
    assert.ok(events.some((event) => event.kind === "state" && event.status === "offline"));
    rmdirSync(root);
    renameSync(`${root}-pulled`, root);
    assert.equal(await put(PATH), undefined);
    // Pulled again, after the volume had been found once.
    renameSync(root, `${root}-pulled`);
    mkdirSync(root);
    assert.equal(await put(PATH.replace("1-n", "2-n")), "ENODEV");
    assert.deepEqual(readdirSync(root), []);
  });

  it("writes no file to another volume in its place", async () => {
    const { root, writer } = start("00000000-0000-4000-8000-000000000000" as VolumeId);
    const token = writer.create(PATH, Buffer.from("a"));
    const error = await done((onDone) => writer.append(token, [Buffer.from("b")], onDone));
    assert.equal(error?.systemCode, "NJ_MISMATCH");
    assert.equal(existsSync(`${root}/video`), false);
  });

  it("moves an open file, corrects it there, and goes on with it; the new name is synced", async () => {
    const { root, writer, file, events } = start();
    const token = writer.create("pre-record/one.mp4", Buffer.from("head"));
    await done((onDone) => writer.append(token, [Buffer.from("-first")], onDone));
    await done((onDone) => writer.syncNow(onDone));
    const moved = done((onDone) => writer.move(token, PATH, { bytes: Buffer.from("H"), offset: 0 }, onDone));
    const appended = done((onDone) => writer.append(token, [Buffer.from("-next")], onDone));
    assert.deepEqual([await moved, await appended], [undefined, undefined]);
    assert.equal(readFileSync(file, "utf8"), "Head-first-next");
    assert.deepEqual(readdirSync(`${root}/pre-record`), []);
    await done((onDone) => writer.syncNow(onDone));
    assert.deepEqual(events.filter(({ kind }) => kind === "synced").at(-1), {
      kind: "synced",
      token,
      bytes: 15,
    });
  });

  it("overwrites nothing when it moves a file: that fails, and the file with it", async () => {
    const { writer, file, events } = start();
    const other = writer.create(PATH, Buffer.from("other"));
    await done((onDone) => writer.append(other, [Buffer.from("!")], onDone));
    const token = writer.create("pre-record/one.mp4", Buffer.from("one"));
    const error = await done((onDone) =>
      writer.move(token, PATH, { bytes: Buffer.from("x"), offset: 0 }, onDone),
    );
    assert.equal(error?.systemCode, "EEXIST");
    assert.equal(readFileSync(file, "utf8"), "other!");
    assert.ok(events.some((event) => event.kind === "failed" && event.token === token));
  });

  it("clears a folder of all files but those in use; one that is not there is empty", async () => {
    const { root, writer } = start();
    assert.equal(await done((onDone) => writer.clear("pre-record", [], onDone)), undefined);
    mkdirSync(`${root}/pre-record/folder`, { recursive: true });
    for (const name of ["old.mp4", "used.mp4"]) writeFileSync(`${root}/pre-record/${name}`, "");
    assert.equal(await done((onDone) => writer.clear("pre-record", ["used.mp4"], onDone)), undefined);
    assert.deepEqual(readdirSync(`${root}/pre-record`).sort(), ["folder", "used.mp4"]);
  });

  it("leaves open files as they are when it is closed, with all that was asked for written", async () => {
    const { writer, file } = start();
    const token = writer.create(PATH, Buffer.from("a"));
    writer.append(token, [Buffer.from("b")], assert.ifError);
    await writer.close();
    assert.equal(statSync(file).size, 2);
  });
});
