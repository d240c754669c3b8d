// The sound of clips through the whole gateway: G.711 comes out as AAC that stays with its pictures, in every way in which
// a clip is fetched, and the pictures are those that were recorded, byte for byte.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { NightjarError } from "../../core/errors.ts";
import type { ClipSource } from "../../core/gateway/download/clip-stretch.ts";
import { SoundConversion } from "../../core/gateway/download/sound-conversion.ts";
import { silentLog } from "../../core/log.ts";
import { g711Format } from "../../core/media/codec/g711.ts";
import { startTestGateway, type TestGateway, until, VOLUME } from "../core/gateway/fake-peers.ts";
import {
  clipAddress,
  makeSource,
  NOON,
  type Recorded,
  record,
  SECOND,
  type Source,
  type SourceSample,
} from "./gateway-footage.ts";

const run = promisify(execFile);
/** Bursts of a tone in the source, seconds from its start; each lasts half a second. */
const BURSTS = [3, 9, 14];
const RATE = 8_000;

describe("the sound of clips", () => {
  let folder: string;
  let gateway: TestGateway;
  let recorded: Recorded[];
  const headers = { authorization: "Bearer good" };

  function clipUrl(start90k: number, end90k: number, more = ""): string {
    return clipAddress(gateway.http, start90k, end90k, more);
  }

  async function fetched(url: string): Promise<{ answer: Response; bytes: Buffer }> {
    const answer = await fetch(url, { headers });
    assert.equal(answer.status, 200);
    return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
  }

  /** Codec of the sound, checksums of the pictures as they lie in the file, and where the tone sets in. */
  async function look(bytes: Buffer): Promise<{ codec: string; pictures: string[]; onsets: number[] }> {
    const file = join(folder, "look.mp4");
    await writeFile(file, bytes);
    const quiet = ["-hide_banner", "-loglevel", "error", "-xerror", "-i", file];
    const probe = await run("ffprobe", [
      ...[
        "-v",
        "error",
        "-select_streams",
        "a",
        "-show_entries",
        "stream=codec_name",
        "-of",
        "csv=p=0",
        file,
      ],
    ]);
    const copied = await run("ffmpeg", [...quiet, "-map", "0:v", "-c", "copy", "-f", "framemd5", "-"]);
    assert.equal(copied.stderr, "");
    const heard = join(folder, "heard.raw");
    const decoded = await run("ffmpeg", [
      // In the file's own time: a stream of fragments begins with a lead-in before zero.
      ...[
        "-y",
        "-copyts",
        ...quiet,
        "-map",
        "0:a",
        "-af",
        "aresample=async=1:first_pts=0",
        "-ar",
        String(RATE),
      ],
      ...["-ac", "1", "-f", "s16le", heard],
    ]);
    assert.equal(decoded.stderr, "");
    return {
      codec: probe.stdout.trim(),
      pictures: copied.stdout
        .split("\n")
        .filter((line) => line.startsWith("0,"))
        .map((line) => line.split(",").at(-1)?.trim() ?? ""),
      onsets: onsets(await readFile(heard)),
    };
  }

  /** Seconds at which sound sets in after at least a quarter of a second of silence. */
  function onsets(raw: Buffer): number[] {
    const found: number[] = [];
    let quietSince = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < raw.length / 2; at += 1) {
      if (Math.abs(raw.readInt16LE(at * 2)) < 3_000) continue;
      if (at - quietSince > RATE / 4) found.push(at / RATE);
      quietSince = at;
    }
    return found;
  }

  function assertNear(found: readonly number[], wanted: readonly number[]): void {
    assert.equal(found.length, wanted.length, `${found.join()} instead of ${wanted.join()}`);
    for (const [at, time] of wanted.entries()) {
      assert.ok(Math.abs((found[at] as number) - time) < 0.03, `${found.join()} instead of ${wanted.join()}`);
    }
  }

  /** Sixteen seconds with bursts of a tone, as G.711 in packets of 20 ms. */
  async function makeFootage(law: "pcmu" | "pcma"): Promise<Source> {
    const source = await makeSource(folder, `source-${law}`, [
      ...["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=16"],
      ...["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "25", "-keyint_min", "25"],
      ...["-sc_threshold", "0", "-pix_fmt", "yuv420p", "-video_track_timescale", "90000"],
    ]);
    const tone = BURSTS.map((start) => `between(t\\,${start}\\,${start + 0.5})`).join("+");
    const file = join(folder, `sound-${law}.raw`);
    await run("ffmpeg", [
      ...["-hide_banner", "-loglevel", "error", "-y", "-f", "lavfi"],
      ...["-i", `aevalsrc=0.7*sin(2*PI*1000*t)*(${tone}):s=${RATE}:d=16`],
      ...["-f", law === "pcmu" ? "mulaw" : "alaw", file],
    ]);
    const bytes = await readFile(file);
    const samples: SourceSample[] = [];
    for (let at = 0; at < bytes.length; at += 160) {
      samples.push({
        data: bytes.subarray(at, at + 160),
        decodeTime: at,
        compositionOffset: 0,
        duration: 160,
        keyFrame: true,
      });
    }
    return { ...source, audio: { format: g711Format(law, RATE, 1), samples } };
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "nj-clip-sound-"));
    const root = join(folder, "volume");
    const source = await makeFootage("pcmu");
    // Four files of four seconds; the last one begins ten minutes later.
    recorded = await record(root, source, {
      camera: "yard",
      seconds: 4,
      startAt90k: (number, continued) =>
        number === 0 ? NOON : number === 3 ? continued + 600 * SECOND : continued,
      runOf: (number) => (number < 3 ? 1 : 2),
    });
    gateway = await startTestGateway({ settings: { volumes: [{ id: VOLUME, path: root }] } });
    gateway.core.segments = recorded.map((one) => one.segment);
  });
  after(async () => {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("is AAC, where it was recorded as G.711, and each burst stands where it was heard", async () => {
    const { answer, bytes } = await fetched(clipUrl(NOON + 1.4 * SECOND, NOON + 11 * SECOND));
    assert.equal(answer.headers.get("x-nightjar-sound"), "aac");
    assert.equal(answer.headers.get("accept-ranges"), "bytes");
    assert.ok(bytes.indexOf("moov") < bytes.indexOf("mdat"));
    const found = await look(bytes);
    assert.equal(found.codec, "aac");
    assertNear(found.onsets, [3 - 1.4, 9 - 1.4]);
  });

  it("leaves the pictures as they were recorded, and is left alone on request", async () => {
    const range = [NOON + 1.4 * SECOND, NOON + 11 * SECOND] as const;
    const converted = await fetched(clipUrl(...range));
    const original = await fetched(clipUrl(...range, "&sound=original"));
    assert.notEqual(converted.answer.headers.get("etag"), original.answer.headers.get("etag"));
    assert.equal(original.answer.headers.get("x-nightjar-sound"), null);
    const [aac, g711] = [await look(converted.bytes), await look(original.bytes)];
    assert.equal(g711.codec, "pcm_mulaw");
    assert.ok(aac.pictures.length > 200);
    assert.deepEqual(aac.pictures, g711.pictures);
    assertNear(aac.onsets, g711.onsets);
    assert.equal((await fetch(clipUrl(...range, "&sound=mp3"), { headers })).status, 422);
  });

  it("comes in ranges as in one piece, with one tag, from the file made for the first", async () => {
    const url = clipUrl(NOON + SECOND, NOON + 10 * SECOND);
    const { answer, bytes } = await fetched(url);
    const etag = answer.headers.get("etag") ?? "";
    const pieces: Buffer[] = [];
    const step = Math.ceil(bytes.length / 9);
    for (let start = 0; start < bytes.length; start += step) {
      const part = await fetch(url, {
        headers: { ...headers, range: `bytes=${start}-${start + step - 1}`, "if-range": etag },
      });
      assert.equal(part.status, 206);
      pieces.push(Buffer.from(await part.arrayBuffer()));
    }
    const sum = (data: Buffer) => createHash("sha256").update(data).digest("hex");
    assert.equal(sum(Buffer.concat(pieces)), sum(bytes));
    // Many other clips later the same one is made anew, with the same bytes.
    for (let at = 0; at < 9; at += 1) await fetched(clipUrl(NOON + at * 9_000, NOON + 2 * SECOND));
    const again = await fetched(url);
    assert.equal(again.answer.headers.get("etag"), etag);
    assert.equal(sum(again.bytes), sum(bytes));
    const known = await fetch(url, { headers: { ...headers, "if-none-match": etag } });
    assert.equal(known.status, 304);
  });

  it("goes over a gap with the pictures, and missing sound is silence", async () => {
    const joined = await look((await fetched(clipUrl(NOON + 8 * SECOND, NOON + 700 * SECOND))).bytes);
    assert.equal(joined.codec, "aac");
    // The burst at 14 s is in the file after the gap, which begins where the one before it ended, at 12 s.
    assertNear(joined.onsets, [1, 6]);
  });

  it("is converted on the way where a recording still grows", async () => {
    const last = recorded.at(-1) as Recorded;
    gateway.core.segments = recorded.slice(0, -1).map((one) => one.segment);
    gateway.media.openSegments = [
      {
        identity: last.identity,
        volume: VOLUME,
        path: last.path,
        readableBytes: last.partEnds[2] as number,
        duration90k: 3 * SECOND,
        writeSequence: 9,
      },
    ];
    try {
      const { answer, bytes } = await fetched(clipUrl(NOON + 2 * SECOND, NOON + 700 * SECOND));
      assert.equal(answer.headers.get("accept-ranges"), "none");
      assert.equal(answer.headers.get("x-nightjar-sound"), "aac");
      const found = await look(bytes);
      assert.equal(found.codec, "aac");
      assertNear(found.onsets, [1, 7, 12]);
    } finally {
      gateway.core.segments = recorded.map((one) => one.segment);
      gateway.media.openSegments = [];
    }
  });

  it("stays G.711, and says so, where ffmpeg fails", async () => {
    const broken = join(folder, "broken-ffmpeg");
    await writeFile(
      broken,
      `#!/bin/sh\ncase "$*" in *-version*) echo "ffmpeg version 1-test";; *) echo no encoder >&2; exit 1;; esac\n`,
    );
    await chmod(broken, 0o755);
    await gateway.core.change({ ...gateway.core.settings, ffmpegPath: broken });
    try {
      const { answer, bytes } = await fetched(clipUrl(NOON + 2 * SECOND, NOON + 11.5 * SECOND));
      assert.equal(answer.headers.get("x-nightjar-sound"), "original; NJ_FFMPEG_FAILED");
      assert.equal((await look(bytes)).codec, "pcm_mulaw");
    } finally {
      const { ffmpegPath: _, ...settings } = gateway.core.settings;
      await gateway.core.change(settings);
    }
    const mended = await fetched(clipUrl(NOON + 2 * SECOND, NOON + 11.5 * SECOND));
    assert.equal(mended.answer.headers.get("x-nightjar-sound"), "aac", "what failed is not remembered");
  });

  it("stays G.711 where there is no ffmpeg, or the client wants it so", async () => {
    const conversion = new SoundConversion({
      readers: undefined as never,
      findFfmpeg: () => Promise.reject(new NightjarError("NJ_FFMPEG_MISSING", "unavailable", "none")),
      cacheFolder: folder,
      log: silentLog,
    });
    const source = { index: { audio: { format: g711Format("pcma", RATE, 1) } } } as unknown as ClipSource;
    const wish = { start90k: 0, end90k: 9, stream: "main", originalSound: false } as const;
    const { signal } = new AbortController();
    assert.deepEqual(await conversion.whole([source], wish, signal), {
      sound: undefined,
      note: "original; NJ_FFMPEG_MISSING",
    });
    const kept = await conversion.streamed(
      source.index.audio?.format,
      { ...wish, originalSound: true },
      signal,
    );
    assert.deepEqual(kept, { sound: undefined, note: undefined });
  });

  it("is no longer converted once the client has gone", async () => {
    const slow = join(folder, "slow-ffmpeg");
    const pidFile = join(folder, "slow.pid");
    await writeFile(
      slow,
      `#!/bin/sh\ncase "$*" in *-version*) echo "ffmpeg version 1-test";; *) echo $$ > ${pidFile}; exec sleep 60;; esac\n`,
    );
    await chmod(slow, 0o755);
    await gateway.core.change({ ...gateway.core.settings, ffmpegPath: slow });
    const leaving = new AbortController();
    const asked = fetch(clipUrl(NOON, NOON + 3 * SECOND), { headers, signal: leaving.signal });
    let pid = 0;
    const started = async (): Promise<void> => {
      while (pid === 0) {
        pid = Number(await readFile(pidFile, "utf8").catch(() => "0"));
        await new Promise(setImmediate);
      }
    };
    await started();
    leaving.abort();
    await assert.rejects(asked);
    await until(() => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    }, "the end of ffmpeg");
  });
});
