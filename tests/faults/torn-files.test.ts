// What a power loss leaves where writes reached the disk in another order than they were made: a header patched before
// the movie box that it points to, a report lost although its file is whole, a file that holds nothing.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, copyFileSync, openSync, readSync, rmSync, truncateSync, writeSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { PATCH_BYTES, PATCH_OFFSET } from "../../core/media/mp4/identity-box.ts";
import { inspectSegment, recoverSegment } from "../../core/media/store/recover-segment.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { indexRows, runFsck, undecodable } from "../support/recorder-evidence.ts";
import { RecorderRig, SMALL_CLIP } from "../support/recorder-rig.ts";

const hasFfmpeg = spawnSync("ffmpeg", ["-version"]).status === 0;

/** Patches the header of a cut file as closing it would have, without the movie box. Gives the frames it holds. */
function patchBeforeMoov(file: string): number {
  const copy = `${file}.copy`;
  copyFileSync(file, copy);
  try {
    const frames = recoverSegment(copy).facts?.videoSamples ?? 0;
    const patch = Buffer.alloc(PATCH_BYTES);
    const from = openSync(copy, "r");
    readSync(from, patch, 0, PATCH_BYTES, PATCH_OFFSET);
    closeSync(from);
    const to = openSync(file, "r+");
    writeSync(to, patch, 0, PATCH_BYTES, PATCH_OFFSET);
    closeSync(to);
    return frames;
  } finally {
    rmSync(copy);
  }
}

describe("files that a power loss tore", { skip: hasFfmpeg ? false : "no ffmpeg to decode with" }, () => {
  let rig: RecorderRig;
  before(async () => {
    rig = await RecorderRig.start({ cameras: 2, clip: SMALL_CLIP });
    await rig.untilRecording(15_000);
  });
  after(() => rig.dispose());

  /** Kills everything once each open file holds pictures; gives the open files. */
  async function cut(): Promise<string[]> {
    const open = (): string[] => rig.filePaths().filter((path) => inspectSegment(path).state === "open");
    await waitFor(() => open().length === 2 && open().every((path) => framesOf(path) > 20), {
      deadlineMs: 20_000,
      periodMs: 50,
    });
    await rig.kill("tree");
    return open();
  }

  it("are made whole at the next start where the header was patched before the movie box was there", async () => {
    const files = await cut();
    const frames = files.map(patchBeforeMoov);
    assert.ok(frames.every((count) => count > 20));
    assert.deepEqual(
      files.map((file) => inspectSegment(file).state),
      ["patched-without-moov", "patched-without-moov"],
    );
    await rig.launch();
    await waitFor(() => isIndexed(files), { deadlineMs: 20_000, periodMs: 100 });
    assert.deepEqual(files.map(framesOf), frames);
    assert.deepEqual(undecodable(files), []);
  });

  it("are made whole by fsck --repair too", async () => {
    const files = await cut();
    const frames = files.map(patchBeforeMoov);
    assert.equal(runFsck(rig.dataDir).exitCode, 4);
    const repair = runFsck(rig.dataDir, "--repair");
    assert.equal(repair.exitCode, 0, repair.output);
    assert.equal(runFsck(rig.dataDir).exitCode, 0);
    assert.ok(isIndexed(files));
    assert.deepEqual(files.map(framesOf), frames);
    assert.deepEqual(undecodable(files), []);
  });

  it("are indexed although their reports are lost, and removed where nothing is in them", async () => {
    await rig.launch();
    await rig.untilRecording(15_000);
    const core = rig.withhold("core");
    const known = new Set(indexRows(rig.dataDir).map(({ id }) => id));
    const closed = (): string[] =>
      rig
        .filePaths()
        .filter((path) => !known.has(basename(path, ".mp4")) && inspectSegment(path).state === "closed");
    await waitFor(() => closed().length > 0, { deadlineMs: 30_000, periodMs: 100 });
    const files = await cutWhile(core, closed);
    const [empty = ""] = files.open;
    truncateSync(empty, 40);
    rmSync(join(rig.dataDir, "media/journal.jsonl"));
    await rig.launch();
    await waitFor(() => isIndexed(files.closed), { deadlineMs: 20_000, periodMs: 100 });
    await waitFor(() => !rig.filePaths().includes(empty), { deadlineMs: 20_000, periodMs: 100 });
    await rig.untilRecovered(20_000);
    await rig.stopRecorder();
    const check = runFsck(rig.dataDir);
    assert.equal(check.exitCode, 0, check.output);
  });

  /** Kills everything while core is away, so that what was closed meanwhile is in the journal alone. */
  async function cutWhile(
    core: { release(): void },
    closed: () => string[],
  ): Promise<{ closed: string[]; open: string[] }> {
    await rig.kill("tree");
    core.release();
    return {
      closed: closed(),
      open: rig.filePaths().filter((path) => inspectSegment(path).state === "open"),
    };
  }

  function isIndexed(files: readonly string[]): boolean {
    const rows = new Set(indexRows(rig.dataDir).map(({ id }) => id));
    return files.every((file) => rows.has(basename(file, ".mp4")));
  }
});

function framesOf(file: string): number {
  return inspectSegment(file).facts?.videoSamples ?? 0;
}
