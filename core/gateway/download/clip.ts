// `GET /api/v1/cameras/:id/clip.mp4?start=&end=&stream=`: a stretch of recording as one file, cut to the GOP, without
// re-encoding. Up to an hour of closed recordings of one format: a virtual file with Range and ETag. Else a stream of
// fragments that begins at once.
import { createHash } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { StreamName } from "../../domain/ids.ts";
import { isoFromTime90k, TICKS_PER_SECOND, time90kFromMs } from "../../domain/time.ts";
import { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { CorePort } from "../core-link.ts";
import type { ByteCounter } from "../doors/client-socket.ts";
import { rangeAnswer } from "../doors/http-range.ts";
import { httpError } from "../doors/problem.ts";
import type { Playable } from "../footage/playable.ts";
import { reportUnreadable } from "../footage/report-unreadable.ts";
import type { VolumeReaders } from "../footage/volume-reader.ts";
import type { MediaPort } from "../media-link.ts";
import { type MediaRequest, wantedStream } from "../media-request.ts";
import { PlaybackTimeline } from "../playback/playback-timeline.ts";
import { ClipFragments } from "./clip-fragments.ts";
import { ClipBuilder, type ClipLayout, type ClipSource, sameFormat } from "./clip-layout.ts";

/** Longest virtual file: its sample tables are kept in memory. */
const VIRTUAL_LIMIT_90K = 3_600 * TICKS_PER_SECOND;
const CLIP_LIMIT_90K = 24 * 3_600 * TICKS_PER_SECOND;
const LAYOUTS_KEPT = 8;
const READ_BYTES = 1024 * 1024;
/** Changes when the layout of a virtual file changes: old halves must not be joined with new ones. */
const LAYOUT_VERSION = 1;

export interface ClipParts {
  readonly core: CorePort;
  readonly media: MediaPort;
  readonly readers: VolumeReaders;
  readonly log: Log;
  readonly counter: ByteCounter;
}

/** Serves clips; remembers the newest layouts, as browsers ask for the same file many times. */
export class ClipService {
  readonly #parts: ClipParts;
  readonly #layouts = new Map<string, Promise<ClipLayout | undefined>>();

  constructor(parts: ClipParts) {
    this.#parts = parts;
  }

  async serve(request: IncomingMessage, response: ServerResponse, media: MediaRequest): Promise<void> {
    const stream = wantedStream(media);
    const { start90k, end90k } = rangeOf(media.query);
    const timeline = new PlaybackTimeline(this.#parts, media.camera, stream);
    const items = await timeline.between(start90k, end90k);
    if (items.length === 0) {
      throw new NightjarError("NJ_NOTHING_RECORDED", "not-found", "nothing is recorded in this range");
    }
    setNames(response, media, start90k);
    const isClosed = items.every((item) => !item.isOpen) && !(await timeline.mayGrow(end90k));
    if (isClosed && end90k - start90k <= VIRTUAL_LIMIT_90K) {
      const etag = tagOf(items, start90k, end90k, stream);
      const layout = await this.#layout(etag, items, start90k, end90k);
      if (layout !== undefined) {
        await this.#sendVirtual(request, response, media, layout, etag, { start90k, end90k, stream });
        return;
      }
    }
    await this.#sendFragments(request, response, media, items, { start90k, end90k, stream });
  }

  /** The layout of a virtual file; undefined if the format changes within the range. */
  #layout(
    etag: string,
    items: readonly Playable[],
    start90k: number,
    end90k: number,
  ): Promise<ClipLayout | undefined> {
    const known = this.#layouts.get(etag);
    if (known !== undefined) {
      this.#layouts.delete(etag);
      this.#layouts.set(etag, known);
      return known;
    }
    const made = this.#makeLayout(items, start90k, end90k);
    this.#layouts.set(etag, made);
    made.catch(() => this.#layouts.delete(etag));
    const [oldest] = this.#layouts.keys();
    if (this.#layouts.size > LAYOUTS_KEPT && oldest !== undefined) this.#layouts.delete(oldest);
    return made;
  }

  async #makeLayout(
    items: readonly Playable[],
    start90k: number,
    end90k: number,
  ): Promise<ClipLayout | undefined> {
    const builder = new ClipBuilder(start90k, end90k);
    let first: ClipSource | undefined;
    for (const item of items) {
      const source = { item, index: await this.#index(item) };
      first ??= source;
      if (!sameFormat(first.index, source.index)) return undefined;
      builder.add(source);
    }
    return builder.finish();
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
    layout: ClipLayout,
    etag: string,
    detail: Record<string, unknown>,
  ): Promise<void> {
    const answer = rangeAnswer(request.headers, layout.sizeBytes, etag);
    response.setHeader("etag", etag);
    response.setHeader("accept-ranges", "bytes");
    response.setHeader("cache-control", "private, no-cache");
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
    if (start === 0) this.#audit(media, detail);
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
        const [bytes] = await this.#parts.readers.read(
          piece.place,
          [{ offset, size }],
          0,
          media.access.signal,
        );
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
    detail: { readonly start90k: number; readonly end90k: number; readonly stream: StreamName },
  ): Promise<void> {
    response.setHeader("accept-ranges", "none");
    response.setHeader("cache-control", "private, no-store");
    response.setHeader("content-type", "video/mp4");
    if (request.method === "HEAD") {
      response.writeHead(200).end();
      return;
    }
    this.#audit(media, detail);
    const clip = new ClipFragments(this.#parts.readers, detail.start90k, detail.end90k);
    for (const item of items) {
      if (response.destroyed || !media.access.isValid()) return;
      const parts = clip.add({ item, index: await this.#index(item) }, media.access.signal);
      let step = await parts.next();
      while (step.done !== true) {
        await this.#write(response, step.value);
        if (response.destroyed || !media.access.isValid()) return;
        step = await parts.next();
      }
      if (step.value) {
        this.#parts.log.info("a clip ends where its codec changes", {
          camera: media.camera,
          segment: item.id,
        });
        break;
      }
    }
    await finished(response);
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

  #audit(media: MediaRequest, detail: Record<string, unknown>): void {
    this.#parts.core.notify("audit", {
      sessionId: media.access.grant.sessionId,
      action: "clip-downloaded",
      camera: media.camera,
      detail,
    });
  }
}

async function finished(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  const closed = once(response, "close");
  response.end();
  await closed;
}

function rangeOf(query: URLSearchParams): { start90k: number; end90k: number } {
  const start90k = timeOf(query.get("start"), "start");
  const end90k = timeOf(query.get("end"), "end");
  if (end90k <= start90k || end90k - start90k > CLIP_LIMIT_90K) {
    throw new NightjarError(
      "NJ_CLIP_RANGE",
      "invalid-argument",
      "end must come after start, by a day at most",
    );
  }
  return { start90k, end90k };
}

function timeOf(text: string | null, name: string): number {
  const ms = text === null ? Number.NaN : Date.parse(text);
  if (!Number.isFinite(ms)) {
    throw new NightjarError("NJ_CLIP_RANGE", "invalid-argument", `${name} must be a moment in ISO 8601`);
  }
  return time90kFromMs(ms);
}

function tagOf(items: readonly Playable[], start90k: number, end90k: number, stream: StreamName): string {
  const hash = createHash("sha256").update(`${LAYOUT_VERSION} ${stream} ${start90k} ${end90k}`);
  for (const { id, sizeBytes, place } of items) hash.update(` ${id} ${sizeBytes} ${place.moovOffset}`);
  return `"${hash.digest("base64url").slice(0, 32)}"`;
}

function setNames(response: ServerResponse, media: MediaRequest, start90k: number): void {
  const stamp = isoFromTime90k(start90k)
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-");
  const kind = media.query.has("download") ? "attachment" : "inline";
  response.setHeader("content-disposition", `${kind}; filename="${media.camera}-${stamp}.mp4"`);
}
