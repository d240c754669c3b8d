// Clips and snapshots through the whole gateway: what comes out plays in ffmpeg without a complaint and holds the
// pictures of the source, whatever way it is fetched.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { waitFor } from "../../core/testing/wait-for.ts";
import { startTestGateway, type TestGateway, VOLUME } from "../core/gateway/fake-peers.ts";
import {
  clipAddress,
  iso,
  makeSource,
  NOON,
  type Recorded,
  record,
  SECOND,
  type Source,
} from "./gateway-footage.ts";

const run = promisify(execFile);

describe("clips and snapshots through the gateway", () => {
  let folder: string;
  let gateway: TestGateway;
  let source: Source;
  let recorded: Recorded[];
  const headers = { authorization: "Bearer good" };

  function clipUrl(start90k: number, end90k: number, more = ""): string {
    return clipAddress(gateway.http, start90k, end90k, more);
  }

  /** What ffmpeg decodes of a file: a checksum and a time in seconds for each picture; it must not complain. */
  async function decode(bytes: Buffer): Promise<{ sums: string[]; times: number[]; soundSeconds: number }> {
    const file = join(folder, "clip.mp4");
    await writeFile(file, bytes);
    const args = ["-hide_banner", "-loglevel", "error", "-xerror", "-i", file];
    const { stdout, stderr } = await run("ffmpeg", [...args, "-map", "0:v", "-f", "framemd5", "-"]);
    assert.equal(stderr, "");
    const lines = stdout.split("\n").filter((line) => line.startsWith("0,"));
    const base = Number(/#tb 0: 1\/(\d+)/.exec(stdout)?.[1] ?? 1);
    const sound = await run("ffmpeg", [...args, "-map", "0:a?", "-f", "null", "-"]).then(
      ({ stderr: complaint }) => complaint,
    );
    assert.equal(sound, "");
    const probe = await run("ffprobe", [
      ...["-v", "error", "-select_streams", "a", "-show_entries", "stream=duration"],
      ...["-of", "csv=p=0", file],
    ]);
    return {
      sums: lines.map((line) => line.split(",").at(-1)?.trim() ?? ""),
      times: lines.map((line) => Number(line.split(",")[2]) / base),
      soundSeconds: Number(probe.stdout.trim() || 0),
    };
  }

  let sourceSums: string[];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "nj-clip-"));
    const root = join(folder, "volume");
    source = await makeSource(folder, "source", [
      ...["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=20"],
      ...["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=20"],
      ...["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "25", "-keyint_min", "25"],
      ...["-sc_threshold", "0", "-pix_fmt", "yuv420p", "-c:a", "aac", "-video_track_timescale", "90000"],
    ]);
    recorded = await record(root, source, {
      camera: "yard",
      seconds: 4,
      startAt90k: (number, continued) =>
        number === 0 ? NOON : number === 3 ? continued + 600 * SECOND : continued,
      runOf: (number) => (number < 3 ? 1 : 2),
    });
    gateway = await startTestGateway({ settings: { volumes: [{ id: VOLUME, path: root }] } });
    gateway.core.segments = recorded.map((one) => one.segment);
    const { stdout } = await run("ffmpeg", [
      ...["-hide_banner", "-loglevel", "error", "-i", join(folder, "source.mp4")],
      ...["-map", "0:v", "-f", "framemd5", "-"],
    ]);
    sourceSums = stdout
      .split("\n")
      .filter((line) => line.startsWith("0,"))
      .map((line) => line.split(",").at(-1)?.trim() ?? "");
  });
  after(async () => {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("gives the pictures between start and end, from several files, and nothing of the lead-in", async () => {
    const answer = await fetch(clipUrl(NOON + 2.4 * SECOND, NOON + 9.2 * SECOND), { headers });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "video/mp4");
    assert.equal(answer.headers.get("accept-ranges"), "bytes");
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(bytes.length, Number(answer.headers.get("content-length")));
    assert.ok(bytes.indexOf("moov") < bytes.indexOf("mdat"));
    const { sums, times, soundSeconds } = await decode(bytes);
    assert.deepEqual(sums, sourceSums.slice(60, 230));
    assert.equal(times[0], 0);
    assert.ok(Math.abs(soundSeconds - 6.8) < 0.1, `${soundSeconds} s of sound`);
  });

  it("joins recordings over a gap without showing it", async () => {
    const answer = await fetch(clipUrl(NOON + 10 * SECOND, NOON + 614 * SECOND), { headers });
    const { sums, times } = await decode(Buffer.from(await answer.arrayBuffer()));
    assert.deepEqual(sums, sourceSums.slice(250, 350));
    assert.ok((times.at(-1) ?? 99) < 4);
  });

  it("gives the same bytes in ranges as in one piece, with one tag", async () => {
    const url = clipUrl(NOON + SECOND, NOON + 11 * SECOND);
    const whole = await fetch(url, { headers });
    const etag = whole.headers.get("etag") ?? "";
    const bytes = Buffer.from(await whole.arrayBuffer());
    const pieces: Buffer[] = [];
    const step = Math.ceil(bytes.length / 7);
    for (let start = 0; start < bytes.length; start += step) {
      const part = await fetch(url, {
        headers: { ...headers, range: `bytes=${start}-${start + step - 1}`, "if-range": etag },
      });
      assert.equal(part.status, 206);
      assert.equal(part.headers.get("etag"), etag);
      const end = Math.min(bytes.length, start + step) - 1;
      assert.equal(part.headers.get("content-range"), `bytes ${start}-${end}/${bytes.length}`);
      pieces.push(Buffer.from(await part.arrayBuffer()));
    }
    const sum = (data: Buffer) => createHash("sha256").update(data).digest("hex");
    assert.equal(sum(Buffer.concat(pieces)), sum(bytes));
    const tail = await fetch(url, { headers: { ...headers, range: "bytes=-1000" } });
    assert.ok(Buffer.from(await tail.arrayBuffer()).equals(bytes.subarray(-1000)));
  });

  it("answers 304 to a known tag, 416 beyond the end, and the whole to a stale If-Range", async () => {
    const url = clipUrl(NOON, NOON + 2 * SECOND);
    const head = await fetch(url, { method: "HEAD", headers });
    const etag = head.headers.get("etag") ?? "";
    const size = Number(head.headers.get("content-length"));
    assert.ok(size > 0);
    assert.equal((await fetch(url, { headers: { ...headers, "if-none-match": etag } })).status, 304);
    const beyond = await fetch(url, { headers: { ...headers, range: `bytes=${size}-` } });
    assert.equal(beyond.status, 416);
    assert.equal(beyond.headers.get("content-range"), `bytes */${size}`);
    assert.equal(beyond.headers.get("content-type"), "application/problem+json");
    const stale = await fetch(url, { headers: { ...headers, range: "bytes=0-9", "if-range": '"old"' } });
    assert.equal(stale.status, 200);
    await stale.arrayBuffer();
  });

  it("streams fragments without Range when a recording in the range still grows", async () => {
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
      const answer = await fetch(clipUrl(NOON + 6.2 * SECOND, NOON + 700 * SECOND), { headers });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get("accept-ranges"), "none");
      assert.equal(answer.headers.get("etag"), null);
      const { sums, soundSeconds } = await decode(Buffer.from(await answer.arrayBuffer()));
      // The last file is closed on disk, so that all of what its index holds is there.
      // ffmpeg decodes the lead-in of a fragmented file too; its edit list puts it before zero.
      const first = await run("ffprobe", [
        ...["-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time"],
        ...["-read_intervals", "%+#1", "-of", "csv=p=0", join(folder, "clip.mp4")],
      ]);
      assert.ok(Math.abs(Number.parseFloat(first.stdout) + 0.2) < 0.001, first.stdout);
      assert.deepEqual(sums, sourceSums.slice(150));
      assert.ok(soundSeconds > 10);
    } finally {
      gateway.core.segments = recorded.map((one) => one.segment);
      gateway.media.openSegments = [];
    }
  });

  it("streams more than an hour, over a gap, without Range; an hour is a file with ranges", async () => {
    const start = NOON + 2 * SECOND;
    const hour = await fetch(clipUrl(start, start + 3_600 * SECOND), { method: "HEAD", headers });
    assert.equal(hour.headers.get("accept-ranges"), "bytes");
    const longer = clipUrl(start, start + 3_660 * SECOND);
    const answer = await fetch(longer, { headers: { ...headers, range: "bytes=0-99" } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("accept-ranges"), "none");
    assert.equal(answer.headers.get("etag"), null);
    assert.equal(answer.headers.get("content-length"), null);
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.ok(bytes.includes("moof"));
    const { sums, times, soundSeconds } = await decode(bytes);
    assert.deepEqual(sums, sourceSums.slice(50));
    assert.ok((times.at(-1) ?? 99) - (times[0] ?? 0) < 18, "the ten minutes of nothing are left out");
    assert.ok(Math.abs(soundSeconds - 18) < 0.3, `${soundSeconds} s of sound`);
  });

  it("streams a range in which the picture's size changes, as one file that plays", async () => {
    const root = join(folder, "volume");
    const small = await makeSource(folder, "small", [
      ...["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=4"],
      ...["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=4"],
      ...["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p"],
      ...["-c:a", "aac", "-video_track_timescale", "90000"],
    ]);
    const changed = await record(root, small, {
      camera: "yard",
      seconds: 8,
      run: 5,
      startAt90k: () => NOON + 800 * SECOND,
    });
    gateway.core.segments = [...recorded.slice(3), ...changed].map((one) => one.segment);
    try {
      const answer = await fetch(clipUrl(NOON + 600 * SECOND, NOON + 900 * SECOND), { headers });
      assert.equal(answer.headers.get("accept-ranges"), "none");
      const { sums } = await decode(Buffer.from(await answer.arrayBuffer()));
      assert.equal(sums.length, 200 + 100);
    } finally {
      gateway.core.segments = recorded.map((one) => one.segment);
    }
  });

  it("says what is wrong with a range, and that nothing is recorded in it", async () => {
    const backwards = await fetch(clipUrl(NOON + SECOND, NOON), { headers });
    assert.equal(backwards.status, 422);
    assert.equal(((await backwards.json()) as { code: string }).code, "NJ_CLIP_RANGE");
    const empty = await fetch(clipUrl(NOON - 9 * SECOND, NOON - 8 * SECOND), { headers });
    assert.equal(empty.status, 404);
    assert.equal((await fetch(clipUrl(NOON, NOON + SECOND, "&stream=third"), { headers })).status, 422);
  });

  it("gives the key frame at or before a moment, or the exact frame, as JPEG", async () => {
    const at = (time90k: number, more = "") =>
      fetch(`${gateway.http}/api/v1/cameras/yard/snapshot.jpg?at=${iso(time90k)}${more}`, { headers });
    const key = await at(NOON + 5.5 * SECOND, "&width=160");
    assert.equal(key.status, 200);
    assert.equal(key.headers.get("content-type"), "image/jpeg");
    assert.equal(key.headers.get("x-nightjar-time"), iso(NOON + 5 * SECOND));
    const file = join(folder, "still.jpg");
    await writeFile(file, Buffer.from(await key.arrayBuffer()));
    const size = await run("ffprobe", [
      ...["-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", file],
    ]);
    assert.equal(size.stdout.trim(), "160,90");
    const exact = await at(NOON + 5.48 * SECOND, "&exact=1");
    assert.equal(exact.headers.get("x-nightjar-time"), iso(NOON + 5.48 * SECOND));
    // The same frame of the source, compared as pictures.
    await writeFile(file, Buffer.from(await exact.arrayBuffer()));
    const compared = await run("ffmpeg", [
      ...["-hide_banner", "-i", join(folder, "source.mp4"), "-i", file, "-lavfi"],
      ...["[0:v]select=eq(n\\,137),format=yuv420p[a];[1:v]format=yuv420p[b];[a][b]psnr", "-frames:v", "1"],
      ...["-f", "null", "-"],
    ]);
    const psnr = Number(/average:([\d.]+|inf)/.exec(compared.stderr)?.[1]);
    assert.ok(psnr > 28, `PSNR ${psnr}`);
    assert.equal((await at(NOON - 100 * SECOND)).status, 404);
  });

  it("gives a picture a tag, knows it again without making it, and takes its width up to the next step", async () => {
    const ask = (more: string, tag?: string) =>
      fetch(`${gateway.http}/api/v1/cameras/yard/snapshot.jpg?at=${iso(NOON + 2 * SECOND)}${more}`, {
        headers: { ...headers, ...(tag === undefined ? {} : { "if-none-match": tag }) },
      });
    const first = await ask("&width=100");
    assert.equal(first.status, 200);
    const file = join(folder, "small.jpg");
    await writeFile(file, Buffer.from(await first.arrayBuffer()));
    const { stdout } = await run("ffprobe", [
      ...["-v", "error", "-show_entries", "stream=width", "-of", "csv=p=0", file],
    ]);
    assert.equal(stdout.trim(), "160");
    const tag = first.headers.get("etag") ?? "";
    assert.match(tag, /^"[\w-]{27}"$/);
    const again = await ask("&width=160", tag);
    assert.equal(again.status, 304);
    assert.equal((await again.arrayBuffer()).byteLength, 0);
    assert.equal(again.headers.get("etag"), tag);
    const larger = await ask("&width=161", tag);
    assert.equal(larger.status, 200);
    await larger.arrayBuffer();
    for (const width of ["15", "4000", "1e3", "x"])
      assert.equal((await ask(`&width=${width}`)).status, 422, width);
    assert.equal((await ask("&at=yesterday")).status, 200, "the first one given holds");
    const wrong = await fetch(`${gateway.http}/api/v1/cameras/yard/snapshot.jpg?at=soon`, { headers });
    assert.equal(((await wrong.json()) as { code: string }).code, "NJ_SNAPSHOT_TIME");
  });

  it("tells the audit log of clips and snapshots: who, what, from where, and once for each view", async () => {
    gateway.core.audits.length = 0;
    const get = async (path: string, range?: string) =>
      (
        await fetch(`${gateway.http}/api/v1/cameras/porch/${path}`, {
          headers: range === undefined ? headers : { ...headers, range },
        })
      ).arrayBuffer();
    const clip = `clip.mp4?start=${iso(NOON + SECOND)}&end=${iso(NOON + 2 * SECOND)}`;
    // All but its first byte is a download, too.
    await get(clip, "bytes=1-");
    await get(clip);
    for (const width of [160, 160, 640]) await get(`snapshot.jpg?at=${iso(NOON)}&width=${width}`);
    await waitFor(() => gateway.core.audits.length >= 3, { what: "all acts" });
    const acts = gateway.core.audits.map(({ sessionId, action, camera, remoteAddress }) =>
      [sessionId, action, camera, remoteAddress].join(" "),
    );
    assert.deepEqual(acts, [
      "s1 clip-downloaded porch 127.0.0.1",
      "s1 thumbnails-viewed porch 127.0.0.1",
      "s1 snapshot-taken porch 127.0.0.1",
    ]);
  });

  it("makes one picture a second of a camera after four at once, and says when to come back", async () => {
    const moments = Array.from({ length: 12 }, (_, index) => NOON + index * SECOND);
    const beganMs = performance.now();
    const answers = await Promise.all(
      moments.map(async (time90k) => {
        const answer = await fetch(
          `${gateway.http}/api/v1/cameras/pond/snapshot.jpg?width=320&at=${iso(time90k)}`,
          { headers },
        );
        return { status: answer.status, wait: answer.headers.get("retry-after"), body: await answer.text() };
      }),
    );
    const busy = answers.filter(({ status }) => status === 429);
    assert.ok(busy.length > 0);
    for (const { body, wait } of busy) {
      assert.equal((JSON.parse(body) as { code: string }).code, "NJ_SNAPSHOT_BUSY");
      assert.ok(Number(wait) >= 1);
    }
    const made = answers.filter(({ status }) => status === 200).length;
    const most = 4 + Math.ceil((performance.now() - beganMs) / 1_000);
    assert.ok(made >= 4 && made <= most, `${made} were made, not 4 to ${most}`);
  });

  it("asks for the right to play back where a moment is asked for", async () => {
    gateway.core.asked.length = 0;
    await fetch(`${gateway.http}/api/v1/cameras/yard/snapshot.jpg?at=${iso(NOON)}&width=160`, { headers });
    assert.deepEqual(
      gateway.core.asked.map(({ right }) => right),
      ["playback", "snapshot"],
    );
  });

  it("gives the newest live picture as JPEG", async () => {
    const format = source.video.format;
    const keyFrame = source.video.samples[0]?.data as Buffer;
    gateway.media.latest = {
      format: {
        formatId: 1,
        video: {
          codec: format.codecString,
          width: format.width,
          height: format.height,
          description: Buffer.from(format.decoderConfig).toString("base64"),
        },
      },
      keyFrame: keyFrame.toString("base64"),
      time90k: NOON,
    };
    const answer = await fetch(`${gateway.http}/api/v1/cameras/yard/snapshot.jpg`, { headers });
    assert.equal(answer.status, 200);
    const jpeg = Buffer.from(await answer.arrayBuffer());
    assert.equal(jpeg.readUInt16BE(0), 0xffd8);
  });
});
