// Session descriptions written in the manner of known cameras: their habits are real, their bytes are ours.
import { h264Sets, h265Sets } from "./sample-streams.ts";

const sets = h264Sets();
const sprop = `${sets.sps.toString("base64")},${sets.pps.toString("base64")}`;
const hevc = h265Sets();

/** Absolute control URLs, a session-level frame rate, an ONVIF metadata track. */
export const hikvisionSdp = [
  "v=0",
  "o=- 1109162014219182 1109162014219192 IN IP4 0.0.0.0",
  "s=HIK Media Server",
  "e=NONE",
  "b=AS:5100",
  "t=0 0",
  "a=control:rtsp://192.0.2.10:554/Streaming/Channels/101/?transportmode=unicast",
  "m=video 0 RTP/AVP 96",
  "c=IN IP4 0.0.0.0",
  "b=AS:5000",
  "a=recvonly",
  "a=x-dimensions:1920,1080",
  "a=control:rtsp://192.0.2.10:554/Streaming/Channels/101/trackID=1?transportmode=unicast",
  "a=rtpmap:96 H264/90000",
  `a=fmtp:96 profile-level-id=420029; packetization-mode=1; sprop-parameter-sets=${sprop}`,
  "m=audio 0 RTP/AVP 104",
  "a=recvonly",
  "a=control:rtsp://192.0.2.10:554/Streaming/Channels/101/trackID=2?transportmode=unicast",
  "a=rtpmap:104 mpeg4-generic/16000/1",
  "a=fmtp:104 profile-level-id=15; streamtype=5; mode=AAC-hbr; config=1408;SizeLength=13; IndexLength=3; IndexDeltaLength=3; Profile=1;",
  "m=application 0 RTP/AVP 107",
  "a=control:rtsp://192.0.2.10:554/Streaming/Channels/101/trackID=3?transportmode=unicast",
  "a=rtpmap:107 vnd.onvif.metadata/90000",
  "a=Media_header:MEDIAINFO=494D4B48010100000400010000000000;",
  "",
].join("\r\n");

/** Relative controls behind a query, two sounds of which one is a back channel, lone line feeds. */
export const dahuaSdp = [
  "v=0",
  "o=- 2252310609 2252310609 IN IP4 0.0.0.0",
  "s=Media Server",
  "c=IN IP4 0.0.0.0",
  "t=0 0",
  "a=control:*",
  "a=packetization-supported:DH",
  "a=range:npt=now-",
  "m=video 0 RTP/AVP 98",
  "a=control:trackID=0",
  "a=framerate:20.000000",
  "a=rtpmap:98 H265/90000",
  `a=fmtp:98 profile-id=1;sprop-sps=${hevc.sps.toString("base64")};sprop-pps=${hevc.pps.toString("base64")};sprop-vps=${hevc.vps.toString("base64")}`,
  "a=recvonly",
  "m=audio 0 RTP/AVP 8",
  "a=control:trackID=1",
  "a=rtpmap:8 PCMA/8000",
  "a=recvonly",
  "m=audio 0 RTP/AVP 97",
  "a=control:trackID=5",
  "a=rtpmap:97 PCMU/16000",
  "a=sendonly",
  "",
].join("\n");

/** Static payload type without a map, parameter sets in band only, another payload type in the map than in the line. */
export const cheapSdp = [
  "v=0",
  "s=streamed by the LIVE555 media server",
  "m=video 0 RTP/AVP 96",
  "a=rtpmap:97 h264/90000",
  "a=fmtp:97 packetization-mode=1",
  "a=control:track1",
  "m=audio 0 RTP/AVP 0",
  "a=control:track2",
].join("\r\n");

/** G.726, LATM, Opus and a sound that nobody keeps, one per description. */
export function sdpWithSound(lines: readonly string[]): string {
  return [
    "v=0",
    "m=video 0 RTP/AVP 96",
    "a=rtpmap:96 H264/90000",
    `a=fmtp:96 sprop-parameter-sets=${sprop}`,
    "a=control:v",
    ...lines,
    "a=control:a",
  ].join("\r\n");
}

export const latmSdp = sdpWithSound([
  "m=audio 0 RTP/AVP 98",
  "a=rtpmap:98 MP4A-LATM/48000/1",
  "a=fmtp:98 profile-level-id=1;cpresent=0;config=400023103fc0",
]);

export const g726Sdp = sdpWithSound(["m=audio 0 RTP/AVP 111", "a=rtpmap:111 G726-32/8000"]);
