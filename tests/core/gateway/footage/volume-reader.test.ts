// Reading volumes: pieces as they lie in files, nothing outside the volume, and a disk that hangs stops nobody.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, open, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { systemClock } from "../../../../core/clock.ts";
import type { VolumeId } from "../../../../core/domain/ids.ts";
import { VolumeReaders } from "../../../../core/gateway/footage/volume-reader.ts";
import { silentLog } from "../../../../core/log.ts";
import { VOLUME } from "../fake-peers.ts";

const OTHER = "22222222-2222-4222-8222-222222222222" as VolumeId;

describe("volume readers", () => {
  let folder: string;
  let root: string;
  let readers: VolumeReaders;
  const content = Buffer.from(Array.from({ length: 5_000 }, (_, at) => at % 251));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "nj-reader-"));
    root = join(folder, "volume");
    await mkdir(root);
    await mkdir(join(folder, "other"));
    await writeFile(join(root, "file"), content);
    await writeFile(join(folder, "other", "file"), content);
    await writeFile(join(folder, "secret"), "secret");
    await symlink(join(folder, "secret"), join(root, "link"));
    readers = new VolumeReaders(systemClock, silentLog, 500);
    readers.setVolumes([
      { id: VOLUME, path: root },
      { id: OTHER, path: join(folder, "other") },
    ]);
  });
  after(async () => {
    await readers.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("starts no thread before somebody is about to ask, then one for each volume, and for one that is added", async () => {
    let threads = 0;
    const count = (): void => {
      threads += 1;
    };
    process.on("worker", count);
    const own = new VolumeReaders(systemClock, silentLog);
    try {
      const [first, second] = [
        { id: VOLUME, path: root },
        { id: OTHER, path: join(folder, "other") },
      ] as const;
      own.setVolumes([first]);
      await turn();
      assert.equal(threads, 0);
      own.warm();
      own.warm();
      await turn();
      assert.equal(threads, 1);
      own.setVolumes([first, second]);
      await turn();
      assert.equal(threads, 2);
    } finally {
      process.off("worker", count);
      await own.close();
    }
  });

  it("reads pieces in any order, with free bytes in front of each", async () => {
    const place = { volume: VOLUME, file: join(root, "file") };
    const pieces = [
      { offset: 10, size: 5 },
      { offset: 15, size: 7 },
      { offset: 4_000, size: 1_000 },
      { offset: 0, size: 3 },
    ];
    const buffers = await readers.read(place, pieces, 32);
    pieces.forEach(({ offset, size }, at) => {
      assert.equal(buffers[at]?.length, 32 + size);
      assert.ok(buffers[at]?.subarray(32).equals(content.subarray(offset, offset + size)));
    });
  });

  it("says that a file is unreadable when it is gone or too short", async () => {
    for (const [file, offset] of [
      ["none", 0],
      ["file", 4_999],
    ] as const) {
      await assert.rejects(
        readers.read({ volume: VOLUME, file: join(root, file) }, [{ offset, size: 2 }], 0),
        {
          code: "NJ_RECORDING_UNREADABLE",
        },
      );
    }
  });

  it("reads nothing outside its volume, not even through a link", async () => {
    for (const file of [join(folder, "secret"), join(root, "link"), join(root, "..", "secret")]) {
      await assert.rejects(readers.read({ volume: VOLUME, file }, [{ offset: 0, size: 1 }], 0), {
        code: "NJ_PATH_OUTSIDE",
      });
    }
    const unknown = { volume: "33333333-3333-4333-8333-333333333333" as VolumeId, file: join(root, "file") };
    await assert.rejects(readers.read(unknown, [{ offset: 0, size: 1 }], 0), { code: "NJ_VOLUME_OFFLINE" });
  });

  it("gives up on a read that hangs, goes on with other volumes, and comes back when the disk does", async () => {
    const pipe = join(root, "pipe");
    // Opening a pipe that nobody writes to hangs like a disk that does not answer.
    execFileSync("mkfifo", [pipe]);
    const good = { volume: VOLUME, file: join(root, "file") };
    const startMs = performance.now();
    const hanging = readers.read({ volume: VOLUME, file: pipe }, [{ offset: 0, size: 1 }], 0);
    const behind = readers.read(good, [{ offset: 0, size: 1 }], 0);
    const offline = { code: "NJ_VOLUME_OFFLINE" };
    await Promise.all([assert.rejects(hanging, offline), assert.rejects(behind, offline)]);
    assert.ok(performance.now() - startMs < 10_000);
    await assert.rejects(readers.read(good, [{ offset: 0, size: 1 }], 0), offline);
    const other = { volume: OTHER, file: join(folder, "other", "file") };
    const [bytes] = await readers.read(other, [{ offset: 3, size: 4 }], 0);
    assert.ok(bytes?.equals(content.subarray(3, 7)));
    // For reading and writing, a pipe opens at once, whether or not somebody waits at its other end.
    const writer = await open(pipe, "r+");
    const end = performance.now() + 3_000;
    let again: Buffer[] | undefined;
    while (again === undefined && performance.now() < end) {
      again = await readers.read(good, [{ offset: 0, size: 3 }], 0).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await writer.close();
    assert.ok(again?.[0]?.equals(content.subarray(0, 3)));
  });
});
