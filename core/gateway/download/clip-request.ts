// What a request for a clip asks for, and what it is answered with besides the bytes. Pure, but for the headers it sets.
import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { StreamName } from "../../domain/ids.ts";
import { isoFromTime90k, TICKS_PER_SECOND, time90kFromMs } from "../../domain/time.ts";
import { NightjarError } from "../../errors.ts";
import type { Playable } from "../footage/playable.ts";
import type { MediaRequest } from "../media-request.ts";

const CLIP_LIMIT_90K = 24 * 3_600 * TICKS_PER_SECOND;
/** Changes when the layout of a virtual file changes: old halves must not be joined with new ones. */
const LAYOUT_VERSION = 2;

/** What was asked for. */
export interface ClipWish {
  readonly start90k: number;
  readonly end90k: number;
  readonly stream: StreamName;
  /** Leave the sound as it was recorded. */
  readonly originalSound: boolean;
}

/** Reads a request. Throws `NJ_CLIP_RANGE`, `NJ_CLIP_SOUND`. */
export function clipWish(query: URLSearchParams, stream: StreamName): ClipWish {
  const start90k = timeOf(query.get("start"), "start");
  const end90k = timeOf(query.get("end"), "end");
  if (end90k <= start90k || end90k - start90k > CLIP_LIMIT_90K) {
    throw new NightjarError(
      "NJ_CLIP_RANGE",
      "invalid-argument",
      "end must come after start, by a day at most",
    );
  }
  const sound = query.get("sound") ?? "aac";
  if (sound !== "aac" && sound !== "original") {
    throw new NightjarError("NJ_CLIP_SOUND", "invalid-argument", "sound must be aac or original");
  }
  return { start90k, end90k, stream, originalSound: sound === "original" };
}

function timeOf(text: string | null, name: string): number {
  const ms = text === null ? Number.NaN : Date.parse(text);
  if (!Number.isFinite(ms)) {
    throw new NightjarError("NJ_CLIP_RANGE", "invalid-argument", `${name} must be a moment in ISO 8601`);
  }
  return time90kFromMs(ms);
}

/** Names what a clip is made of: the same recordings and wish, the same key. */
export function clipKey(items: readonly Playable[], wish: ClipWish): string {
  const { stream, start90k, end90k, originalSound } = wish;
  const hash = createHash("sha256").update(
    `${LAYOUT_VERSION} ${stream} ${start90k} ${end90k} ${originalSound}`,
  );
  for (const { id, sizeBytes, place } of items) hash.update(` ${id} ${sizeBytes} ${place.moovOffset}`);
  return hash.digest("base64url").slice(0, 32);
}

/** The entity tag of a clip; `sound` is the digest of its converted sound. */
export function clipTag(key: string, sound: string | undefined): string {
  if (sound === undefined) return `"${key}"`;
  return `"${createHash("sha256").update(`${key} ${sound}`).digest("base64url").slice(0, 32)}"`;
}

/** Sets the name under which browsers save it. */
export function nameClip(response: ServerResponse, media: MediaRequest, start90k: number): void {
  const stamp = isoFromTime90k(start90k)
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-");
  const kind = media.query.has("download") ? "attachment" : "inline";
  response.setHeader("content-disposition", `${kind}; filename="${media.camera}-${stamp}.mp4"`);
}
