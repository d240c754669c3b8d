// Nothing that anybody typed or sent becomes an argument, a file or an address of ffmpeg's (attack list A10): what the
// sources say, and what the real ffmpeg does with pictures that are scripts.
import assert from "node:assert/strict";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { searchFfmpeg } from "../../../../core/media/ffmpeg/find-ffmpeg.ts";
import { keyFrameJpeg } from "../../../../core/media/ffmpeg/key-frame-jpeg.ts";
import { runFfmpeg } from "../../../../core/media/ffmpeg/run-ffmpeg.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const CANARY = "canary-of-a-file";
const BOUNDS = { timeoutMs: 10_000, maxOutputBytes: 10_000_000 };

describe("what ffmpeg is told (attack list A10)", () => {
  it("are pipes alone, by arguments that stand in the source", () => {
    const files = globSync("core/**/*.ts", { cwd: ROOT }).filter((path) => !path.includes("node_modules"));
    const callers = files.filter((path) => readFileSync(join(ROOT, path), "utf8").includes('"-i"'));
    assert.ok(callers.length >= 4, callers.join(" "));
    for (const path of callers) {
      const text = readFileSync(join(ROOT, path), "utf8");
      const inputs = text.match(/"-i",\s*[^,\]]+/g) ?? [];
      assert.deepEqual(new Set(inputs), new Set(['"-i", "pipe:0"']), path);
      assert.match(text, /"-protocol_whitelist",\s*"pipe"/, path);
      // Filters are scales and choices by number: no text of anybody's, which could be a script.
      assert.doesNotMatch(text, /drawtext|subtitles|movie=|-filter_script|textfile|-safe/, path);
    }
  });
});

describe("ffmpeg itself, with pictures that are scripts (attack list A10)", () => {
  const folder = tempDir("nj-injection-");
  let ffmpeg = "";
  before(async () => {
    ffmpeg = (await searchFfmpeg({})).found?.path ?? "";
    writeFileSync(folder.join("secret.txt"), CANARY);
    writeFileSync(folder.join("secret.ts"), CANARY);
  });

  const scripts = (address: string): [string, string][] => [
    [
      "an HLS playlist of a file",
      `#EXTM3U\n#EXTINF:1,\nfile://${folder.join("secret.ts")}\n#EXT-X-ENDLIST\n`,
    ],
    ["an HLS playlist of an address", `#EXTM3U\n#EXTINF:1,\n${address}/a.ts\n#EXT-X-ENDLIST\n`],
    ["an HLS playlist that joins", `#EXTM3U\n#EXTINF:1,\nconcat:${folder.join("secret.ts")}|pipe:0\n`],
    ["a concat script", `ffconcat version 1.0\nfile '${folder.join("secret.txt")}'\n`],
    ["a DASH manifest", `<?xml version="1.0"?><MPD><BaseURL>${address}</BaseURL></MPD>`],
    ["an SDP description", `v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 1 RTP/AVP 96\n`],
    ["a subtitle with a font of its own", "[Script Info]\nScriptType: v4.00+\n"],
  ];

  after(() => folder[Symbol.dispose]());

  it("reads no file, calls nobody and shows nothing of either", async (t) => {
    if (ffmpeg === "") return t.skip("there is no ffmpeg");
    let calls = 0;
    const server = createServer((socket) => {
      calls += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close());
    const { port } = server.address() as { port: number };
    const config = Uint8Array.of(1, 0x42, 0, 30, 0xff, 0xe1, 0, 2, 0x67, 1, 1, 0, 2, 0x68, 1);
    for (const [what, script] of scripts(`http://127.0.0.1:${port}`)) {
      const bytes = Buffer.from(script);
      // As the picture of a camera, the way every picture goes.
      const nal = Buffer.concat([Buffer.alloc(4), bytes]);
      nal.writeUInt32BE(bytes.length);
      await assert.rejects(
        keyFrameJpeg({ codec: "avc1.42001e", decoderConfig: config, data: nal }, { ffmpeg }),
        (error) => !String(error).includes(CANARY),
        what,
      );
      // And where ffmpeg may guess what it is given, which is never the case in the recorder: the pipe is the last wall.
      const guessing = [
        "-hide_banner",
        "-nostdin",
        "-protocol_whitelist",
        "pipe",
        "-i",
        "pipe:0",
        "-f",
        "data",
        "pipe:1",
      ];
      const outcome = await runFfmpeg(ffmpeg, guessing, { ...BOUNDS, input: bytes }).then(
        ({ output, complaints }) => output.toString("latin1") + complaints,
        (error: unknown) => String(error),
      );
      assert.ok(!outcome.includes(CANARY), what);
    }
    assert.equal(calls, 0);
  });
});
