// The remembered ffmpeg: pictures that follow each other do not each run it once more.
import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ffmpegFinder } from "../../../../core/media/ffmpeg/ffmpeg-tool.ts";

describe("the ffmpeg of a process", () => {
  let folder = "";

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "nightjar-ffmpeg-"));
  });

  after(() => rm(folder, { recursive: true }));

  /** A program that says it is ffmpeg, and writes down each time that it is asked. */
  async function program(name: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(
      path,
      `#!/bin/sh\necho asked >> '${folder}/${name}.log'\necho "ffmpeg version ${name}"\n`,
    );
    await chmod(path, 0o755);
    return path;
  }

  const timesAsked = async (name: string): Promise<number> =>
    (await readFile(join(folder, `${name}.log`), "utf8")).split("\n").length - 1;

  it("is looked for once, and again when the owner names another", async () => {
    let setting = await program("one");
    const find = ffmpegFinder(() => setting);
    assert.equal((await find()).path, setting);
    const asked = await timesAsked("one");
    await Promise.all([find(), find(), find()]);
    assert.equal(await timesAsked("one"), asked);
    setting = await program("two");
    assert.equal((await find()).path, setting);
  });

  it("is not taken any more when it has gone", async () => {
    const setting = await program("three");
    const find = ffmpegFinder(() => setting);
    await find();
    await rm(setting);
    assert.notEqual((await find().catch(() => undefined))?.path, setting);
  });
});
