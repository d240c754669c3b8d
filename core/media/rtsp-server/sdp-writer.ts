// Writes the session description of a served source (RFC 4566) with a control attribute per track (RFC 2326 C.1.1).
import type { ServedTrack } from "./served-source.ts";

/** The description of `tracks`; `sessionId` is a number that stays the same for the same source. */
export function writeSdp(tracks: readonly ServedTrack[], sessionId: number): string {
  const lines = [
    "v=0",
    `o=- ${sessionId} 1 IN IP4 127.0.0.1`,
    "s=Nightjar",
    "c=IN IP4 0.0.0.0",
    "t=0 0",
    "a=range:npt=now-",
    "a=control:*",
  ];
  tracks.forEach((track, index) => {
    const channels = track.channels !== undefined && track.channels > 1 ? `/${track.channels}` : "";
    lines.push(`m=${track.kind} 0 RTP/AVP ${track.payloadType}`);
    lines.push(`a=rtpmap:${track.payloadType} ${track.encoding}/${track.clockRate}${channels}`);
    if (track.fmtp !== undefined) lines.push(`a=fmtp:${track.payloadType} ${track.fmtp}`);
    lines.push(`a=control:trackID=${index}`, "a=recvonly");
  });
  return `${lines.join("\r\n")}\r\n`;
}
