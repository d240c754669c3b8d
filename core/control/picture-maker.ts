// Makes JPEGs of key frames with the ffmpeg that the settings name, in its sandbox where there is one.
import type { FindFfmpeg } from "../media/ffmpeg/ffmpeg-tool.ts";
import { keyFrameJpeg } from "../media/ffmpeg/key-frame-jpeg.ts";
import type { MakePicture } from "./camera-service.ts";

/** Throws `NJ_FFMPEG_MISSING` at a picture for which there is none; it may come and go. */
export function pictureMaker(findFfmpeg: FindFfmpeg): MakePicture {
  return async ({ codec, decoderConfig, data, width, signal }) => {
    const { path: ffmpeg, sandbox } = await findFfmpeg();
    return keyFrameJpeg({ codec, decoderConfig, data }, { ffmpeg, sandbox, width, signal });
  };
}
