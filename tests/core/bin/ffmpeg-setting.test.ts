import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type TempDir, tempDir } from "../../../core/testing/temp-dir.ts";

type Find = (
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  checkout: string,
) => string | undefined;

// Plain JavaScript, as it runs before there is anything that knows types.
const { configuredFfmpeg } = (await import(
  join(import.meta.dirname, "../../../scripts/ffmpeg-setting.mjs")
)) as { readonly configuredFfmpeg: Find };

describe("the ffmpeg that config.json names, as npm start looks for it", () => {
  let dir: TempDir;
  let own: string;
  beforeEach(() => {
    dir = tempDir("nightjar-setting-");
    own = dir.join("own-ffmpeg");
    writeFileSync(own, "");
  });
  afterEach(() => dir.remove());

  /** A data directory with this config.json. */
  function data(name: string, config: unknown): string {
    const folder = dir.join(name);
    mkdirSync(folder);
    writeFileSync(join(folder, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
    return folder;
  }

  it("is that of --data, else of NIGHTJAR_DATA, else of the checkout's data", () => {
    const folder = data("data", { version: 1, ffmpeg: { path: own } });
    const bare = data("bare", { version: 1 });
    assert.equal(configuredFfmpeg(["--data", folder], {}, bare), own);
    assert.equal(configuredFfmpeg(["--json", `--data=${folder}`], { NIGHTJAR_DATA: bare }, bare), own);
    assert.equal(configuredFfmpeg([], { NIGHTJAR_DATA: folder }, bare), own);
    assert.equal(configuredFfmpeg([], {}, dir.path), own);
    assert.equal(configuredFfmpeg(["--data", folder, "--data", bare], {}, dir.path), undefined);
  });

  it("is none where it is not there, and whatever the file holds", () => {
    const gone = data("gone", { ffmpeg: { path: dir.join("nowhere") } });
    assert.equal(configuredFfmpeg(["--data", gone], {}, dir.path), undefined);
    assert.equal(configuredFfmpeg(["--data", dir.join("no-folder")], {}, dir.path), undefined);
    assert.equal(configuredFfmpeg(["--data"], {}, dir.path), undefined);
    for (const [at, text] of ["", "{", "null", "[]", '{"ffmpeg":5}', '{"ffmpeg":{"path":5}}'].entries())
      assert.equal(configuredFfmpeg(["--data", data(`odd-${at}`, text)], {}, dir.path), undefined, text);
  });

  it("is none, without waiting, where the file is a pipe", { timeout: 10_000 }, () => {
    const folder = dir.join("pipe");
    mkdirSync(folder);
    execFileSync("mkfifo", [join(folder, "config.json")]);
    assert.equal(configuredFfmpeg(["--data", folder], {}, dir.path), undefined);
  });
});
