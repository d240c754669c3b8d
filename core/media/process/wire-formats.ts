// Turns track formats into what goes over links and to browsers, numbering each once (live-wire.ts).
import type { StreamFormat } from "../format.ts";
import type { WireFormat } from "../live-wire.ts";

let lastId = 0;
const known = new WeakMap<StreamFormat, WireFormat>();

/** The wire form of a format; the same object has the same number for the life of the process. */
export function wireFormat(format: StreamFormat): WireFormat {
  const found = known.get(format);
  if (found !== undefined) return found;
  lastId += 1;
  const { video, audio } = format;
  const wire: WireFormat = {
    formatId: lastId,
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
  known.set(format, wire);
  return wire;
}
