// Whether two formats are the same to a decoder: sources may describe one format by several objects.
import type { AudioFormat, VideoFormat } from "../format.ts";

/** True if one sample entry fits both. */
export function sameVideo(left: VideoFormat | undefined, right: VideoFormat | undefined): boolean {
  if (left === right) return true;
  if (left === undefined || right === undefined) return false;
  return left.codec === right.codec && Buffer.compare(left.decoderConfig, right.decoderConfig) === 0;
}

/** True if both have the same codec and picture size. */
export function sameVideoSize(left: VideoFormat, right: VideoFormat): boolean {
  return left.codec === right.codec && left.width === right.width && left.height === right.height;
}

/** True if one sample entry fits both; two that are absent are the same. */
export function sameAudio(left: AudioFormat | undefined, right: AudioFormat | undefined): boolean {
  if (left === right) return true;
  if (left === undefined || right === undefined) return false;
  if (left.codec !== right.codec || left.sampleRate !== right.sampleRate) return false;
  if (left.channels !== right.channels) return false;
  const none = new Uint8Array(0);
  return Buffer.compare(left.decoderConfig ?? none, right.decoderConfig ?? none) === 0;
}
