// Ids of the house: lower-case kebab, short, safe in paths, topics and URLs.
import { NightjarError } from "../errors.ts";

/** A camera's id: `[a-z0-9-]`, 1 to 64 characters, no leading or trailing hyphen. */
export type CameraId = string & { readonly brand: "CameraId" };
/** A volume's UUID, as written in `nightjar-volume.json` at its root. */
export type VolumeId = string & { readonly brand: "VolumeId" };
/** A segment's id: `<utc-start-ms>-<node>-<run>-<sequence>`, the stem of its file name. */
export type SegmentId = string & { readonly brand: "SegmentId" };

export const STREAM_NAMES = ["main", "sub"] as const;
/** Two encodings of one camera: `main` (full picture) and `sub` (small picture). */
export type StreamName = (typeof STREAM_NAMES)[number];

const ID_PATTERN = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

/** True if `text` may serve as an id of a camera, node, group … */
export function isId(text: string): boolean {
  return ID_PATTERN.test(text);
}

/** Checks a camera id. Throws `NJ_ID_INVALID` (invalid-argument) if it is not one. */
export function cameraId(text: string): CameraId {
  if (!isId(text)) {
    throw new NightjarError(
      "NJ_ID_INVALID",
      "invalid-argument",
      `"${text.slice(0, 80)}" is not a camera id: use 1 to 64 of a-z, 0-9 and hyphens inside`,
    );
  }
  return text as CameraId;
}

/** True if `text` names a stream. */
export function isStreamName(text: string): text is StreamName {
  return text === "main" || text === "sub";
}
