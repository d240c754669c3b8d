// The tracks of a live stream as RTSP clients are told of them: made from the format in which frames come.
import type { WireFormat } from "../../media/live-wire.ts";
import {
  type DescribedTrack,
  describeAac,
  describeG711,
  describeH264,
  describeH265,
  describeOpus,
} from "../../media/rtsp-server/track-description.ts";

const VIDEO_PAYLOAD_TYPE = 96;
const AUDIO_PAYLOAD_TYPE = 97;
/** Index of the tracks in what is described; sound is not always there. */
export const VIDEO_TRACK = 0;
export const AUDIO_TRACK = 1;

/** The tracks of a stream, video first. */
export type StreamTracks = readonly [video: DescribedTrack, audio?: DescribedTrack];

/** Describes a format; undefined where it has no picture, or one that RTSP clients are not given. */
export function tracksOf(format: WireFormat): StreamTracks | undefined {
  const video = videoTrack(format.video);
  if (video === undefined) return undefined;
  const audio = audioTrack(format.audio);
  return audio === undefined ? [video] : [video, audio];
}

/** True if a client that was told of `before` can go on with `now`: parameter sets may change, they go in band. */
export function goesOn(before: StreamTracks, now: StreamTracks): boolean {
  const [video, audio] = before;
  return (
    video.served.encoding === now[VIDEO_TRACK].served.encoding &&
    JSON.stringify(audio?.served) === JSON.stringify(now[AUDIO_TRACK]?.served)
  );
}

function videoTrack(video: WireFormat["video"]): DescribedTrack | undefined {
  if (video === undefined) return undefined;
  const record = Buffer.from(video.description, "base64");
  if (/^avc[13]\./.test(video.codec)) return describeH264(record, VIDEO_PAYLOAD_TYPE);
  return /^h[ev][cv]1\./.test(video.codec) ? describeH265(record, VIDEO_PAYLOAD_TYPE) : undefined;
}

function audioTrack(audio: WireFormat["audio"]): DescribedTrack | undefined {
  if (audio === undefined) return undefined;
  const { codec, sampleRate, channels } = audio;
  if (codec.startsWith("mp4a.")) {
    const config = Buffer.from(audio.description ?? "", "base64");
    return config.length < 2 ? undefined : describeAac(config, sampleRate, channels, AUDIO_PAYLOAD_TYPE);
  }
  if (codec === "opus") return describeOpus(channels, AUDIO_PAYLOAD_TYPE);
  if (codec === "ulaw") return describeG711("pcmu", sampleRate, channels, AUDIO_PAYLOAD_TYPE);
  return codec === "alaw" ? describeG711("pcma", sampleRate, channels, AUDIO_PAYLOAD_TYPE) : undefined;
}
