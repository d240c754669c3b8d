// The media process on volumes in trouble: full, pulled, swapped, hung. Real file systems (tmpfs), a real camera.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  globSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { systemClock } from "../../core/clock.ts";
import { cameraId, type VolumeId } from "../../core/domain/ids.ts";
import { connectLink, LINK_VERSION, type Link } from "../../core/link/link.ts";
import { silentLog } from "../../core/log.ts";
import { runMedia } from "../../core/media/process/run-media.ts";
import { LOCKS_MIRROR } from "../../core/media/process/volume-locks.ts";
import type {
  DesiredState,
  DesiredVolume,
  MediaMethodsForCore,
  MediaReport,
  NumberedReport,
} from "../../core/media/protocol.ts";
import { VOLUME_MARKER } from "../../core/media/store/volume-marker.ts";
import { fakeCamera } from "../../core/testing/fake-camera.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";

/** Mounts a small file system; undefined where that is not allowed. */
function mountSmall(path: string, sizeMb: number): { unmount(): void } | undefined {
  mkdirSync(path, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeMb}m`, "tmpfs", path], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  return { unmount: () => execFileSync("umount", ["-l", path], { stdio: "ignore" }) };
}

/**
 * A volume whose files are pipes that nobody writes to: who opens one waits inside the kernel, as on a disk that does not
 * answer, until `answer` is called. It must be, or the threads that wait never end.
 */
class HungVolume {
  readonly #pipes: readonly string[];
  readonly #marker: string;

  constructor(path: string) {
    this.#marker = join(path, VOLUME_MARKER);
    renameSync(this.#marker, `${this.#marker}.kept`);
    this.#pipes = [this.#marker, join(path, LOCKS_MIRROR)];
    rmSync(join(path, LOCKS_MIRROR), { force: true });
    execFileSync("mkfifo", [...this.#pipes]);
  }

  answer(): void {
    const kept = `${this.#marker}.kept`;
    if (!existsSync(kept)) return;
    // For reading too: that never waits for another end.
    const ends = this.#pipes.map((pipe) => openSync(pipe, "r+"));
    for (const pipe of this.#pipes) rmSync(pipe);
    const text = readFileSync(kept);
    renameSync(kept, this.#marker);
    writeSync(ends[0] as number, text);
    for (const end of ends) closeSync(end);
  }
}

class Rig implements AsyncDisposable {
  readonly dir = tempDir();
  readonly reports: NumberedReport[] = [];
  link: Link<MediaMethodsForCore> | undefined;
  #running: { stop(): Promise<void> } | undefined;

  async start(): Promise<void> {
    this.#running = await runMedia({
      dataDir: this.dir.path,
      log: silentLog,
      clock: systemClock,
      instance: "test",
      ready: () => undefined,
    });
    this.link = await connectLink<MediaMethodsForCore>(join(this.dir.path, "run", "media.sock"), {
      hello: { role: "core", version: LINK_VERSION, instance: "test" },
      handlers: {
        reports: (params: { reports: readonly NumberedReport[] }) => {
          this.reports.push(...params.reports);
        },
      },
    });
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
    this.link?.close();
  }

  async volume(path: string): Promise<VolumeId> {
    const answer = await this.link?.request("initialiseVolume", { path });
    assert.ok(answer !== undefined);
    return answer.id;
  }

  async record(url: string, volumes: readonly DesiredVolume[]): Promise<void> {
    const state: DesiredState = {
      revision: 1,
      node: "test-node",
      volumes,
      streams: [
        {
          camera: cameraId("yard"),
          stream: "main",
          source: { kind: "rtsp", url, transport: "tcp" },
          audio: false,
          volumes: volumes.map(({ id }) => id),
          intervals: [{ startMs: 0, endMs: Date.UTC(2100, 0, 1), reasons: ["continuous"] }],
          recordsOnEvents: false,
          triggers: [],
          preRecordSeconds: 0,
          segmentSeconds: 2,
        },
      ],
    };
    await this.link?.request("setDesiredState", state);
  }

  of<Kind extends MediaReport["kind"]>(kind: Kind): Extract<MediaReport, { kind: Kind }>[] {
    return this.reports
      .map(({ report }) => report)
      .filter((report): report is Extract<MediaReport, { kind: Kind }> => report.kind === kind);
  }

  closed(volume?: VolumeId): number {
    return this.of("segment-closed").filter(
      ({ segment }) => volume === undefined || segment.volume === volume,
    ).length;
  }

  status(volume: VolumeId): string | undefined {
    return this.of("volume-state").findLast(({ state }) => state.volume === volume)?.state.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.dir.remove();
  }
}

function volume(id: VolumeId, path: string, changes: Partial<DesiredVolume> = {}): DesiredVolume {
  return { id, path, reserveBytes: 0, exactReserve: true, overwrite: true, ...changes };
}

describe("volumes in trouble", () => {
  it("overwrites the oldest without core's list when the disk is full, and never stops", {
    timeout: 90_000,
  }, async (t) => {
    await using camera = await fakeCamera({ codec: "h264", speed: 4 });
    await using rig = new Rig();
    const path = rig.dir.join("small");
    const mount = mountSmall(path, 6);
    if (mount === undefined) return t.skip("mounting a small file system needs root");
    try {
      await rig.start();
      const id = await rig.volume(path);
      // What belongs to others, and fills most of the disk.
      writeFileSync(join(path, "other"), Buffer.alloc(5_200_000));
      await rig.record(camera.url, [volume(id, path, { reserveBytes: 500_000 })]);
      await waitFor(() => rig.of("segment-deleted").length >= 4, { deadlineMs: 60_000, what: "overwriting" });
      const before = rig.closed();
      await waitFor(() => rig.closed() > before + 1, { deadlineMs: 20_000, what: "recording to go on" });
      const deleted = rig.of("segment-deleted").map((report) => report.id);
      const order = rig.of("segment-closed").map(({ segment }) => segment.id);
      assert.deepEqual(deleted, order.slice(0, deleted.length), "oldest first");
      for (const { path: file } of rig.of("segment-deleted"))
        assert.equal(existsSync(join(path, file)), false);
      // While the oldest is being removed what comes may wait in memory for a moment.
      await waitFor(() => rig.of("recording-state").at(-1)?.recording, { what: "recording, not waiting" });
    } finally {
      mount.unmount();
    }
  });

  it("stops with a reason where nothing may be overwritten, and begins again when there is room", {
    timeout: 60_000,
  }, async (t) => {
    await using camera = await fakeCamera({ codec: "h264" });
    await using rig = new Rig();
    const path = rig.dir.join("small");
    const mount = mountSmall(path, 12);
    if (mount === undefined) return t.skip("mounting a small file system needs root");
    try {
      await rig.start();
      const id = await rig.volume(path);
      writeFileSync(join(path, "other"), Buffer.alloc(8_000_000));
      await rig.record(camera.url, [volume(id, path, { reserveBytes: 6_000_000, overwrite: false })]);
      await waitFor(() => rig.status(id) === "full", { deadlineMs: 5_000, what: "the state full" });
      await waitFor(() => /is full/.test(rig.of("recording-state").at(-1)?.problem ?? ""), {
        what: "the reason",
      });
      assert.equal(rig.of("segment-deleted").length, 0);
      rmSync(join(path, "other"));
      await waitFor(() => rig.closed() >= 1, { deadlineMs: 20_000, what: "recording again" });
    } finally {
      mount.unmount();
    }
  });

  it("moves to the next volume when a disk is pulled, and writes nothing through to its mount point", {
    timeout: 120_000,
  }, async (t) => {
    await using camera = await fakeCamera({ codec: "h264" });
    await using rig = new Rig();
    const first = rig.dir.join("first");
    const second = rig.dir.join("second");
    const mount = mountSmall(first, 64);
    if (mount === undefined) return t.skip("mounting a small file system needs root");
    try {
      await rig.start();
      const [one, two] = [await rig.volume(first), await rig.volume(second)];
      await rig.record(camera.url, [volume(one, first), volume(two, second)]);
      await waitFor(() => rig.closed(one) >= 1, { deadlineMs: 20_000, what: "recording on the first" });
      const atMs = performance.now();
      mount.unmount();
      mkdirSync(first, { recursive: true });
      await waitFor(() => rig.closed(two) >= 2, { deadlineMs: 20_000, what: "recording on the second" });
      assert.ok(["offline", "mismatch", "error"].includes(rig.status(one) ?? ""), rig.status(one));
      const told = rig.reports.find(
        ({ report }) =>
          report.kind === "volume-state" && report.state.volume === one && report.state.status !== "normal",
      );
      assert.ok(told !== undefined);
      assert.ok(performance.now() - atMs < 60_000);
      assert.deepEqual(
        globSync("**/*.mp4", { cwd: first }),
        [],
        "nothing is written through to the mount point",
      );
      const segments = rig.of("segment-closed").map(({ segment }) => segment);
      assert.equal(new Set(segments.map(({ run }) => run)).size, 1, "the session is not touched");
    } finally {
      try {
        mount.unmount();
      } catch {
        // Unmounted above.
      }
    }
  });

  it("does not write to a disk that was swapped", { timeout: 30_000 }, async () => {
    await using camera = await fakeCamera({ codec: "h264" });
    await using rig = new Rig();
    await rig.start();
    const path = rig.dir.join("volume");
    const id = await rig.volume(path);
    const marker = join(path, "nightjar-volume.json");
    writeFileSync(marker, readFileSync(marker, "utf8").replace(id, "0f0f0f0f-0000-4000-8000-000000000000"));
    await rig.record(camera.url, [volume(id, path)]);
    await waitFor(() => rig.status(id) === "mismatch", { deadlineMs: 5_000, what: "the state mismatch" });
    await waitFor(() => rig.of("recording-state").at(-1)?.problem, {
      deadlineMs: 10_000,
      what: "the reason",
    });
    assert.equal(existsSync(join(path, "video")), false);
  });

  it("says soon that a volume became read-only, and records on the next", {
    timeout: 60_000,
  }, async (t) => {
    await using camera = await fakeCamera({ codec: "h264" });
    await using rig = new Rig();
    const first = rig.dir.join("first");
    const second = rig.dir.join("second");
    const mount = mountSmall(first, 64);
    if (mount === undefined) return t.skip("mounting a small file system needs root");
    try {
      await rig.start();
      const [one, two] = [await rig.volume(first), await rig.volume(second)];
      // Nothing is open on it yet: a file system with files open for writing cannot be made read-only.
      execFileSync("mount", ["-o", "remount,ro", first]);
      await rig.record(camera.url, [volume(one, first), volume(two, second)]);
      await waitFor(() => rig.status(one) === "read-only", { deadlineMs: 10_000, what: "the state" });
      await waitFor(() => rig.closed(two) >= 1, { deadlineMs: 15_000, what: "recording on the second" });
      execFileSync("mount", ["-o", "remount,rw", first]);
      await waitFor(() => rig.closed(one) >= 1, { deadlineMs: 30_000, what: "recording on the first again" });
    } finally {
      mount.unmount();
    }
  });

  it("records on the others when volumes hang from its first call on, and on them too once they answer", {
    timeout: 90_000,
  }, async () => {
    await using camera = await fakeCamera({ codec: "h264" });
    await using rig = new Rig();
    // As many as Node has threads for files and names: one call of each in the wrong place would stop everything.
    const paths = [1, 2, 3, 4].map((number) => rig.dir.join(`silent-${number}`));
    const other = rig.dir.join("other");
    const hung: HungVolume[] = [];
    try {
      await rig.start();
      const ids: VolumeId[] = [];
      for (const path of paths) ids.push(await rig.volume(path));
      const [first] = ids as [VolumeId];
      const last = await rig.volume(other);
      const volumes = [...ids.map((id, at) => volume(id, paths[at] ?? "")), volume(last, other)];
      await rig.record(camera.url, volumes);
      await waitFor(() => rig.closed(first) >= 1, { deadlineMs: 20_000, what: "recording on the first" });
      await rig.stop();
      for (const path of paths) hung.push(new HungVolume(path));
      // Another media process in its place: it knows from before what to record, and where.
      await rig.start();
      await waitFor(() => rig.closed(last) >= 1, { deadlineMs: 20_000, what: "recording on the other" });
      for (const id of ids)
        await waitFor(() => rig.status(id) === "offline", { deadlineMs: 10_000, what: "the state" });
      // The first process's reports are told again, since nobody acknowledged them.
      const before = rig.closed(first);
      for (const volume of hung) volume.answer();
      await waitFor(() => rig.closed(first) > before, {
        deadlineMs: 30_000,
        what: "recording on the first again",
      });
    } finally {
      for (const volume of hung) volume.answer();
    }
  });

  it("deletes at once what core says is due", { timeout: 60_000 }, async () => {
    await using camera = await fakeCamera({ codec: "h264" });
    await using rig = new Rig();
    await rig.start();
    const path = rig.dir.join("volume");
    const id = await rig.volume(path);
    await rig.record(camera.url, [volume(id, path)]);
    await waitFor(() => rig.closed() >= 2, { deadlineMs: 20_000, what: "two segments" });
    const [oldest] = rig.of("segment-closed").map(({ segment }) => segment);
    assert.ok(oldest !== undefined);
    const { id: segment, path: file, sizeBytes } = oldest;
    const answer = await rig.link?.request("setEvictionList", {
      volume: id,
      revision: 3,
      segments: [],
      due: [{ id: segment, path: file, sizeBytes }],
    });
    assert.equal(answer?.revision, 3);
    await waitFor(() => rig.of("segment-deleted").length === 1, { deadlineMs: 10_000, what: "the deletion" });
    assert.equal(existsSync(join(path, file)), false);
  });
});
