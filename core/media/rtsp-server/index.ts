// What others may use of the RTSP server: start one, and serve clips or sources of one's own with it.
export { type ClipSource, type ClipSourceOptions, clipSource, sourceOfClip } from "./clip-source.ts";
export { type Clip, type ClipTrack, readClip } from "./mp4-clip.ts";
export {
  createRtspServer,
  type RtspServer,
  type RtspServerOptions,
  type ServedMount,
} from "./rtsp-server.ts";
export type {
  PayloadForm,
  PlaybackListener,
  PlaybackOptions,
  ServedPlayback,
  ServedSource,
  ServedTrack,
  ServedUnit,
} from "./served-source.ts";
export type { ServerAuthOptions } from "./server-auth.ts";
