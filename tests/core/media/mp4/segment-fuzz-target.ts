// The MP4 reader as a fuzz target: whatever the bytes are, it must answer, never throw, and never point outside of them.
import assert from "node:assert/strict";
import { PATCH_OFFSET, readSegment } from "../../../../core/media/mp4/index.ts";
import { closeSegment } from "../../../../core/media/mp4/segment-close.ts";
import { makeUsualSegment, memory } from "./synthetic-segment.ts";

const HEAD = makeUsualSegment().open.subarray(0, PATCH_OFFSET);

/** Files to mutate: an open one, a closed one, and one whose patch came before its moov. */
export function segmentSeeds(): Uint8Array[] {
  const { open, closed } = makeUsualSegment();
  return [open, closed, closed.subarray(0, open.length)];
}

/** Reads mutated bytes as a recording file, and makes an end for what was found as recovery would. */
export function readMutatedSegment(bytes: Uint8Array): void {
  const content = readSegment(memory(bytes), { verify: (bytes[0] ?? 0) % 2 === 0 });
  if (!("video" in content)) return;
  for (const list of [content.video.samples, content.audio?.samples]) {
    for (let index = 0; index < (list?.count ?? 0); index += 1) {
      const end = (list?.offsets[index] ?? 0) + (list?.sizes[index] ?? 0);
      assert.ok(end <= bytes.length, "a sample points outside of the file");
    }
  }
  if (content.state === "closed" || content.video.samples.count > 1_000) return;
  const end = closeSegment({
    identity: content.opening.identity,
    tracks: content,
    moovOffset: content.partsEnd,
    closing: { holes: [], reasons: [], cameraClockOffsetMs: undefined, endsRun: true },
    recovered: true,
  });
  assert.ok(end.moov.length > 0);
}

/** For the registry: mutates everything behind the identity, whose checksum would stop most mutations. */
export const segmentFuzzTargets = [
  {
    name: "mp4",
    corpus: (): Uint8Array[] => segmentSeeds().map((seed) => seed.subarray(PATCH_OFFSET)),
    run(bytes: Buffer): void {
      readMutatedSegment(Buffer.concat([HEAD, bytes]));
    },
  },
];
