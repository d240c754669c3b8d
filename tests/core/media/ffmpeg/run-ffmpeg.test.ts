import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { NightjarError } from "../../../../core/errors.ts";
import { hasFfmpegFile, requireFfmpeg, searchFfmpeg } from "../../../../core/media/ffmpeg/find-ffmpeg.ts";
import { keyFrameJpeg } from "../../../../core/media/ffmpeg/key-frame-jpeg.ts";
import { runFfmpeg } from "../../../../core/media/ffmpeg/run-ffmpeg.ts";
import { sandboxed } from "../../../../core/media/ffmpeg/sandbox.ts";

const BOUNDS = { timeoutMs: 5_000, maxOutputBytes: 10_000 };
let folder = "";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "nightjar-ffmpeg-"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** A program in ffmpeg's place that does what a test needs. */
async function fake(name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

function hasCode(code: string) {
  return (error: unknown) => error instanceof NightjarError && error.code === code;
}

describe("finding ffmpeg", () => {
  it("takes the first that says it is one, and tells why others failed", async () => {
    const liar = await fake("liar", "echo I am a teapot");
    const broken = await fake("broken", "exit 3");
    const good = await fake("ffmpeg", "echo ffmpeg version 9.9-test Copyright");
    const { found, misses } = await searchFfmpeg({
      configured: liar,
      environment: { FFMPEG_BIN: broken, NIGHTJAR_FFMPEG: "relative/ffmpeg", PATH: folder },
    });
    assert.deepEqual(found, { path: good, version: "9.9-test", source: "path", sandbox: undefined });
    assert.deepEqual(
      misses.map((miss) => miss.source),
      ["setting", "environment", "environment"],
    );
  });

  it("prefers the owner's setting", async () => {
    const chosen = await fake("chosen", "echo ffmpeg version 1.0 x");
    assert.equal(
      (await searchFfmpeg({ configured: chosen, environment: { PATH: folder } })).found?.path,
      chosen,
    );
  });

  it("learns by one start that it is one and that the walls stand, by another that they do not", async () => {
    const log = join(folder, "asked");
    const walled = await fake("walled", `echo asked >> ${log}; echo ffmpeg version 2.0 x`);
    const search = (bwrap: string) =>
      searchFfmpeg({ configured: walled, environment: { PATH: dirname(bwrap) } });
    await mkdir(join(folder, "stand"));
    await mkdir(join(folder, "refused"));
    const stand = await fake("stand/bwrap", 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"');
    const refused = await fake("refused/bwrap", "echo no user namespaces >&2; exit 1");
    assert.deepEqual((await search(stand)).found?.sandbox, { bwrap: stand });
    assert.equal(await readFile(log, "utf8"), "asked\n");
    assert.deepEqual(
      [(await search(refused)).found?.sandbox, (await search(refused)).misses],
      [undefined, []],
    );
  });

  it("sees without a start whether there is a file to try", async () => {
    const asked = join(folder, "never");
    const there = await fake("there", `touch ${asked}`);
    const environment = { PATH: join(folder, "nothing-here") };
    assert.equal(hasFfmpegFile({ configured: there, environment }), true);
    assert.equal(existsSync(asked), false);
    await chmod(there, 0o644);
    // Whoever runs the test: nobody may run a file that has no such bit.
    for (const configured of [there, join(folder, "gone"), "relative/ffmpeg", undefined])
      assert.equal(hasFfmpegFile({ configured, environment }), false, configured);
  });

  it("says what to install where there is none", async () => {
    await assert.rejects(requireFfmpeg({ environment: {} }), hasCode("NJ_FFMPEG_MISSING"));
  });
});

describe("running ffmpeg (attack list A10)", () => {
  it("hands bytes through without a shell and without our environment", async () => {
    process.env["NIGHTJAR_CANARY"] = "canary-4711";
    const echo = await fake("echo", 'echo "$1"; env; cat');
    const argument = "$(id); `id` ; rm -rf";
    const { output } = await runFfmpeg(echo, [argument], { ...BOUNDS, input: Buffer.from("frame") });
    delete process.env["NIGHTJAR_CANARY"];
    const text = output.toString();
    assert.ok(text.startsWith(`${argument}\n`) && text.endsWith("frame"));
    assert.ok(!text.includes("canary-4711"));
  });

  it("gives up on one that hangs, floods, fails or cannot be run", async () => {
    const hang = await fake("hang", "exec sleep 20");
    const flood = await fake("flood", "exec yes");
    const fail = await fake("fail", "echo no such codec >&2; exit 1");
    await assert.rejects(runFfmpeg(hang, [], { ...BOUNDS, timeoutMs: 100 }), hasCode("NJ_FFMPEG_TIMEOUT"));
    await assert.rejects(runFfmpeg(flood, [], BOUNDS), hasCode("NJ_FFMPEG_OUTPUT_LIMIT"));
    await assert.rejects(runFfmpeg(fail, [], BOUNDS), /no such codec/);
    await assert.rejects(runFfmpeg(join(folder, "none"), [], BOUNDS), hasCode("NJ_FFMPEG_FAILED"));
  });

  it("stops when nobody waits any more", async () => {
    const hang = await fake("hang2", "exec sleep 20");
    await assert.rejects(
      runFfmpeg(hang, [], { ...BOUNDS, signal: AbortSignal.abort() }),
      hasCode("NJ_FFMPEG_ABORTED"),
    );
  });

  it("survives a child that reads nothing of a large input", async () => {
    const deaf = await fake("deaf", "exec 0<&-; echo done");
    const { output } = await runFfmpeg(deaf, [], { ...BOUNDS, input: Buffer.alloc(4_000_000) });
    assert.equal(output.toString(), "done\n");
  });

  it("puts walls around it where bubblewrap is there", () => {
    const { command, args } = sandboxed({ bwrap: "/usr/bin/bwrap" }, "/opt/ff/ffmpeg", ["-version"]);
    assert.equal(command, "/usr/bin/bwrap");
    assert.ok(
      args.includes("--unshare-all") && args.includes("--die-with-parent") && args.includes("--clearenv"),
    );
    assert.deepEqual(args.slice(-3), ["--", "/opt/ff/ffmpeg", "-version"]);
    assert.ok(!args.includes("/home") && !args.includes("/"));
  });
});

describe("pictures of key frames", () => {
  const config = Uint8Array.of(1, 0x42, 0, 30, 0xff, 0xe1, 0, 2, 0x67, 1, 1, 0, 2, 0x68, 1);
  const frame = { codec: "avc1.42001e", decoderConfig: config, data: Uint8Array.of(0, 0, 0, 2, 0x65, 1) };

  it("gives ffmpeg the parameter sets and the frame with start codes, and pipes only", async () => {
    const spy = await fake(
      "spy",
      `echo "$@" > ${folder}/args; cat > ${folder}/in; printf '\\377\\330\\377\\331'`,
    );
    const jpeg = await keyFrameJpeg(frame, { ffmpeg: spy, width: 320 });
    assert.equal(jpeg.toString("hex"), "ffd8ffd9");
    const input = await readFile(join(folder, "in"));
    assert.equal(input.toString("hex"), "00000001670100000001680100000001" + "6501");
    const args = await readFile(join(folder, "args"), "utf8");
    assert.match(args, /-protocol_whitelist pipe -f h264 -i pipe:0/);
    assert.match(args, /scale=320:-2/);
  });

  it("refuses what is no picture, before and after ffmpeg", async () => {
    const nothing = await fake("nothing", "cat > /dev/null");
    await assert.rejects(keyFrameJpeg(frame, { ffmpeg: nothing }), hasCode("NJ_PICTURE_UNREADABLE"));
    await assert.rejects(
      keyFrameJpeg({ ...frame, decoderConfig: Uint8Array.of(1, 2) }, { ffmpeg: nothing }),
      hasCode("NJ_PICTURE_UNREADABLE"),
    );
    await assert.rejects(
      keyFrameJpeg({ ...frame, codec: "av01.0" }, { ffmpeg: nothing }),
      hasCode("NJ_PICTURE_CODEC"),
    );
    await assert.rejects(keyFrameJpeg(frame, { ffmpeg: nothing, width: 1e9 }), hasCode("NJ_PICTURE_WIDTH"));
  });

  it("makes at most two at once", async () => {
    const slow = await fake(
      "slow",
      `mkdir ${folder}/one 2>/dev/null || mkdir ${folder}/two || exit 9; sleep 0.05; rmdir ${folder}/two 2>/dev/null || rmdir ${folder}/one; printf '\\377\\330\\377\\331'`,
    );
    const pictures = await Promise.all(
      Array.from({ length: 6 }, () => keyFrameJpeg(frame, { ffmpeg: slow })),
    );
    assert.equal(pictures.length, 6);
  });
});
