// Whether there is an ffmpeg: told at once where no file may be one, and without a start where one may.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, rm, writeFile } from "node:fs/promises";
import { after, describe, it } from "node:test";
import { LOOK_EVERY_MS, RecorderFfmpeg } from "../../../core/control/recorder-ffmpeg.ts";
import { ffmpegProblems } from "../../../core/control/standing-problems.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

describe("the recorder's ffmpeg", () => {
  const dir = tempDir("nightjar-recorder-ffmpeg-");
  after(() => dir.remove());
  const path = dir.join("ffmpeg");
  const environment = { PATH: dir.path };
  const codes = (ffmpeg: RecorderFfmpeg) => ffmpegProblems(ffmpeg).map(({ code }) => code);

  async function place(script: string): Promise<void> {
    await writeFile(path, `#!/bin/sh\ntouch '${dir.join("asked")}'\n${script}\n`);
    await chmod(path, 0o755);
  }
  function start(clock: FakeClock): RecorderFfmpeg {
    return new RecorderFfmpeg({ configured: () => undefined, clock, environment });
  }

  it("is missing where there is no file, until one is there that works", async () => {
    const clock = new FakeClock();
    const ffmpeg = start(clock);
    assert.deepEqual(codes(ffmpeg), ["ffmpeg-missing"]);
    await assert.rejects(ffmpeg.find(), { code: "NJ_FFMPEG_MISSING" });
    await place("echo ffmpeg version 9.9");
    clock.advance(LOOK_EVERY_MS);
    await waitFor(() => codes(ffmpeg).length === 0, { what: "the one that was installed" });
    assert.equal((await ffmpeg.find()).path, path);
    ffmpeg.close();
    assert.equal(clock.pending, 0);
  });

  it("is not started before it is needed, and is missing from when it does not work", async () => {
    await place("exit 1");
    await rm(dir.join("asked"), { force: true });
    const clock = new FakeClock();
    const ffmpeg = start(clock);
    assert.deepEqual([codes(ffmpeg), existsSync(dir.join("asked"))], [[], false]);
    await assert.rejects(ffmpeg.find(), { code: "NJ_FFMPEG_MISSING" });
    assert.deepEqual([codes(ffmpeg), existsSync(dir.join("asked"))], [["ffmpeg-missing"], true]);
    ffmpeg.close();
  });

  it("is looked for once by itself where nobody needs it", async () => {
    await place("exit 1");
    const clock = new FakeClock();
    const ffmpeg = start(clock);
    clock.advance(LOOK_EVERY_MS);
    await waitFor(() => codes(ffmpeg).length === 1, { what: "the look" });
    await place("echo ffmpeg version 9.9");
    await ffmpeg.find();
    await rm(dir.join("asked"));
    clock.advance(3 * LOOK_EVERY_MS);
    await ffmpeg.find();
    assert.equal(existsSync(dir.join("asked")), false);
    ffmpeg.close();
  });
});
