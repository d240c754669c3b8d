// `GET /api/v1/cameras/:id/snapshot.jpg[?at=&stream=&width=&exact=1]`: the newest picture, or one of a recording: the key
// frame at or before the moment, or with `exact` the very frame. A picture has a tag before it is made, so that whoever has
// it already costs nothing; what is made is kept, paced for each camera and bounded over all.
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../clock.ts";
import { msFromTime90k, TICKS_PER_SECOND, time90kFromMs } from "../../domain/time.ts";
import { Turns } from "../../domain/turns.ts";
import { NightjarError } from "../../errors.ts";
import type { FindFfmpeg } from "../../media/ffmpeg/ffmpeg-tool.ts";
import { keyFrameJpeg } from "../../media/ffmpeg/key-frame-jpeg.ts";
import { type PictureFrame, pictureToJpeg } from "../../media/live/picture-to-jpeg.ts";
import type { VideoEntryFormat } from "../../media/mp4/index.ts";
import type { CorePort } from "../core-link.ts";
import type { ByteCounter } from "../doors/client-socket.ts";
import { keyFrameFor, presentationAt, shownAt } from "../footage/playable.ts";
import type { VolumeReaders } from "../footage/volume-reader.ts";
import type { LiveAudit } from "../live/live-audit.ts";
import type { MediaPort } from "../media-link.ts";
import { type MediaRequest, wantedStream } from "../media-request.ts";
import { PlaybackTimeline } from "../playback/playback-timeline.ts";
import { ToldLately } from "../told-lately.ts";
import { KeptPictures } from "./kept-pictures.ts";
import { PicturePace } from "./picture-pace.ts";

const RUNNING_LIMIT = 4;
const WAITING_LIMIT = 64;
/** The newest picture is asked of the camera's stream this often. */
const LIVE_FOR_MS = 1_000;
const LIVE_KEPT = 4_096;
/** A width is taken up to the next of these, so that few pictures serve many askers. */
const WIDTHS = [160, 320, 640, 960, 1_280, 1_920, 2_560, 3_840] as const;
/** Up to here a picture is a thumbnail: looking at many is one act for the audit log, once a minute. */
const THUMBNAIL_WIDTH = 320;
const THUMBNAILS_MS = 60_000;
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
  readonly liveAudit: LiveAudit;
  readonly clock: Clock;
}

/** Serves snapshots; the same picture is converted once. */
export class SnapshotService {
  readonly #parts: SnapshotParts;
  readonly #kept = new KeptPictures();
  readonly #pace: PicturePace;
  readonly #newest = new Map<string, { readonly atMs: number; readonly picture: Promise<Picture> }>();
  readonly #thumbnails: ToldLately;
  readonly #turns = new Turns(
    RUNNING_LIMIT,
    WAITING_LIMIT,
    () =>
      new NightjarError("NJ_SNAPSHOT_BUSY", "resource-exhausted", "too many pictures are being converted"),
  );

  constructor(parts: SnapshotParts) {
    this.#parts = parts;
    this.#pace = new PicturePace(parts.clock);
    this.#thumbnails = new ToldLately(parts.clock, THUMBNAILS_MS);
  }

  async serve(request: IncomingMessage, response: ServerResponse, media: MediaRequest): Promise<void> {
    const stream = wantedStream(media);
    const width = widthOf(media.query.get("width"));
    const time = momentIn(media.query);
    const timeline = new PlaybackTimeline(this.#parts, media.camera, stream);
    const exact = media.query.get("exact") === "1";
    const picture =
      time === undefined
        ? await this.#live(media, stream)
        : await this.#recorded(timeline, timeOf(time), exact, media.access.signal);
    const name = `${media.camera}/${stream}/${picture.time90k}/${picture.frames.length}/${width ?? ""}`;
    const headers = {
      etag: tagOf(name, picture),
      "cache-control": "private, no-cache",
      "x-nightjar-time": new Date(msFromTime90k(picture.time90k)).toISOString(),
    };
    if (time === undefined) this.#parts.liveAudit.watched(media.access, stream);
    else this.#tell(media, stream, picture, width);
    if (hasTag(request.headers["if-none-match"], headers.etag)) {
      response.writeHead(304, headers);
      response.end();
      return;
    }
    const jpeg = await this.#kept.get(headers.etag, () => this.#convert(media, picture, width));
    this.#parts.counter.bytesSent += jpeg.length;
    response.writeHead(200, {
      ...headers,
      "content-type": "image/jpeg",
      "content-length": jpeg.length,
    });
    response.end(request.method === "HEAD" ? undefined : jpeg);
  }

  /** The newest picture; asked for once a second, however many look. */
  #live(media: MediaRequest, stream: "main" | "sub"): Promise<Picture> {
    const name = `${media.camera}/${stream}`;
    const nowMs = this.#parts.clock.monotonicMs();
    const known = this.#newest.get(name);
    if (known !== undefined && nowMs - known.atMs < LIVE_FOR_MS) return known.picture;
    const picture = this.#newestOf(media, stream);
    this.#newest.delete(name);
    this.#newest.set(name, { atMs: nowMs, picture });
    picture.catch(() => this.#newest.delete(name));
    const [oldest] = this.#newest.keys();
    if (this.#newest.size > LIVE_KEPT && oldest !== undefined) this.#newest.delete(oldest);
    return picture;
  }

  async #newestOf(media: MediaRequest, stream: "main" | "sub"): Promise<Picture> {
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

  async #convert(media: MediaRequest, picture: Picture, width: number | undefined): Promise<Buffer> {
    await this.#pace.turn(media.camera);
    return await this.#turns.run(() => this.#jpeg(picture, width));
  }

  #tell(media: MediaRequest, stream: "main" | "sub", picture: Picture, width: number | undefined): void {
    const { sessionId } = media.access.grant;
    const isThumbnail = width !== undefined && width <= THUMBNAIL_WIDTH;
    if (isThumbnail && !this.#thumbnails.isNews(sessionId, media.camera)) return;
    this.#parts.core.notify("audit", {
      sessionId,
      action: isThumbnail ? "thumbnails-viewed" : "snapshot-taken",
      camera: media.camera,
      remoteAddress: media.access.remoteAddress,
      detail: { time90k: picture.time90k, stream },
    });
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
  if (!/^\d{1,4}$/.test(text) || width < 16 || width > 3840) {
    throw new NightjarError("NJ_SNAPSHOT_WIDTH", "invalid-argument", "width must be from 16 to 3840");
  }
  return WIDTHS.find((step) => step >= width);
}

/** The moment that is asked for; undefined: now. */
export function momentIn(query: URLSearchParams): string | undefined {
  return query.get("at") ?? query.get("time") ?? undefined;
}

/** Differs where the picture does, also when a camera's clock went back over the same moment. */
function tagOf(name: string, { frames }: Picture): string {
  const hash = createHash("sha256").update(name);
  for (const { data } of frames) hash.update(data);
  return `"${hash.digest("base64url").slice(0, 27)}"`;
}

function hasTag(header: string | undefined, tag: string): boolean {
  return header?.split(",").some((each) => each.trim().replace(/^W\//, "") === tag) === true;
}

function timeOf(text: string): number {
  const ms = Date.parse(text);
  if (!Number.isFinite(ms)) {
    throw new NightjarError("NJ_SNAPSHOT_TIME", "invalid-argument", "at must be a moment in ISO 8601");
  }
  return time90kFromMs(ms);
}
