// Turns the formats of tracks into what goes over links and to browsers (live-wire.ts).
import type { StreamFormat } from "./format.ts";
import type { WireFormat } from "./live-wire.ts";

/** The wire form of a format, under the number by which frames refer to it. */
export function describeFormat({ video, audio }: StreamFormat, formatId: number): WireFormat {
  return {
    formatId,
    ...(video === undefined
      ? {}
      : {
          video: {
            codec: video.codecString,
            width: video.width,
            height: video.height,
            description: Buffer.from(video.decoderConfig).toString("base64"),
            ...(video.frameRate === undefined ? {} : { frameRate: video.frameRate }),
          },
        }),
    ...(audio === undefined
      ? {}
      : {
          audio: {
            codec: audio.codecString,
            sampleRate: audio.sampleRate,
            channels: audio.channels,
            ...(audio.decoderConfig === undefined
              ? {}
              : { description: Buffer.from(audio.decoderConfig).toString("base64") }),
            ...(audio.note === undefined ? {} : { note: audio.note }),
          },
        }),
  };
}
