// `video=h264` for a camera that sends H.265: one ffmpeg for all viewers, pictures with the times of those they were
// made of, a limit, and an end with the last viewer.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { LIVE_HEADER_BYTES, readLiveHeader, type WireFormat } from "../../core/media/live-wire.ts";
import { fragment, initSegment } from "../../core/media/mp4/index.ts";
import { liveFrame, startTestGateway, type TestGateway, until } from "../core/gateway/fake-peers.ts";
import { makeSource, type Source } from "./gateway-footage.ts";

const run = promisify(execFile);
const START = Date.UTC(2026, 2, 1, 12) * 90;

describe("transcoding for browsers without H.265", () => {
  let folder: string;
  let source: Source;
  let gateway: TestGateway;
  let format: WireFormat;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "nj-transcode-"));
    source = await makeSource(folder, "h265", [
      ...["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=4", "-c:v", "libx265"],
      ...[
        "-preset",
        "ultrafast",
        "-x265-params",
        "log-level=none:bframes=2:keyint=25:min-keyint=25:open-gop=0",
      ],
      ...["-tag:v", "hvc1", "-pix_fmt", "yuv420p", "-video_track_timescale", "90000"],
    ]);
    const video = source.video.format;
    format = {
      formatId: 3,
      video: {
        codec: video.codecString,
        width: video.width,
        height: video.height,
        description: Buffer.from(video.decoderConfig).toString("base64"),
      },
    };
    gateway = await startTestGateway({ settings: { maxTranscodes: 1 } });
    gateway.media.onSubscribe = (subscription) => gateway.media.format(subscription, format);
  });
  after(async () => {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function feed(subscription: number, from: number, to: number): void {
    source.video.samples.slice(from, to).forEach((sample, at) => {
      const header = {
        formatId: 3,
        keyFrame: sample.keyFrame,
        time90k: START + sample.decodeTime + sample.compositionOffset,
        compositionOffset90k: sample.compositionOffset,
        duration90k: sample.duration,
        frameNumber: from + at,
      };
      const frame = liveFrame(header, sample.data.length);
      sample.data.copy(frame, LIVE_HEADER_BYTES);
      gateway.media.frame(subscription, frame);
    });
  }

  async function figures() {
    return gateway.core.link.request("figures", {});
  }

  /** Resolves when what lingers of earlier viewers is gone. */
  async function placesFree(): Promise<void> {
    const end = performance.now() + 15_000;
    while ((await figures()).transcodes > 0) assert.ok(performance.now() < end, "a place stays taken");
  }

  it("gives every viewer the same H.264 pictures with the source's times, from one ffmpeg", async () => {
    const first = gateway.viewer("/api/v1/cameras/far/live?video=h264");
    const second = gateway.viewer("/api/v1/cameras/far/live?video=h264");
    await until(() => gateway.media.subscribed.some((one) => one.camera === "far"), "subscription");
    const { subscription = 0 } = gateway.media.subscribed.find((one) => one.camera === "far") ?? {};
    await until(
      () => first.texts("transcoding").length > 0 && second.texts("transcoding").length > 0,
      "notice",
    );
    const [notice] = first.texts("transcoding");
    assert.deepEqual(
      { from: notice?.["from"], to: notice?.["to"], running: notice?.["running"], limit: notice?.["limit"] },
      { from: "h265", to: "h264", running: 1, limit: 1 },
    );
    feed(subscription, 0, 60);
    // One or two pictures stay inside the decoder until the next ones push them out.
    await until(() => first.frames.length >= 55 && second.frames.length >= 55, "pictures");
    const seen = first.frames.map((frame) => readLiveHeader(frame));
    const shown = source.video.samples
      .map((sample) => START + sample.decodeTime + sample.compositionOffset)
      .sort((a, b) => a - b);
    seen.forEach((header, at) => {
      assert.equal(header?.time90k, shown[at], `time of picture ${at}`);
      assert.equal(header?.compositionOffset90k, 0);
    });
    assert.equal(seen[0]?.keyFrame, true);
    const made = first.texts("format").at(-1)?.["format"] as WireFormat;
    assert.match(made.video?.codec ?? "", /^avc1\./);
    assert.ok(second.frames.every((frame, at) => frame.equals(first.frames[at] as Buffer) || at >= 55));
    assert.equal((await figures()).transcodes, 1);
    assert.equal(gateway.media.subscribed.filter((one) => one.camera === "far").length, 1);
    await compare(made, first.frames.slice(0, 50));
    first.socket.close();
    second.socket.close();
    await until(() => first.closeCode !== undefined && second.closeCode !== undefined, "closed");
  });

  /** Decodes what was received and compares it, picture by picture, with the source. */
  async function compare(made: WireFormat, frames: readonly Buffer[]): Promise<void> {
    const video = {
      codecString: made.video?.codec ?? "",
      width: made.video?.width ?? 0,
      height: made.video?.height ?? 0,
      decoderConfig: Buffer.from(made.video?.description ?? "", "base64"),
    };
    const pieces: Uint8Array[] = [initSegment({ video })];
    frames.forEach((frame, at) => {
      const data = frame.subarray(LIVE_HEADER_BYTES);
      const sample = {
        length: data.length,
        duration: 3600,
        compositionOffset: 0,
        keyFrame: at === 0,
        damaged: false,
      };
      pieces.push(
        fragment({ sequence: at + 1, video: { baseDecodeTime: at * 3600, samples: [sample] } }),
        data,
      );
    });
    const file = join(folder, "made.mp4");
    await writeFile(file, Buffer.concat(pieces));
    const { stderr } = await run("ffmpeg", [
      ...["-hide_banner", "-i", file, "-i", join(folder, "h265.mp4")],
      ...["-lavfi", "[0:v]setpts=N/25/TB[a];[1:v]setpts=N/25/TB[b];[a][b]psnr=shortest=1", "-f", "null", "-"],
    ]);
    const average = Number(/average:([\d.]+)/.exec(stderr)?.[1]);
    assert.ok(average > 28, `PSNR ${average}`);
  }

  it("refuses a further stream beyond the limit and gives the place free when the last viewer leaves", async () => {
    const holder = gateway.viewer("/api/v1/cameras/one/live?video=h264");
    await until(() => holder.texts("transcoding").length > 0 || holder.closeCode !== undefined, "first");
    // The one before lingers for some seconds.
    let current = holder;
    const end = performance.now() + 8_000;
    while (current.closeCode !== undefined && performance.now() < end) {
      current = gateway.viewer("/api/v1/cameras/one/live?video=h264");
      await until(() => current.texts("transcoding").length > 0 || current.closeCode !== undefined, "again");
    }
    assert.equal(current.closeCode, undefined);
    const refused = gateway.viewer("/api/v1/cameras/two/live?video=h264");
    await until(() => refused.closeCode !== undefined, "refusal");
    const [error] = refused.texts("error");
    assert.equal(error?.["code"], "NJ_TRANSCODE_LIMIT");
    assert.match(String(error?.["message"]), /too many/);
    current.socket.close();
  });

  it("lets a viewer who waits have the place as soon as it is free, with a picture at once", async () => {
    await placesFree();
    const holder = gateway.viewer("/api/v1/cameras/three/live?video=h264");
    await until(() => holder.texts("transcoding").length > 0, "the place is taken");
    const waiting = gateway.viewer("/api/v1/cameras/four/live?video=h264&wait=1");
    await until(() => waiting.texts("transcode-wait").length > 0, "the notice");
    const [wait] = waiting.texts("transcode-wait");
    assert.deepEqual([wait?.["from"], wait?.["running"], wait?.["limit"]], ["h265", 1, 1]);
    // Another who does not wait is refused, and the first one is told nothing of it but how full it is.
    const refused = gateway.viewer("/api/v1/cameras/four/live?video=h264");
    await until(() => refused.closeCode !== undefined, "refusal");
    assert.equal(waiting.closeCode, undefined);
    const { subscription = 0 } = gateway.media.subscribed.find((one) => one.camera === "four") ?? {};
    feed(subscription, 0, 20);
    holder.socket.close();
    await until(() => waiting.texts("transcoding").length > 0, "the turn");
    // Nothing more comes from the camera: what the hub kept since the last key frame makes the first pictures.
    await until(() => waiting.frames.length >= 15, "pictures");
    const first = readLiveHeader(waiting.frames[0] as Buffer);
    assert.equal(first?.keyFrame, true);
    assert.equal((await figures()).transcodes, 1);
    waiting.socket.close();
  });

  it("passes a stream through that is H.264 already", async () => {
    gateway.media.onSubscribe = (subscription) => {
      gateway.media.format(subscription);
      gateway.media.frame(subscription, liveFrame({ keyFrame: true, frameNumber: 5 }, 50, 8));
    };
    const viewer = gateway.viewer("/api/v1/cameras/near/live?video=h264");
    await until(() => viewer.frames.length === 1, "frame");
    assert.deepEqual(viewer.frames[0], liveFrame({ keyFrame: true, frameNumber: 5 }, 50, 8));
    assert.equal(viewer.texts("transcoding").length, 0);
  });
});
