// `GET /api/v1/cameras/:id/snapshot.jpg[?time=&stream=&width=&exact=1]`: the newest picture, or one of a recording: the
// key frame at or before the moment, or with `exact` the very frame.
import type { IncomingMessage, ServerResponse } from "node:http";
import { msFromTime90k, TICKS_PER_SECOND, time90kFromMs } from "../../domain/time.ts";
import { NightjarError } from "../../errors.ts";
import { keyFrameJpeg } from "../../media/ffmpeg/key-frame-jpeg.ts";
import { type PictureFrame, pictureToJpeg } from "../../media/live/picture-to-jpeg.ts";
import type { VideoEntryFormat } from "../../media/mp4/index.ts";
import type { CorePort } from "../core-link.ts";
import type { ByteCounter } from "../doors/client-socket.ts";
import type { FindFfmpeg } from "../ffmpeg-tool.ts";
import { keyFrameFor, presentationAt, shownAt } from "../footage/playable.ts";
import type { VolumeReaders } from "../footage/volume-reader.ts";
import type { MediaPort } from "../media-link.ts";
import { type MediaRequest, wantedStream } from "../media-request.ts";
import { PlaybackTimeline } from "../playback/playback-timeline.ts";
import { Turns } from "./turns.ts";

const RUNNING_LIMIT = 4;
const WAITING_LIMIT = 64;
const KEPT = 64;
/** A moment this far from any picture has no picture. */
const DISTANCE_90K = 2 * TICKS_PER_SECOND;

interface Picture {
  readonly format: VideoEntryFormat;
  readonly frames: readonly PictureFrame[];
  readonly time90k: number;
}

export interface SnapshotParts {
  readonly core: CorePort;
  readonly media: MediaPort;
  readonly readers: VolumeReaders;
  readonly counter: ByteCounter;
  readonly findFfmpeg: FindFfmpeg;
}

/** Serves snapshots; the same picture is converted once. */
export class SnapshotService {
  readonly #parts: SnapshotParts;
  readonly #kept = new Map<string, Promise<Buffer>>();
  readonly #turns = new Turns(
    RUNNING_LIMIT,
    WAITING_LIMIT,
    () =>
      new NightjarError("NJ_SNAPSHOT_BUSY", "resource-exhausted", "too many pictures are being converted"),
  );

  constructor(parts: SnapshotParts) {
    this.#parts = parts;
  }

  async serve(request: IncomingMessage, response: ServerResponse, media: MediaRequest): Promise<void> {
    const stream = wantedStream(media);
    const width = widthOf(media.query.get("width"));
    const time = media.query.get("time");
    const timeline = new PlaybackTimeline(this.#parts, media.camera, stream);
    const exact = media.query.get("exact") === "1";
    const picture =
      time === null
        ? await this.#live(media, stream)
        : await this.#recorded(timeline, timeOf(time), exact, media.access.signal);
    const key = `${media.camera}/${stream}/${picture.time90k}/${picture.frames.length}/${width ?? ""}`;
    const jpeg = await this.#convert(key, picture, width);
    if (time !== null) {
      this.#parts.core.notify("audit", {
        sessionId: media.access.grant.sessionId,
        action: "snapshot-taken",
        camera: media.camera,
        detail: { time90k: picture.time90k, stream },
      });
    }
    this.#parts.counter.bytesSent += jpeg.length;
    response.writeHead(200, {
      "content-type": "image/jpeg",
      "content-length": jpeg.length,
      "cache-control": "private, no-store",
      "x-nightjar-time": new Date(msFromTime90k(picture.time90k)).toISOString(),
    });
    response.end(request.method === "HEAD" ? undefined : jpeg);
  }

  async #live(media: MediaRequest, stream: "main" | "sub"): Promise<Picture> {
    const { format, keyFrame, time90k } = await this.#parts.media.latestKeyFrame(media.camera, stream);
    const { video } = format;
    if (video === undefined) throw noPicture();
    const frame = {
      data: Buffer.from(keyFrame, "base64"),
      decodeTime: 0,
      compositionOffset: 0,
      keyFrame: true,
    };
    return {
      format: {
        codecString: video.codec,
        width: video.width,
        height: video.height,
        decoderConfig: Buffer.from(video.description, "base64"),
      },
      frames: [frame],
      time90k,
    };
  }

  async #recorded(
    timeline: PlaybackTimeline,
    time90k: number,
    exact: boolean,
    signal: AbortSignal,
  ): Promise<Picture> {
    const item = await timeline.at(time90k, true);
    if (item === undefined || item.end90k + DISTANCE_90K < time90k) throw noPicture();
    const index = await this.#parts.readers.index(item.place, signal);
    if (index.video.count === 0) throw noPicture();
    const { video } = index;
    const shown = shownAt(index, time90k - item.startTime90k);
    const key = keyFrameFor(index, shown);
    const wanted = exact ? presentationAt(video, shown) : presentationAt(video, key);
    const samples: number[] = [];
    // Frames that are shown later are not needed to decode this one, but for those it refers to, decoded before.
    for (let sample = key; sample <= (exact ? shown : key); sample += 1) samples.push(sample);
    const pieces = samples.map((sample) => ({
      offset: video.offsets[sample] as number,
      size: video.sizes[sample] as number,
    }));
    const buffers = await this.#parts.readers.read(item.place, pieces, 0, signal);
    const frames = samples.map((sample, at) => ({
      data: buffers[at] as Buffer,
      decodeTime: video.decodeTimes[sample] as number,
      compositionOffset: video.compositionOffsets[sample] as number,
      keyFrame: at === 0,
    }));
    return { format: video.format, frames, time90k: item.startTime90k + wanted };
  }

  #convert(key: string, picture: Picture, width: number | undefined): Promise<Buffer> {
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const made = this.#turns.run(() => this.#jpeg(picture, width));
    this.#kept.set(key, made);
    made.catch(() => this.#kept.delete(key));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return made;
  }

  async #jpeg(picture: Picture, width: number | undefined): Promise<Buffer> {
    const ffmpeg = await this.#parts.findFfmpeg();
    const { format, frames } = picture;
    const [keyFrame] = frames;
    if (keyFrame === undefined || frames.length > 1) return pictureToJpeg(ffmpeg, format, frames, width);
    return keyFrameJpeg(
      { codec: format.codecString, decoderConfig: format.decoderConfig, data: keyFrame.data },
      {
        ffmpeg: ffmpeg.path,
        sandbox: ffmpeg.sandbox,
        // Never larger than the camera's own picture.
        ...(width === undefined ? {} : { width: Math.min(width, format.width) }),
      },
    );
  }
}

function noPicture(): NightjarError {
  return new NightjarError("NJ_NO_PICTURE", "not-found", "there is no picture of this moment");
}

function widthOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  const width = Number(text);
  if (!Number.isInteger(width) || width < 16 || width > 3840) {
    throw new NightjarError("NJ_SNAPSHOT_WIDTH", "invalid-argument", "width must be from 16 to 3840");
  }
  return width;
}

function timeOf(text: string): number {
  const ms = Date.parse(text);
  if (!Number.isFinite(ms)) {
    throw new NightjarError("NJ_SNAPSHOT_TIME", "invalid-argument", "time must be a moment in ISO 8601");
  }
  return time90kFromMs(ms);
}
