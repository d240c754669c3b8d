import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, it } from "node:test";
import { segmentPath } from "../../../../core/media/segment.ts";
import { type ScannedFile, type ScanOptions, scanVolume } from "../../../../core/media/store/scan-volume.ts";
import { type TempDir, tempDir } from "../../../../core/testing/temp-dir.ts";
import { IDENTITY, makeUsualSegment } from "../mp4/synthetic-segment.ts";

const HOUR_90K = 3_600 * 90_000;
const { open, closed } = makeUsualSegment();

function put(volume: TempDir, path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(volume.join(path)), { recursive: true });
  writeFileSync(volume.join(path), bytes);
}

async function scan(volume: TempDir, options?: ScanOptions): Promise<ScannedFile[]> {
  return await Array.fromAsync(scanVolume(volume.path, options));
}

describe("scanning a volume", () => {
  it("yields every recording in order, with what its name says, in more than one batch", async () => {
    using volume = tempDir();
    const paths = Array.from({ length: 150 }, (_, index) =>
      segmentPath({ ...IDENTITY, startTime90k: IDENTITY.startTime90k + index * 900_000 }),
    );
    for (const path of paths) put(volume, path, new Uint8Array(5));
    const files = await scan(volume);
    assert.deepEqual(
      files.map((file) => file.path),
      paths.sort(),
    );
    assert.deepEqual(files[0], {
      path: paths[0],
      sizeBytes: 5,
      name: {
        id: "1760000000000-node-1-7-3",
        camera: "front-door",
        stream: "main",
        startMs: 1_760_000_000_000,
      },
    });
  });

  it("passes over hours that ended before the checkpoint", async () => {
    using volume = tempDir();
    const paths = [0, 1, 2, 30].map((hours) =>
      segmentPath({ ...IDENTITY, startTime90k: IDENTITY.startTime90k + hours * HOUR_90K }),
    );
    for (const path of paths) put(volume, path, new Uint8Array(0));
    const sinceMs = 1_760_000_000_000 + 2 * 3_600_000;
    assert.deepEqual(
      (await scan(volume, { sinceMs })).map((file) => file.path),
      paths.slice(2),
    );
  });

  it("looks into files where asked to", async () => {
    using volume = tempDir();
    const paths = [0, 1, 2].map((sequence) => segmentPath({ ...IDENTITY, sequence }));
    [closed, open.subarray(0, open.length - 1), new Uint8Array(9)].forEach((bytes, index) => {
      put(volume, paths[index] as string, bytes);
    });
    const files = await scan(volume, { inspect: "pictures" });
    assert.deepEqual(
      files.map((file) => file.inspection?.state),
      ["closed", "truncated", "empty"],
    );
    assert.deepEqual(
      files.map((file) => file.inspection?.facts?.videoSamples),
      [40, 30, undefined],
    );
  });

  it("shows strangers' files without a name, and follows no links", async () => {
    using volume = tempDir();
    put(volume, segmentPath(IDENTITY), closed);
    put(volume, `${dirname(segmentPath(IDENTITY))}/notes.txt`, new Uint8Array(1));
    symlinkSync("/etc", volume.join("video", "link"));
    const files = await scan(volume);
    assert.deepEqual(
      files.map((file) => file.name?.id),
      ["1760000000000-node-1-7-3", undefined],
    );
  });

  it("finds nothing on an empty volume, and stops when told to", async () => {
    using volume = tempDir();
    assert.deepEqual(await scan(volume), []);
    await assert.rejects(scan(volume, { signal: AbortSignal.abort() }), { name: "AbortError" });
    const abort = new AbortController();
    const underway = scan(volume, { signal: abort.signal });
    abort.abort();
    await assert.rejects(underway, { name: "AbortError" });
  });
});
