// Movie fragments (moof with the header of its mdat, ISO/IEC 14496-12 §8.8): the parts of a growing segment,
// and what MSE is fed with. Data offsets count from the moof (default-base-is-moof).
import { NightjarError } from "../../errors.ts";
import { AUDIO_TRACK_ID, VIDEO_TRACK_ID } from "./movie-box.ts";

/** A sample as a fragment describes it; times in the track's time scale. */
export interface FragmentSample {
  readonly length: number;
  readonly duration: number;
  /** Presentation minus decoding time; may be negative. */
  readonly compositionOffset: number;
  readonly keyFrame: boolean;
  readonly damaged: boolean;
  /** Where given, a sample lasts until its successor in the fragment, whatever its `duration` says. */
  readonly decodeTime?: number;
}

export interface FragmentTrack {
  /** Decoding time of the first sample, in the track's time scale, not negative. */
  readonly baseDecodeTime: number;
  readonly samples: readonly FragmentSample[];
}

export interface Fragment {
  /** Rises from fragment to fragment, from 1. */
  readonly sequence: number;
  readonly video?: FragmentTrack;
  readonly audio?: FragmentTrack;
  /** Marks all audio samples as members of the pre-roll group of the track's sgpd. */
  readonly audioRolls?: boolean;
}

const SYNC_SAMPLE = 0x02000000;
const NON_SYNC_SAMPLE = 0x01010000;
/** Lowest bit of the degradation priority: refers to something that was lost. */
export const DAMAGED_SAMPLE = 1;
const TRAF_FIXED_BYTES = 8 + 16 + 20 + 20;
const ROLL_BYTES = 28;
const MDAT_HEADER_BYTES = 8;

/**
 * The moof and the mdat header of a fragment. All video bytes in order, then all audio bytes in order, are to
 * follow it at once. Throws `NJ_MP4_INVALID` if they are 4 GB or more.
 */
export function fragment(parts: Fragment): Uint8Array<ArrayBuffer> {
  const video = parts.video?.samples.length ? parts.video : undefined;
  const audio = parts.audio?.samples.length ? parts.audio : undefined;
  const rollBytes = parts.audioRolls === true ? ROLL_BYTES : 0;
  const moofBytes =
    24 +
    (video === undefined ? 0 : TRAF_FIXED_BYTES + 16 * video.samples.length) +
    (audio === undefined ? 0 : TRAF_FIXED_BYTES + rollBytes + 8 * audio.samples.length);
  const bytes = new Uint8Array(moofBytes + MDAT_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  box(view, 0, moofBytes, 0x6d6f6f66); // moof
  box(view, 8, 16, 0x6d666864); // mfhd
  view.setUint32(20, parts.sequence);
  let at = 24;
  const dataStart = moofBytes + MDAT_HEADER_BYTES;
  let dataBytes = 0;
  if (video !== undefined) {
    const result = writeTrackFragment(view, at, VIDEO_TRACK_ID, video, dataStart, 0);
    at = result.end;
    dataBytes = result.dataBytes;
  }
  if (audio !== undefined) {
    dataBytes += writeTrackFragment(
      view,
      at,
      AUDIO_TRACK_ID,
      audio,
      dataStart + dataBytes,
      rollBytes,
    ).dataBytes;
  }
  if (dataBytes + MDAT_HEADER_BYTES > 0xffffffff) {
    throw new NightjarError(
      "NJ_MP4_INVALID",
      "invalid-argument",
      "a part of a recording is larger than 4 GB",
    );
  }
  box(view, moofBytes, dataBytes + MDAT_HEADER_BYTES, 0x6d646174); // mdat
  return bytes;
}

function box(view: DataView, at: number, size: number, type: number): void {
  view.setUint32(at, size);
  view.setUint32(at + 4, type);
}

function writeTrackFragment(
  view: DataView,
  start: number,
  trackId: number,
  track: FragmentTrack,
  dataOffset: number,
  rollBytes: number,
): { end: number; dataBytes: number } {
  const isVideo = trackId === VIDEO_TRACK_ID;
  const { samples } = track;
  const trunBytes = 20 + (isVideo ? 16 : 8) * samples.length;
  box(view, start, 8 + 16 + 20 + trunBytes + rollBytes, 0x74726166); // traf
  let at = start + 8;
  box(view, at, 16, 0x74666864); // tfhd
  view.setUint32(at + 8, 0x020000); // default-base-is-moof
  view.setUint32(at + 12, trackId);
  at += 16;
  box(view, at, 20, 0x74666474); // tfdt
  view.setUint32(at + 8, 0x01000000);
  view.setUint32(at + 12, Math.floor(track.baseDecodeTime / 0x100000000));
  view.setUint32(at + 16, track.baseDecodeTime % 0x100000000);
  at += 20;
  box(view, at, trunBytes, 0x7472756e); // trun
  // Data offset, duration and size; for video also flags and composition offset, signed (version 1).
  view.setUint32(at + 8, isVideo ? 0x01000f01 : 0x01000301);
  view.setUint32(at + 12, samples.length);
  view.setUint32(at + 16, dataOffset);
  at += 20;
  let dataBytes = 0;
  for (let index = 0; index < samples.length; index += 1) {
    const sample = samples[index] as FragmentSample;
    view.setUint32(at, Math.max(0, durationIn(samples, index)));
    view.setUint32(at + 4, sample.length);
    if (isVideo) {
      view.setUint32(
        at + 8,
        (sample.keyFrame ? SYNC_SAMPLE : NON_SYNC_SAMPLE) | (sample.damaged ? DAMAGED_SAMPLE : 0),
      );
      view.setInt32(at + 12, sample.compositionOffset);
      at += 16;
    } else {
      at += 8;
    }
    dataBytes += sample.length;
  }
  if (rollBytes > 0) {
    box(view, at, ROLL_BYTES, 0x73626770); // sbgp
    view.setUint32(at + 12, 0x726f6c6c); // roll
    view.setUint32(at + 16, 1);
    view.setUint32(at + 20, samples.length);
    view.setUint32(at + 24, 1);
    at += ROLL_BYTES;
  }
  return { end: at, dataBytes };
}

function durationIn(samples: readonly FragmentSample[], index: number): number {
  const sample = samples[index] as FragmentSample;
  const next = samples[index + 1]?.decodeTime;
  return next === undefined || sample.decodeTime === undefined ? sample.duration : next - sample.decodeTime;
}
