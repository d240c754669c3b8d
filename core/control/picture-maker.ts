// Makes JPEGs of key frames with the ffmpeg that the settings name, in its sandbox where there is one.
import type { ConfigStore } from "../config/config-store.ts";
import { requireFfmpeg } from "../media/ffmpeg/find-ffmpeg.ts";
import { keyFrameJpeg } from "../media/ffmpeg/key-frame-jpeg.ts";
import { detectSandbox } from "../media/ffmpeg/sandbox.ts";
import type { MakePicture } from "./camera-service.ts";

/** Looks for ffmpeg at each picture: it may come and go. */
export function pictureMaker(config: ConfigStore): MakePicture {
  return async ({ codec, decoderConfig, data, width, signal }) => {
    const ffmpeg = await requireFfmpeg({ configured: config.get().ffmpeg.path });
    return keyFrameJpeg(
      { codec, decoderConfig, data },
      { ffmpeg: ffmpeg.path, sandbox: await detectSandbox(ffmpeg.path), width, signal },
    );
  };
}
