import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { CHECKSUM_BOX_BYTES } from "../../../../core/media/mp4/checksum-box.ts";
import { inspectSegment, recoverSegment } from "../../../../core/media/store/recover-segment.ts";
import { openSegmentFile } from "../../../../core/media/store/segment-file.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { makeSegment, makeUsualSegment, picture } from "../mp4/synthetic-segment.ts";

const { open, closed, end, partEnds } = makeUsualSegment();

function recover(bytes: Uint8Array, options = {}) {
  using folder = tempDir();
  const file = folder.join("segment.mp4");
  writeFileSync(file, bytes);
  const before = inspectSegment(file, { ...options, verify: true });
  const result = recoverSegment(file, options);
  return { before, result, bytes: readFileSync(file), again: recoverSegment(file, options) };
}

describe("recovery of recording files", () => {
  it("leaves a closed file alone and tells its facts", () => {
    const { before, result, bytes } = recover(closed);
    assert.deepEqual(bytes, Buffer.from(closed));
    assert.equal(result.found, "closed");
    assert.equal(before.problem, undefined);
    assert.deepEqual(result.facts, end.summary);
    assert.equal(result.writeSequence, 42);
  });

  it("finalises a file left open as closing would have, but for what only the recorder knew", () => {
    const { result, bytes, again } = recover(open);
    assert.equal(result.found, "open");
    assert.equal(result.state, "closed");
    assert.equal(result.cutBytes, 0);
    assert.deepEqual(bytes.subarray(0, open.length), Buffer.from(closed).subarray(0, open.length));
    const { facts } = result;
    assert.equal(facts?.recovered, true);
    assert.equal(facts?.endsRun, true);
    assert.equal(facts?.duration90k, end.summary.duration90k);
    assert.equal(facts?.keyFrames, end.summary.keyFrames);
    assert.deepEqual(facts?.reasons, [{ offset90k: 0, duration90k: 144_000, bits: 9 }]);
    assert.equal(again.found, "closed");
    assert.deepEqual(again.facts, facts);
  });

  it("gives the reasons that are known better, and says when the run went on", () => {
    const { result } = recover(open, { reasonBits: 4, endsRun: false });
    assert.deepEqual(result.facts?.reasons, [{ offset90k: 0, duration90k: 144_000, bits: 4 }]);
    assert.equal(result.facts?.endsRun, false);
  });

  it("only patches a file whose final moov is whole, keeping holes and reasons", () => {
    const { result, bytes } = recover(Buffer.concat([open, end.moov]));
    assert.deepEqual(bytes, Buffer.from(closed));
    assert.deepEqual(result.facts, end.summary);
    assert.equal(result.cutBytes, 0);
  });

  it("repairs a file that was patched before its moov reached the disk", () => {
    const { before, result, bytes } = recover(closed.subarray(0, open.length + 100));
    assert.equal(before.state, "patched-without-moov");
    assert.match(before.problem ?? "", /moov/);
    assert.equal(result.facts?.videoSamples, 40);
    assert.equal(result.cutBytes, 100);
    assert.equal(bytes.length, result.facts?.sizeBytes);
  });

  it("cuts at every kind of place to the last whole part, and is the same again when repeated", () => {
    const places = partEnds
      .slice(1, -1)
      .flatMap((partEnd) => [partEnd, partEnd + 1, partEnd + 8, partEnd + 200]);
    for (const place of places) {
      const { result, again, bytes } = recover(open.subarray(0, place));
      const whole = partEnds.slice(1).filter((partEnd) => partEnd <= place).length;
      assert.equal(result.facts?.videoSamples, whole * 10, `cut at ${place}`);
      assert.equal(again.found, "closed");
      assert.deepEqual(again.facts, result.facts);
      assert.equal(bytes.length, result.facts?.sizeBytes);
    }
  });

  describe("of a file with parts whose pictures never reached the disk", () => {
    const hollow = (bytes: Uint8Array, ...parts: readonly number[]): Buffer => {
      const copy = Buffer.from(bytes);
      // The last bytes of a part are sound; before them lie its pictures.
      for (const part of parts) copy.fill(0, (partEnds[part] as number) - 80, partEnds[part]);
      return copy;
    };

    it("keeps the whole parts before and behind, and notes the hole", () => {
      const { result, before, again, bytes } = recover(hollow(open, 2));
      assert.equal(before.state, "truncated");
      assert.equal(result.facts?.videoSamples, 30);
      assert.equal(result.facts.audioSamples, 12);
      assert.deepEqual(result.facts.holes, [{ offset90k: 36_000, duration90k: 36_000, packets: 0 }]);
      assert.equal(result.facts.duration90k, 144_000);
      assert.equal(result.cutBytes, 0);
      assert.deepEqual(before.facts, result.facts, "looking at it tells what recovery will make");
      assert.equal(again.found, "closed");
      assert.deepEqual(again.facts, result.facts);
      using folder = tempDir();
      writeFileSync(folder.join("mended.mp4"), bytes);
      const file = openSegmentFile(folder.join("mended.mp4"));
      assert.deepEqual(
        [...file.readSample("video", 10)],
        [...open.subarray(file.video.samples.offsets[10], (file.video.samples.offsets[10] ?? 0) + 8)],
      );
      assert.deepEqual(
        [9, 10].map((index) => file.video.samples.decodeTimes[index]),
        [32_400, 72_000],
      );
      file.close();
    });

    it("joins neighbouring holes, and flags what refers to them until the next key frame", () => {
      const parts = [0, 1, 2, 3, 4].map((part) => ({
        video: Array.from({ length: 10 }, (_, index) =>
          picture(part * 10 + index, { keyFrame: part === 0 || part * 10 + index === 45 }),
        ),
      }));
      const made = makeSegment(parts);
      const copy = Buffer.from(made.open);
      for (const part of [2, 3]) copy.fill(0, (made.partEnds[part] as number) - 60, made.partEnds[part]);
      const { result, bytes } = recover(copy);
      assert.deepEqual(result.facts?.holes, [{ offset90k: 36_000, duration90k: 72_000, packets: 0 }]);
      using folder = tempDir();
      writeFileSync(folder.join("mended.mp4"), bytes);
      const file = openSegmentFile(folder.join("mended.mp4"));
      assert.deepEqual(
        Array.from({ length: file.video.samples.count }, (_, index) => index).filter((index) =>
          file.video.samples.isDamaged(index),
        ),
        Array.from({ length: 15 }, (_, index) => 10 + index),
      );
      file.close();
    });

    it("cuts them off at the end, and does not believe a final moov that counts them", () => {
      const { result } = recover(hollow(open, 3, 4));
      assert.deepEqual([result.facts?.videoSamples, result.facts?.holes], [20, []]);
      const { result: unpatched } = recover(hollow(Buffer.concat([open, end.moov]), 2));
      assert.equal(unpatched.facts?.videoSamples, 30);
      assert.equal(unpatched.facts.recovered, true);
    });

    it("has nothing to date the rest by when it is the first", () => {
      assert.equal(recover(hollow(open, 1)).result.state, "empty");
    });
  });

  it("can be killed after any of its own writes and still succeed", () => {
    const { bytes: finished } = recover(open.subarray(0, (partEnds[3] as number) + 5));
    const moovOffset = partEnds[3] as number;
    for (const length of [moovOffset, moovOffset + 1, moovOffset + 300, finished.length]) {
      for (const patched of [false, true]) {
        const killed = Buffer.from(finished.subarray(0, length));
        if (!patched) killed.set(open.subarray(220, 236), 220);
        assert.equal(recover(killed).result.facts?.videoSamples, 30, `${length} bytes, patched: ${patched}`);
      }
    }
  });

  it("ends a file with its checksum where that is wanted, and only what it holds counts", () => {
    const { result, bytes, again } = recover(open.subarray(0, (partEnds[2] as number) + 9), {
      checksum: true,
    });
    const sha256 = createHash("sha256")
      .update(bytes.subarray(236, bytes.length - CHECKSUM_BOX_BYTES))
      .digest("hex");
    assert.equal(result.facts?.sha256, sha256);
    assert.equal(result.facts.sizeBytes, bytes.length);
    assert.equal(bytes.toString("hex", bytes.length - 32), sha256);
    assert.deepEqual(again.facts, result.facts);
  });

  it("gives a file that had its checksum the same again, cut by a power loss after any byte of its end", () => {
    const { bytes: whole, result: first } = recover(open, { checksum: true });
    const moovOffset = first.facts?.moovOffset ?? 0;
    for (const length of [
      moovOffset + 40,
      whole.length - CHECKSUM_BOX_BYTES,
      whole.length - 1,
      whole.length,
    ]) {
      const unpatched = Buffer.from(whole.subarray(0, length));
      unpatched.set(open.subarray(220, 236), 220);
      const { result, bytes } = recover(unpatched, { checksum: true });
      assert.deepEqual(bytes, whole, `${length} bytes`);
      assert.equal(result.facts?.sha256, first.facts?.sha256);
    }
    // Also when checksums were switched off in between: it was promised one.
    const unpatched = Buffer.from(whole);
    unpatched.set(open.subarray(220, 236), 220);
    assert.deepEqual(recover(unpatched).bytes, whole);
  });

  it("touches no file without a whole part", () => {
    for (const bytes of [
      new Uint8Array(0),
      open.subarray(0, 100),
      open.subarray(0, (partEnds[1] as number) - 1),
    ]) {
      using folder = tempDir();
      const file = folder.join("segment.mp4");
      writeFileSync(file, bytes);
      const result = recoverSegment(file);
      assert.equal(result.state, "empty");
      assert.equal(result.facts, undefined);
      assert.equal(statSync(file).size, bytes.length);
    }
    const { result, bytes } = recover(Buffer.alloc(5_000, 3));
    assert.equal(result.state, "unreadable");
    assert.deepEqual(bytes, Buffer.alloc(5_000, 3));
  });
});
