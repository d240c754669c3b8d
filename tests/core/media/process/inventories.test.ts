import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { VolumeId } from "../../../../core/domain/ids.ts";
import { NightjarError } from "../../../../core/errors.ts";
import { Inventories } from "../../../../core/media/process/inventories.ts";
import { type SegmentRecord, segmentId, segmentPath } from "../../../../core/media/segment.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { type TempDir, tempDir } from "../../../../core/testing/temp-dir.ts";
import { IDENTITY, makeUsualSegment } from "../mp4/synthetic-segment.ts";

const VOLUME = "0b54e1f2-7d1c-4a53-9a0e-111111111111" as VolumeId;
const unknown = (error: unknown) => error instanceof NightjarError && error.code === "NJ_INVENTORY_UNKNOWN";

/** A recording and where it belongs. */
function place() {
  const { open, closed } = makeUsualSegment();
  return { open, closed, identity: IDENTITY, id: segmentId(IDENTITY), path: segmentPath(IDENTITY) };
}

describe("the listing of a volume's recordings", () => {
  let dir: TempDir;
  let clock: FakeClock;
  let inventories: Inventories;
  beforeEach(() => {
    dir = tempDir("nightjar-inventory-");
    clock = new FakeClock();
    inventories = new Inventories(clock);
  });
  afterEach(() => {
    inventories.close();
    dir.remove();
  });

  function put(path: string, bytes: Uint8Array | string): void {
    mkdirSync(dirname(dir.join(path)), { recursive: true });
    writeFileSync(dir.join(path), bytes);
  }
  async function all(sinceMs?: number): Promise<SegmentRecord[]> {
    const number = inventories.begin(VOLUME, dir.path, sinceMs);
    const found: SegmentRecord[] = [];
    for (;;) {
      const page = await inventories.next(number);
      found.push(...page.segments);
      if (page.done) return found;
    }
  }

  it("tells of closed files alone, with all that the index holds of them", async () => {
    const { closed, open, identity, path, id } = place();
    put(path, closed);
    put(path.replace(id, "1-other-1-0"), closed);
    put(path.replace(`${id}.mp4`, "notes.txt"), "hello");
    put(path.replace(id, `${id}1`), open);
    const [segment, ...others] = await all();
    assert.deepEqual(others, []);
    assert.equal(segment?.id, id);
    assert.equal(segment.volume, VOLUME);
    assert.equal(segment.path, path);
    assert.equal(segment.camera, identity.camera);
    assert.equal(segment.sizeBytes, closed.length);
    assert.equal(segment.videoSamples, 40);
  });

  it("comes in pages, and only for the hours that are asked for", async () => {
    const { closed, path, id } = place();
    put(path, closed);
    for (let number = 0; number < 70; number += 1) put(path.replace(id, `5-x-1-${number}`), "no recording");
    const number = inventories.begin(VOLUME, dir.path, undefined);
    assert.equal((await inventories.next(number)).done, false);
    assert.equal((await inventories.next(number)).done, true);
    await assert.rejects(inventories.next(number), unknown);
    assert.deepEqual(await all(Number(id.split("-")[0]) + 2 * 3_600_000), []);
  });

  it("is forgotten when nobody goes on with it", async () => {
    put("video/yard/main/2026-01-02/03/notes.txt", "");
    const number = inventories.begin(VOLUME, dir.path, undefined);
    clock.advance(61_000);
    await assert.rejects(inventories.next(number), unknown);
  });
});
