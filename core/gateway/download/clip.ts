// `GET /api/v1/cameras/:id/clip.mp4?start=&end=&stream=&sound=`: a stretch of recording as one file, cut to the GOP, its
// pictures as they were recorded, G.711 sound as AAC. Up to an hour of closed recordings of one format: a virtual file
// with Range and ETag. Else a stream of fragments that begins at once.
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../clock.ts";
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import { NightjarError } from "../../errors.ts";
import type { CorePort } from "../core-link.ts";
import type { ByteCounter } from "../doors/client-socket.ts";
import { rangeAnswer } from "../doors/http-range.ts";
import { httpError } from "../doors/problem.ts";
import type { Playable } from "../footage/playable.ts";
import { reportUnreadable } from "../footage/report-unreadable.ts";
import type { MediaPort } from "../media-link.ts";
import { type MediaRequest, wantedStream } from "../media-request.ts";
import { PlaybackTimeline } from "../playback/playback-timeline.ts";
import { ToldLately } from "../told-lately.ts";
import { ClipFragments } from "./clip-fragments.ts";
import { ClipBuilder, type ClipLayout } from "./clip-layout.ts";
import { type ClipWish, clipKey, clipTag, clipWish, nameClip } from "./clip-request.ts";
import type { ClipSound } from "./clip-sound.ts";
import { type ClipSource, sameFormat } from "./clip-stretch.ts";
import { type Closable, KeptClips } from "./kept-clips.ts";
import { type ConversionParts, SoundConversion } from "./sound-conversion.ts";
import type { SoundLine } from "./sound-line.ts";

/** Longest virtual file: its sample tables are kept in memory. */
const VIRTUAL_LIMIT_90K = 3_600 * TICKS_PER_SECOND;
const CLIPS_KEPT = 8;
/** Requests for the same clip within this time are one act for the audit log. */
const TOLD_AGAIN_MS = 10 * 60_000;
const READ_BYTES = 1024 * 1024;
/** Says what became of the sound, where it would have been converted. */
const SOUND_HEADER = "x-nightjar-sound";

export interface ClipParts extends ConversionParts {
  readonly core: CorePort;
  readonly media: MediaPort;
  readonly counter: ByteCounter;
  readonly clock: Clock;
}

/** A virtual file; without a layout where one cannot be made, because the format changes within the range. */
interface VirtualClip extends Closable {
  readonly layout: ClipLayout | undefined;
  readonly etag: string;
  readonly sound: ClipSound | undefined;
  readonly soundNote: string | undefined;
}

/** Serves clips; remembers the newest ones, as browsers ask for the same file many times. */
export class ClipService {
  readonly #parts: ClipParts;
  readonly #clips = new KeptClips<VirtualClip>(CLIPS_KEPT);
  readonly #conversion: SoundConversion;
  readonly #told: ToldLately;

  constructor(parts: ClipParts) {
    this.#parts = parts;
    this.#conversion = new SoundConversion(parts);
    this.#told = new ToldLately(parts.clock, TOLD_AGAIN_MS);
  }

  close(): void {
    this.#clips.close();
  }

