import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  initialiseVolume,
  readVolumeMarker,
  VOLUME_MARKER,
} from "../../../../core/media/store/volume-marker.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";

describe("volume marker", () => {
  it("is made once and read ever after, with nothing else left behind", () => {
    using folder = tempDir();
    const path = folder.join("new", "volume");
    assert.equal(readVolumeMarker(path), undefined);
    const first = initialiseVolume(path, { nowMs: 0 });
    assert.equal(first.created, true);
    assert.equal(first.marker.created, "1970-01-01T00:00:00.000Z");
    assert.deepEqual(initialiseVolume(path), { marker: first.marker, created: false });
    assert.deepEqual(readVolumeMarker(path), first.marker);
    assert.deepEqual(readdirSync(path), [VOLUME_MARKER]);
  });

  it("is never replaced when it is damaged", () => {
    using folder = tempDir();
    for (const text of [
      "",
      "{",
      "[]",
      "null",
      '{"version":1,"id":"../x","role":"recording","created":""}',
      '{"version":2}',
    ]) {
      writeFileSync(folder.join(VOLUME_MARKER), text);
      assert.throws(() => readVolumeMarker(folder.path), { code: "NJ_VOLUME_MARKER_INVALID" }, text);
      assert.throws(() => initialiseVolume(folder.path), { code: "NJ_VOLUME_MARKER_INVALID" }, text);
    }
  });
});
