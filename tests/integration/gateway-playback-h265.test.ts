// Playback of H.265 for browsers that cannot decode it: every picture of the source comes as H.264 with its own time,
// forwards and backwards and over gaps, from as many ffmpegs as are allowed; the other stream where that is H.264.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import {
  LIVE_HEADER_BYTES,
  type LiveFrameHeader,
  readLiveHeader,
  type WireFormat,
} from "../../core/media/live-wire.ts";
import { fragment, initSegment } from "../../core/media/mp4/index.ts";
import {
  startTestGateway,
  type TestGateway,
  until,
  type Viewer,
  VOLUME,
} from "../core/gateway/fake-peers.ts";
import { iso, makeSource, NOON, type Recorded, record, SECOND } from "./gateway-footage.ts";

const run = promisify(execFile);

interface Shown {
  readonly header: LiveFrameHeader;
  readonly bytes: Buffer;
}

describe("playback of H.265 without a decoder for it", () => {
  let folder: string;
  let gateway: TestGateway;
  let recorded: Recorded[];
  let sub: Recorded[];

  async function h265(name: string, seconds: number): Promise<Awaited<ReturnType<typeof makeSource>>> {
    return makeSource(folder, name, [
      ...["-f", "lavfi", "-i", `testsrc2=size=320x180:rate=25:duration=${seconds}`],
      ...["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=48000:duration=${seconds}`],
      ...["-c:v", "libx265", "-preset", "ultrafast", "-x265-params"],
      "log-level=none:bframes=2:keyint=25:min-keyint=25:scenecut=0:open-gop=0",
      ...["-tag:v", "hvc1", "-pix_fmt", "yuv420p", "-c:a", "aac", "-video_track_timescale", "90000"],
    ]);
  }

  /** Opens a line that reports every picture as shown at once. */
  async function open(): Promise<Viewer> {
    const viewer = gateway.viewer("/api/v1/cameras/yard/playback");
    await until(() => viewer.socket.readyState === 1, "open");
    viewer.socket.on("message", (data: Buffer, isBinary) => {
      const header = isBinary ? readLiveHeader(data) : undefined;
      if (header?.track === "video") viewer.send({ type: "position", time90k: header.time90k });
    });
    return viewer;
  }

  function play(viewer: Viewer, request: number, time90k: number, speed = 1, stream = "main"): void {
    viewer.send({ type: "play", request, time: iso(time90k), speed, stream, video: "h264" });
  }

  function framesOf(viewer: Viewer, request: number, track = "video"): Shown[] {
    const start = viewer.received.findIndex(
      (item) => !Buffer.isBuffer(item) && item["type"] === "seeked" && item["request"] === request,
    );
    if (start < 0) return [];
    return viewer.received.slice(start).flatMap((item) => {
      const header = Buffer.isBuffer(item) ? readLiveHeader(item) : undefined;
      if (!Buffer.isBuffer(item) || header?.track !== track) return [];
      return [{ header, bytes: item.subarray(LIVE_HEADER_BYTES) }];
    });
  }

  function ended(viewer: Viewer, request: number): boolean {
    return viewer.texts("end").some((text) => text["request"] === request);
  }

  function shownTimes(files: readonly Recorded[]): number[] {
    return files.flatMap((one) => [...one.shown90k]).sort((a, b) => a - b);
  }

  /** Resolves when no place is taken any more. */
  async function placesFree(): Promise<void> {
    const end = performance.now() + 15_000;
    const taken = async () => (await gateway.core.link.request("figures", {})).transcodes;
    while ((await taken()) > 0) assert.ok(performance.now() < end, "a place stays taken");
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "nj-playback-h265-"));
    const root = join(folder, "volume");
    const source = await h265("main", 8);
    // Two files in a row, then a gap of half an hour and the rest in another run.
    recorded = await record(root, source, {
      camera: "yard",
      seconds: 3,
      startAt90k: (number, continued) =>
        number === 0 ? NOON : number === 2 ? continued + 1_800 * SECOND : continued,
      runOf: (number) => (number < 2 ? 1 : 2),
    });
    const small = await makeSource(folder, "sub", [
      ...["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=10:duration=6", "-c:v", "libx264"],
      ...["-preset", "ultrafast", "-g", "10", "-pix_fmt", "yuv420p", "-video_track_timescale", "90000"],
    ]);
    sub = await record(root, small, { camera: "yard", stream: "sub", seconds: 9, startAt90k: () => NOON });
    gateway = await startTestGateway({
      settings: { maxTranscodes: 1, volumes: [{ id: VOLUME, path: root }] },
    });
    gateway.core.segments = recorded.map((one) => one.segment);
  });
  after(async () => {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("gives every picture with its time, over a gap told in its place, and all of them before the end", async () => {
    const viewer = await open();
    play(viewer, 1, NOON);
    await until(() => ended(viewer, 1), "end");
    const frames = framesOf(viewer, 1);
    assert.deepEqual(
      frames.map(({ header }) => header.time90k),
      shownTimes(recorded),
    );
    const [notice] = viewer.texts("transcoding");
    assert.deepEqual(
      [notice?.["from"], notice?.["to"], notice?.["running"], notice?.["limit"], notice?.["request"]],
      ["h265", "h264", 1, 1, 1],
    );
    const gapAt = viewer.received.findIndex((item) => !Buffer.isBuffer(item) && item["type"] === "gap");
    const before = viewer.received.slice(0, gapAt).filter((item) => {
      return Buffer.isBuffer(item) && readLiveHeader(item)?.track === "video";
    });
    assert.equal(before.length, shownTimes(recorded.slice(0, 2)).length, "the gap stands between the files");
    const formats = viewer.texts("format").map((text) => text["format"] as WireFormat);
    assert.equal(formats.length, 1, "the client never hears of H.265");
    assert.match(formats[0]?.video?.codec ?? "", /^avc1\./);
    assert.ok(frames.every(({ header }) => header.formatId === formats[0]?.formatId));
    const sound = framesOf(viewer, 1, "audio");
    assert.ok(sound.length > 300);
    assert.ok(sound.every(({ header }) => header.formatId === formats[0]?.formatId));
    await compare(formats[0] as WireFormat, frames);
    viewer.socket.close();
    await until(() => viewer.closeCode !== undefined, "closed");
    await placesFree();
  });

  /** Decodes what was received and compares it with the source, picture by picture. */
  async function compare(format: WireFormat, frames: readonly Shown[]): Promise<void> {
    const video = {
      codecString: format.video?.codec ?? "",
      width: format.video?.width ?? 0,
      height: format.video?.height ?? 0,
      decoderConfig: Buffer.from(format.video?.description ?? "", "base64"),
    };
    const pieces: Uint8Array[] = [initSegment({ video })];
    for (const [at, { header, bytes }] of frames.entries()) {
      const sample = { length: bytes.length, duration: 3_600, compositionOffset: 0 };
      const samples = [{ ...sample, keyFrame: header.keyFrame, damaged: false }];
      pieces.push(fragment({ sequence: at + 1, video: { baseDecodeTime: at * 3_600, samples } }), bytes);
    }
    const file = join(folder, "made.mp4");
    await writeFile(file, Buffer.concat(pieces));
    const { stderr } = await run("ffmpeg", [
      ...["-hide_banner", "-i", file, "-i", join(folder, "main.mp4")],
      ...["-lavfi", "[0:v]setpts=N/25/TB[a];[1:v]setpts=N/25/TB[b];[a][b]psnr=shortest=1", "-f", "null", "-"],
    ]);
    const average = Number(/average:([\d.]+)/.exec(stderr)?.[1]);
    assert.ok(average > 28, `PSNR ${average}`);
  }

  it("seeks: begins at the key frame before the moment, and what an older request asked for is void", async () => {
    const viewer = await open();
    play(viewer, 1, NOON);
    await until(() => framesOf(viewer, 1).length > 5, "the first request's pictures");
    const moment = NOON + 4.5 * SECOND;
    play(viewer, 2, moment);
    await until(() => ended(viewer, 2), "end");
    const times = framesOf(viewer, 2).map(({ header }) => header.time90k);
    assert.equal(framesOf(viewer, 2)[0]?.header.keyFrame, true);
    assert.ok((times[0] ?? 0) <= moment && (times[0] ?? 0) > moment - SECOND, "a group of a second");
    assert.deepEqual(
      times,
      shownTimes(recorded).filter((time) => time >= (times[0] ?? 0)),
    );
    viewer.socket.close();
  });

  it("plays backwards group by group, each decodable by itself", async () => {
    const viewer = await open();
    play(viewer, 1, NOON + 5.9 * SECOND, -1);
    await until(() => ended(viewer, 1), "end");
    const frames = framesOf(viewer, 1);
    const wanted = shownTimes(recorded.slice(0, 2)).filter((time) => time <= NOON + 5.9 * SECOND);
    const times = new Set(frames.map(({ header }) => header.time90k));
    assert.deepEqual(
      wanted.filter((time) => !times.has(time)),
      [],
    );
    // What is shown later and was decoded before the wanted picture comes too.
    assert.ok(frames.length <= wanted.length + 2);
    const keys = frames.filter(({ header }) => header.keyFrame).map(({ header }) => header.time90k);
    assert.deepEqual(
      keys,
      [5, 4, 3, 2, 1, 0].map((second) => NOON + second * SECOND),
    );
    viewer.socket.close();
  });

  it("shows key frames only at high speed", async () => {
    const viewer = await open();
    play(viewer, 1, NOON, 8);
    await until(() => ended(viewer, 1), "end");
    const times = framesOf(viewer, 1).map(({ header }) => header.time90k);
    assert.deepEqual(
      times.slice(0, 6),
      [0, 1, 2, 3, 4, 5].map((second) => NOON + second * SECOND),
    );
    viewer.socket.close();
  });

  it("waits where all places are taken, is told so, and goes on by itself when one becomes free", async () => {
    await placesFree();
    const holder = await open();
    play(holder, 1, NOON);
    await until(() => framesOf(holder, 1).length > 0, "pictures");
    const second = await open();
    play(second, 1, NOON);
    await until(() => second.texts("transcode-wait").length > 0, "the notice");
    const [wait] = second.texts("transcode-wait");
    assert.deepEqual([wait?.["from"], wait?.["running"], wait?.["limit"]], ["h265", 1, 1]);
    // Another moment is asked for meanwhile.
    play(second, 2, NOON + 4 * SECOND);
    await until(() => second.texts("transcode-wait").length > 1, "the notice of the second request");
    assert.equal(framesOf(second, 1).length, 0);
    holder.socket.close();
    await until(() => ended(second, 2), "end");
    assert.equal(framesOf(second, 2)[0]?.header.time90k, NOON + 4 * SECOND);
    second.socket.close();
  });

  it("takes the other stream where that was recorded in H.264 at the moment, and says so", async () => {
    gateway.core.segments = [...recorded, ...sub].map((one) => one.segment);
    try {
      const viewer = await open();
      play(viewer, 1, NOON + SECOND);
      await until(() => ended(viewer, 1), "end");
      const [notice] = viewer.texts("other-stream");
      assert.deepEqual([notice?.["stream"], notice?.["codec"]], ["sub", "h265"]);
      assert.equal(viewer.texts("transcoding").length, 0);
      const [format] = viewer.texts("format").map((text) => text["format"] as WireFormat);
      assert.equal(format?.video?.width, 160);
      const frames = framesOf(viewer, 1);
      const source = sub[0]?.video ?? [];
      assert.ok(frames[0]?.bytes.equals(source[10]?.data as Buffer), "as it was recorded");
      // Half an hour later there is no sub-stream.
      play(viewer, 2, NOON + 1_806.5 * SECOND);
      await until(() => framesOf(viewer, 2).length > 10, "converted pictures");
      assert.equal(viewer.texts("other-stream").length, 1);
      viewer.socket.close();
    } finally {
      gateway.core.segments = recorded.map((one) => one.segment);
    }
  });

  it("leaves clients alone that can decode H.265", async () => {
    const viewer = await open();
    viewer.send({ type: "play", request: 1, time: iso(NOON), speed: 1, stream: "main" });
    await until(() => ended(viewer, 1), "end");
    const [format] = viewer.texts("format").map((text) => text["format"] as WireFormat);
    assert.match(format?.video?.codec ?? "", /^hvc1/);
    assert.ok(framesOf(viewer, 1)[0]?.bytes.equals(recorded[0]?.video[0]?.data as Buffer));
    viewer.socket.close();
  });
});
