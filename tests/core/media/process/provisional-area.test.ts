import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLog } from "../../../../core/log.ts";
import { ProvisionalArea } from "../../../../core/media/process/provisional-area.ts";
import type { VolumeDone } from "../../../../core/media/store/volume-writer.ts";

const RESERVE_BYTES = 1_000;

function start() {
  const clearings: { spared: readonly string[]; onDone: VolumeDone }[] = [];
  const area = new ProvisionalArea(
    { clear: (_folder, spared, onDone) => clearings.push({ spared, onDone }) },
    silentLog,
  );
  const failed: string[] = [];
  const add = (path: string) =>
    area.add(path, {
      synced: () => undefined,
      failed: (error) => {
        failed.push(`${path}: ${error.message}`);
        area.delete(path);
      },
    });
  return { area, clearings, failed, add };
}

describe("the provisional corner of a volume", () => {
  it("takes files once it is cleared, and is cleared again after the volume was away", () => {
    const { area, clearings, add } = start();
    assert.equal(area.isClear, false);
    area.inOrder(true);
    area.inOrder(true);
    assert.equal(clearings.length, 1);
    assert.equal(area.isClear, false);
    clearings[0]?.onDone();
    assert.equal(area.isClear, true);
    add("pre-record/a.mp4");
    area.inOrder(false);
    assert.equal(area.isClear, false);
    area.inOrder(true);
    assert.deepEqual(clearings[1]?.spared, ["a.mp4"]);
  });

  it("is not clear when clearing failed or was overtaken by trouble, and tries again", () => {
    const { area, clearings } = start();
    area.inOrder(true);
    clearings[0]?.onDone({ message: "EIO" } as never);
    assert.equal(area.isClear, false);
    area.inOrder(true);
    area.inOrder(false);
    clearings[1]?.onDone();
    assert.equal(area.isClear, false);
  });

  it("begins with most of the reserve free, and gives all up below half of it", () => {
    const { area, failed, add } = start();
    assert.deepEqual(
      [740, 760].map((freeBytes) => area.hasRoom(freeBytes, RESERVE_BYTES)),
      [false, true],
    );
    add("pre-record/a.mp4");
    add("pre-record/b.mp4");
    area.makeRoom(600, RESERVE_BYTES);
    assert.deepEqual(failed, []);
    area.makeRoom(400, RESERVE_BYTES);
    assert.equal(failed.length, 2);
    assert.match(failed[0] ?? "", /its room is needed/);
  });
});
