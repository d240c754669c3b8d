// A camera at rest, from coded frames to reports with a real ffmpeg: key frames alone are decoded while nothing happens, and
// what then moves is dated as if all had been.
import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { CameraWatch, type CameraWatchParts } from "../../core/analysis/camera-watch.ts";
import { systemClock } from "../../core/clock.ts";
import type { CameraId } from "../../core/domain/ids.ts";
import type { FeedSink } from "../../core/gateway/media-link.ts";
import { childOutput } from "../../core/link/child-output.ts";
import { silentLog } from "../../core/log.ts";
import { h264Format } from "../../core/media/codec/video-format.ts";
import { searchFfmpeg } from "../../core/media/ffmpeg/find-ffmpeg.ts";
import { LIVE_HEADER_BYTES, writeLiveHeader } from "../../core/media/live-wire.ts";
import { readClip } from "../../core/media/rtsp-server/mp4-clip.ts";
import { detectorOptions } from "../../core/plugin/host/detector-options.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { motionDetector } from "../../plugins/vca-motion/src/detector.ts";
import { boxClip } from "../support/detection-clips.ts";

const { found: ffmpeg } = await searchFfmpeg();
const skip = ffmpeg === undefined ? "there is no ffmpeg" : false;
const BASE_MS = 1_790_000_000_000;
const SECONDS = 22;
const FROM = 16.3;
const TO = 19.3;

/** The frames of a clip as they come from `media`. */
async function frames(file: string) {
  const video = (await readClip(file)).tracks.find(({ served }) => served.kind === "video");
  assert.ok(video !== undefined);
  const [sps, pps] = video.parameterSets as [Uint8Array, Uint8Array];
  const format = h264Format([sps], [pps]);
  assert.ok(format !== undefined);
  const messages = [...video.sizes.keys()].map((index) => {
    const at = video.offsets[index] as number;
    const size = video.sizes[index] as number;
    const message = Buffer.alloc(LIVE_HEADER_BYTES + size);
    writeLiveHeader(message, 0, {
      ...{ formatId: 1, track: "video", damaged: false, discontinuity: false, ageUs: 0 },
      ...{ keyFrame: video.keyFrames[index] === 1, compositionOffset90k: 0, duration90k: 9_000 },
      time90k: BASE_MS * 90 + ((video.presentationTimes[index] as number) * 90_000) / video.served.clockRate,
      frameNumber: index,
    });
    message.set(video.data.subarray(at, at + size), LIVE_HEADER_BYTES);
    return message;
  });
  const description = Buffer.from(format.decoderConfig).toString("base64");
  const { codecString: codec, width, height } = format;
  return { messages, format: { formatId: 1, video: { codec, width, height, description } } };
}

describe("a camera at rest", { skip, timeout: 300_000 }, () => {
  it("is awake for what moves, and dates its begin and end within a second and a half", async (t) => {
    using dir = tempDir("nightjar-idle-");
    const file = dir.join("box.mp4");
    boxClip(file, SECONDS, FROM, TO);
    const { messages, format } = await frames(file);
    const detector = motionDetector();
    const { signal } = new AbortController();
    const looked: number[] = [];
    const told: string[] = [];
    const seen = new EventTarget();
    let sink: FeedSink | undefined;
    const media = {
      isUp: true,
      subscribe: async (_camera: string, _stream: string, wanted: FeedSink) => {
        sink = wanted;
        seen.dispatchEvent(new Event("subscribed"));
        return { state: {}, close: () => undefined };
      },
    };
    const subscribed = once(seen, "subscribed");
    const watch = new CameraWatch(
      {
        camera: "yard" as CameraId,
        stream: "sub",
        detectors: [
          {
            ...{ plugin: "nightjar-vca-motion", id: "motion", runs: "here" },
            ...{ frames: detector.frames, eventTypes: detector.eventTypes },
            settings: { sensitivity: 50, rules: [], options: detectorOptions(detector.configSchema, {}) },
          },
        ],
      },
      {
        ...{ clock: systemClock, log: silentLog, media: media as unknown as CameraWatchParts["media"] },
        findFfmpeg: async () => ({ path: ffmpeg?.path ?? "" }),
        makeOutput: () => childOutput(dir.path),
        callsOf: () => ({
          begin: (wanted) => detector.begin(wanted, { signal }),
          look: (look, luma) => {
            if (look.frame !== undefined) looked.push((look.frame.timeMs - BASE_MS) / 1_000);
            return detector.look(look, { signal, luma });
          },
          end: (wanted) => detector.end(wanted, { signal }),
        }),
        nextWatch: () => "w",
        onReports: (_camera, _detector, reports) => {
          for (const { kind, timeMs = 0 } of reports)
            if (kind !== "update") told.push(`${kind} ${((timeMs - BASE_MS) / 1_000).toFixed(1)}`);
        },
        onActivity: () => undefined,
        onEnded: () => undefined,
      },
    );
    t.after(() => watch.close());
    await subscribed;
    sink?.format(format);
    await turn();
    let restedFrom: number | undefined;
    for (const [index, message] of messages.entries()) {
      sink?.frame(message);
      if (watch.figures().isIdle) restedFrom ??= index / 10;
      // As in a stream that is not in a hurry: pictures follow their frames within a second, key frames' within their group.
      if (index % 10 === 9)
        await waitFor(() => looked.some((at) => at >= (index - 9) / 10) || undefined, {
          deadlineMs: 30_000,
          what: () => `the picture of key frame ${index - 9}; looked at ${looked.slice(-3).join()}`,
        });
    }
    await waitFor(() => told.length === 2 || undefined, { deadlineMs: 30_000, what: () => told.join() });
    watch.close();
    assert.ok(restedFrom !== undefined && restedFrom >= 10 && restedFrom <= 13, `rests from ${restedFrom} s`);
    const [start, end] = told.map((each) => Number(each.split(" ")[1]));
    assert.ok(Math.abs((start ?? 0) - FROM) <= 1.5, `begins at ${start}`);
    assert.ok(Math.abs((end ?? 0) - TO) <= 1.5, `ends at ${end}`);
    const while_ = looked.filter((at) => at > FROM + 1 && at < TO);
    assert.ok(while_.length >= 8, `${while_.length} pictures while it moves`);
  });
});
