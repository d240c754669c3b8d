// The key-frame blob of a segment (SegmentRecord.keyFrames): ~200 bytes a minute that let key-frame play,
// thumbnails and seeks do without the sample table.
//
//   per key frame three unsigned LEB128 varints:
//     presentation time from the segment's start, 90 kHz, minus the previous key frame's
//     offset in the file minus the end of the previous key frame
//     size in bytes
import { NightjarError } from "../../errors.ts";

/** One key frame of a segment. */
export interface KeyFrame {
  /** Presentation time from the segment's start, 90 kHz ticks. */
  readonly time90k: number;
  /** Absolute offset in the file. */
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Packs key frames, given in file order, into base64. */
export function encodeKeyFrames(keyFrames: readonly KeyFrame[]): string {
  let text = "";
  let time = 0;
  let end = 0;
  for (const keyFrame of keyFrames) {
    text += varint(keyFrame.time90k - time) + varint(keyFrame.offset - end) + varint(keyFrame.sizeBytes);
    time = Math.max(time, keyFrame.time90k);
    end = keyFrame.offset + keyFrame.sizeBytes;
  }
  return btoa(text);
}

/** Unpacks {@link encodeKeyFrames}' base64. Throws `NJ_MP4_INVALID` on anything else. */
export function decodeKeyFrames(blob: string): KeyFrame[] {
  let text: string;
  try {
    text = atob(blob);
  } catch (error) {
    throw invalid(error);
  }
  const keyFrames: KeyFrame[] = [];
  let at = 0;
  let time90k = 0;
  let end = 0;
  const next = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = text.charCodeAt(at);
      at += 1;
      if (Number.isNaN(byte) || factor > 2 ** 49) throw invalid();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < text.length) {
    time90k += next();
    const offset = end + next();
    const sizeBytes = next();
    end = offset + sizeBytes;
    keyFrames.push({ time90k, offset, sizeBytes });
  }
  return keyFrames;
}

function varint(value: number): string {
  let rest = Math.max(0, Math.round(value));
  let text = "";
  while (rest >= 128) {
    text += String.fromCharCode((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return text + String.fromCharCode(rest);
}

function invalid(cause?: unknown): NightjarError {
  return new NightjarError("NJ_MP4_INVALID", "data-loss", "a list of key frames is damaged", {}, cause);
}