  async serve(request: IncomingMessage, response: ServerResponse, media: MediaRequest): Promise<void> {
    const wish = clipWish(media.query, wantedStream(media));
    const { start90k, end90k } = wish;
    const timeline = new PlaybackTimeline(this.#parts, media.camera, wish.stream);
    const items = await timeline.between(start90k, end90k);
    if (items.length === 0) {
      throw new NightjarError("NJ_NOTHING_RECORDED", "not-found", "nothing is recorded in this range");
    }
    nameClip(response, media, start90k);
    const isClosed = items.every((item) => !item.isOpen) && !(await timeline.mayGrow(end90k));
    if (isClosed && end90k - start90k <= VIRTUAL_LIMIT_90K) {
      const key = clipKey(items, wish);
      const held = this.#clips.hold(key, (signal) => this.#virtual(key, items, wish, signal));
      // Whoever goes while the sound is being converted ends that, unless others wait for it too.
      response.once("close", held.release);
      try {
        const clip = await held.value;
        if (clip.layout !== undefined) {
          await this.#sendVirtual(request, response, media, clip, clip.layout, wish);
          return;
        }
      } finally {
        held.release();
      }
    }
    await this.#sendFragments(request, response, media, items, wish);
  }

  async #virtual(
    key: string,
    items: readonly Playable[],
    wish: ClipWish,
    signal: AbortSignal,
  ): Promise<VirtualClip> {
    const sources: ClipSource[] = [];
    for (const item of items) {
      const source = { item, index: await this.#index(item) };
      if (!sameFormat((sources[0] ?? source).index, source.index)) {
        const nothing = { layout: undefined, etag: "", sound: undefined, soundNote: undefined };
        return { ...nothing, isLasting: true, close: () => Promise.resolve() };
      }
      sources.push(source);
    }
    const { sound, note } = await this.#conversion.whole(sources, wish, signal);
    try {
      const builder = new ClipBuilder(wish.start90k, wish.end90k, sound);
      for (const source of sources) builder.add(source);
      return {
        layout: builder.finish(),
        etag: clipTag(key, sound?.digest),
        sound,
        soundNote: note,
        // What failed for once may succeed the next time.
        isLasting: note === undefined || sound !== undefined,
        close: () => sound?.close() ?? Promise.resolve(),
      };
    } catch (error) {
      await sound?.close();
      throw error;
    }
  }

  async #index(item: Playable): Promise<ClipSource["index"]> {
    try {
      return await this.#parts.readers.index(item.place);
    } catch (error) {
      if (error instanceof NightjarError && error.code === "NJ_RECORDING_UNREADABLE") {
        reportUnreadable(this.#parts.core, item, error);
      }
      throw error;
    }
  }

  async #sendVirtual(
    request: IncomingMessage,
    response: ServerResponse,
    media: MediaRequest,
    clip: VirtualClip,
    layout: ClipLayout,
    wish: ClipWish,
  ): Promise<void> {
    const { etag } = clip;
    const answer = rangeAnswer(request.headers, layout.sizeBytes, etag);
    response.setHeader("etag", etag);
    response.setHeader("accept-ranges", "bytes");
    response.setHeader("cache-control", "private, no-cache");
    if (clip.soundNote !== undefined) response.setHeader(SOUND_HEADER, clip.soundNote);
    if (answer.kind === "not-modified") {
      response.writeHead(304).end();
      return;
    }
    if (answer.kind === "unsatisfiable") {
      response.setHeader("content-range", `bytes */${layout.sizeBytes}`);
      throw httpError(416, "NJ_RANGE_UNSATISFIABLE", "the clip is shorter than the range asked for");
    }
    const start = answer.kind === "part" ? answer.start : 0;
    const end = answer.kind === "part" ? answer.end + 1 : layout.sizeBytes;
    if (answer.kind === "part") {
      response.setHeader("content-range", `bytes ${start}-${end - 1}/${layout.sizeBytes}`);
    }
    response.writeHead(answer.kind === "part" ? 206 : 200, {
      "content-type": "video/mp4",
      "content-length": end - start,
    });
    if (request.method === "HEAD") {
      response.end();
      return;
    }
    this.#audit(media, wish);
    if (start < layout.head.length) {
      await this.#write(response, layout.head.subarray(start, Math.min(end, layout.head.length)));
    }
    for (const piece of layout.pieces) {
      const from = Math.max(start, piece.clipOffset);
      const to = Math.min(end, piece.clipOffset + piece.sizeBytes);
      for (let at = from; at < to; at += READ_BYTES) {
        if (response.destroyed || !media.access.isValid()) return;
        const size = Math.min(READ_BYTES, to - at);
        const offset = piece.sourceOffset + at - piece.clipOffset;
        const bytes =
          piece.place === "sound"
            ? await clip.sound?.read(offset, size)
            : (await this.#parts.readers.read(piece.place, [{ offset, size }], 0, media.access.signal))[0];
        if (bytes !== undefined) await this.#write(response, bytes);
      }
    }
    await finished(response);
  }

  async #sendFragments(
    request: IncomingMessage,
    response: ServerResponse,
    media: MediaRequest,
    items: readonly Playable[],
    wish: ClipWish,
  ): Promise<void> {
    response.setHeader("accept-ranges", "none");
    response.setHeader("cache-control", "private, no-store");
    response.setHeader("content-type", "video/mp4");
    if (request.method === "HEAD") {
      response.writeHead(200).end();
      return;
    }
    this.#audit(media, wish);
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const signal = AbortSignal.any([gone.signal, media.access.signal]);
    let line: SoundLine | undefined;
    let clip: ClipFragments | undefined;
    const isWatched = (): boolean => !response.destroyed && media.access.isValid();
    try {
      for (const item of items) {
        if (!isWatched()) return;
        const source = { item, index: await this.#index(item) };
        if (clip === undefined) {
          const { sound, note } = await this.#conversion.streamed(source.index.audio?.format, wish, signal);
          if (note !== undefined) response.setHeader(SOUND_HEADER, note);
          line = sound;
          clip = new ClipFragments(this.#parts.readers, wish.start90k, wish.end90k, line);
        }
        if (await this.#pour(response, clip.add(source, signal), isWatched)) {
          this.#parts.log.info("a clip ends where its codec changes", {
            camera: media.camera,
            segment: item.id,
          });
          break;
        }
      }
      if (clip !== undefined) await this.#pour(response, clip.end(), isWatched);
      if (isWatched()) await finished(response);
    } finally {
      line?.encoder.stop();
    }
  }

  /** Writes what a generator yields while somebody takes it; gives what it returns, or undefined. */
  async #pour<T>(
    response: ServerResponse,
    parts: AsyncGenerator<Uint8Array, T>,
    isWatched: () => boolean,
  ): Promise<T | undefined> {
    let step = await parts.next();
    while (step.done !== true) {
      await this.#write(response, step.value);
      if (!isWatched()) return undefined;
      step = await parts.next();
    }
    return step.value;
  }

  async #write(response: ServerResponse, bytes: Uint8Array): Promise<void> {
    this.#parts.counter.bytesSent += bytes.length;
    if (response.destroyed || response.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const go = () => {
        response.off("drain", go);
        response.off("close", go);
        resolve();
      };
      response.on("drain", go);
      response.on("close", go);
    });
  }

  #audit(media: MediaRequest, wish: ClipWish): void {
    const { start90k, end90k, stream } = wish;
    const { sessionId } = media.access.grant;
    // Players fetch a clip by pieces, from wherever they like.
    if (!this.#told.isNews(sessionId, media.camera, start90k, end90k, stream)) return;
    this.#parts.core.notify("audit", {
      sessionId,
      action: "clip-downloaded",
      camera: media.camera,
      remoteAddress: media.access.remoteAddress,
      detail: { start90k, end90k, stream },
    });
  }
}

async function finished(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  const closed = once(response, "close");
  response.end();
  await closed;
}
