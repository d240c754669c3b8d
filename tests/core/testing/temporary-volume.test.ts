// Volumes of the test kit have the size that was asked for and the troubles that real ones have.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { noTemporaryVolume, temporaryVolume } from "../../../core/testing/temporary-volume.ts";

const SIZE_BYTES = 8 * 1024 * 1024;

describe("a volume for tests", { skip: noTemporaryVolume("tmpfs", ["fallocate"]) }, () => {
  it("is of the size that was asked for, can be full, and has room again", async () => {
    using volume = await temporaryVolume({ sizeBytes: SIZE_BYTES });
    const { blocks, bsize } = statfsSync(volume.path);
    assert.equal(blocks * bsize, SIZE_BYTES);
    volume.fill(64 * 1024);
    assert.ok(volume.freeBytes <= 64 * 1024, `${volume.freeBytes}`);
    const write = () => writeFileSync(join(volume.path, "footage"), Buffer.alloc(1024 * 1024));
    assert.throws(write, { code: "ENOSPC" });
    volume.unfill();
    write();
  });

  it("turns read-only, is pulled, comes back, and leaves nothing behind", async () => {
    const volume = await temporaryVolume({ sizeBytes: SIZE_BYTES });
    const file = join(volume.path, "footage");
    writeFileSync(file, "kept");
    volume.turnReadOnly();
    assert.throws(() => writeFileSync(file, "more"), { code: "EROFS" });
    assert.equal(readFileSync(file, "utf8"), "kept");
    volume.pull();
    assert.deepEqual(readdirSync(volume.path), []);
    await volume.powerOn();
    writeFileSync(file, "again");
    volume.dispose();
    volume.dispose();
    assert.equal(existsSync(volume.path), false);
    assert.doesNotMatch(readFileSync("/proc/mounts", "utf8"), new RegExp(volume.path));
  });

  it("says what a file system in memory cannot do", async () => {
    using volume = await temporaryVolume({ sizeBytes: SIZE_BYTES });
    for (const trouble of [() => volume.powerOff(), () => volume.throttle(1)])
      assert.throws(trouble, { code: "NJ_TEST_VOLUME", message: /choose ext4 or xfs/ });
  });
});

it("no volume is promised where a tool is missing", () => {
  const reason = noTemporaryVolume("tmpfs", ["nightjar-no-such-tool"]);
  assert.match(String(reason), /nightjar-no-such-tool is not installed|needs root|Linux/);
});
