// What a camera costs where it is looked at: cameras of 640 × 360 at five pictures a second, their frames from memory and in
// their own time, each with its ffmpeg and the motion detector, as the process `analysis` holds them.
import { execFileSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { CameraWatch } from "../../core/analysis/camera-watch.ts";
import { sharedTicks } from "../../core/analysis/shared-ticks.ts";
import { systemClock } from "../../core/clock.ts";
import type { CameraId } from "../../core/domain/ids.ts";
import { TICKS_PER_SECOND, time90kFromMs } from "../../core/domain/time.ts";
import type { FeedSink } from "../../core/gateway/media-link.ts";
import { childOutput } from "../../core/link/child-output.ts";
import { silentLog } from "../../core/log.ts";
import { buildAvcC } from "../../core/media/codec/decoder-config.ts";
import { parseH264Sps } from "../../core/media/codec/h264-parameter-sets.ts";
import { requireFfmpeg } from "../../core/media/ffmpeg/find-ffmpeg.ts";
import { LIVE_HEADER_BYTES, type WireFormat, writeLiveHeader } from "../../core/media/live-wire.ts";
import { readClip } from "../../core/media/rtsp-server/mp4-clip.ts";
import { detectorOptions } from "../../core/plugin/host/detector-options.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { motionDetector } from "../../plugins/vca-motion/src/detector.ts";

const PER_SECOND = 5;
const FRAME_MS = 1_000 / PER_SECOND;
/** Until each camera has its decoder, and the figures are those of a camera that goes on. */
const SETTLE_SECONDS = 10;

/** Per camera, in percent of a core. */
export interface WatchCosts {
  /** What ffmpeg takes. */
  readonly decodePercent: number;
  /** What this process takes besides: frames in, pictures out, made smaller, looked at. */
  readonly beyondPercent: number;
}

/** Looks at so many cameras for so long, and says what each of them takes. */
export async function watchCosts(clip: string, cameras: number, seconds: number): Promise<WatchCosts> {
  const { format, frames } = await framesOf(clip);
  const ffmpeg = await requireFfmpeg();
  const sinks: FeedSink[] = [];
  const detector = motionDetector();
  const clock = sharedTicks(systemClock);
  const { signal } = new AbortController();
  using run = tempDir("nightjar-bench-");
  let begun = 0;
  const watches = Array.from({ length: cameras }, (_, index) => {
    const camera = `cam-${index}` as CameraId;
    return new CameraWatch(
      {
        ...{ camera, stream: "sub" },
        detectors: [
          {
            ...{ plugin: "nightjar-vca-motion", id: detector.id, runs: "here", frames: detector.frames },
            answersAtOnce: detector.answersAtOnce === true,
            eventTypes: detector.eventTypes,
            settings: { sensitivity: 50, rules: [], options: detectorOptions(detector.configSchema, {}) },
          },
        ],
      },
      {
        ...{ clock, log: silentLog, findFfmpeg: async () => ({ path: ffmpeg.path }) },
        media: {
          isUp: true,
          async subscribe(_camera, _stream, sink) {
            sinks.push(sink);
            return { state: { status: "online", sinceMs: 0 }, close: () => undefined };
          },
          openSegments: () => Promise.reject(new TypeError("there are none")),
          latestKeyFrame: () => Promise.reject(new TypeError("there is none")),
          requestKeyFrame: () => undefined,
        },
        makeOutput: () => childOutput(run.path),
        callsOf: () => ({
          begin: (watch) => detector.begin(watch, { signal }),
          look: (look, luma) => detector.look(look, { signal, luma }),
          end: (watch) => detector.end(watch, { signal }),
        }),
        nextWatch: () => {
          begun += 1;
          return `watch-${begun}`;
        },
        onReports: () => undefined,
        onActivity: () => undefined,
        onEnded: () => undefined,
      },
    );
  });
  try {
    await pause(100);
    for (const sink of sinks) sink.format(format);
    const beginMs = performance.now();
    const startMs = Date.now();
    let count = 0;
    const feed = async (untilSeconds: number): Promise<void> => {
      for (; count < untilSeconds * PER_SECOND; count += 1) {
        await pause(Math.max(0, beginMs + count * FRAME_MS - performance.now()));
        const frame = frames[count % frames.length];
        if (frame === undefined) return;
        const message = messageOf(frame, count, startMs + count * FRAME_MS);
        for (const sink of sinks) sink.frame(message);
      }
    };
    await feed(SETTLE_SECONDS);
    const before = process.cpuUsage();
    await feed(SETTLE_SECONDS + seconds);
    const { user, system } = process.cpuUsage(before);
    const shares = watches.map((watch) => watch.figures().decodeShare ?? Number.NaN);
    return {
      decodePercent: (100 * shares.reduce((sum, share) => sum + share, 0)) / cameras,
      beyondPercent: (user + system) / 10_000 / seconds / cameras,
    };
  } finally {
    for (const watch of watches) watch.close();
  }
}

interface CodedFrame {
  readonly data: Uint8Array;
  readonly keyFrame: boolean;
}

/** The clip at five pictures a second, a key frame every two seconds, as a camera would send it. */
async function framesOf(
  clip: string,
): Promise<{ readonly format: WireFormat; readonly frames: readonly CodedFrame[] }> {
  using dir = tempDir("nightjar-bench-");
  const slow = dir.join("slow.mp4");
  execFileSync(
    "ffmpeg",
    [
      ["-loglevel", "error", "-nostdin", "-i", clip, "-an", "-vf", `fps=${PER_SECOND}`],
      ["-c:v", "libx264", "-preset", "veryfast", "-g", String(2 * PER_SECOND), "-bf", "0", slow],
    ].flat(),
  );
  const track = (await readClip(slow)).tracks.find(({ served }) => served.kind === "video");
  const [sps, pps] = track?.parameterSets ?? [];
  const parsed = sps === undefined ? undefined : parseH264Sps(sps);
  if (track === undefined || sps === undefined || pps === undefined || parsed === undefined)
    throw new TypeError("ffmpeg has made no clip of H.264");
  const description = Buffer.from(buildAvcC(parsed, [sps], [pps])).toString("base64");
  const { width = 0, height = 0 } = track;
  return {
    format: { formatId: 1, video: { codec: "avc1.64001f", width, height, description } },
    frames: Array.from(track.sizes, (size, index) => {
      const offset = track.offsets[index] ?? 0;
      return { data: track.data.subarray(offset, offset + size), keyFrame: track.keyFrames[index] === 1 };
    }),
  };
}

function messageOf({ data, keyFrame }: CodedFrame, frameNumber: number, timeMs: number): Buffer {
  const message = Buffer.allocUnsafe(LIVE_HEADER_BYTES + data.byteLength);
  writeLiveHeader(message, 0, {
    ...{ formatId: 1, track: "video", keyFrame, damaged: false, discontinuity: false },
    ...{ time90k: time90kFromMs(timeMs), compositionOffset90k: 0, frameNumber, ageUs: 0 },
    duration90k: TICKS_PER_SECOND / PER_SECOND,
  });
  message.set(data, LIVE_HEADER_BYTES);
  return message;
}
