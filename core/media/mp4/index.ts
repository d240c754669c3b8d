// Recording files as a library, for browsers too (`@nightjar/core/mp4`): no Node imports anywhere below.
// Making: SegmentMuxer, initSegment, fragment, DecodeTimer. Reading: readSegment and its kin.
export { BoxWriter } from "./box-writer.ts";
export { DecodeTimer } from "./decode-time.ts";
export { type Fragment, type FragmentSample, type FragmentTrack, fragment } from "./fragment.ts";
export {
  IDENTITY_BYTES,
  IDENTITY_OFFSET,
  type OpeningFacts,
  PATCH_BYTES,
  PATCH_OFFSET,
  readIdentityBox,
} from "./identity-box.ts";
export { initSegment, writeFileType } from "./init-segment.ts";
export { decodeKeyFrames, encodeKeyFrames, type KeyFrame } from "./key-frame-blob.ts";
export {
  AUDIO_TRACK_ID,
  type Edit,
  MOVIE_TIME_SCALE,
  type Movie,
  type MovieTrack,
  VIDEO_TRACK_ID,
  writeMovieBox,
} from "./movie-box.ts";
export {
  type ByteSource,
  type ReadSegmentOptions,
  readMoreParts,
  readSegment,
  type SegmentContent,
  type SegmentFileState,
  type UnusableSegment,
} from "./read-segment.ts";
export type { AudioEntryFormat, VideoEntryFormat } from "./sample-entry.ts";
export { SAMPLE_FLAG, SampleList } from "./sample-list.ts";
export { keyFramesOf, type SegmentEnd, type SegmentFacts } from "./segment-close.ts";
export { type MuxSample, SegmentMuxer, type SegmentMuxerOptions } from "./segment-muxer.ts";
export type { SegmentClosing } from "./summary-box.ts";
