// Makes pictures out of key frames with the ffmpeg that the configuration names.
import type { ConfigStore } from "../config/config-store.ts";
import { requireFfmpeg } from "../media/ffmpeg/find-ffmpeg.ts";
import { keyFrameJpeg } from "../media/ffmpeg/key-frame-jpeg.ts";
import { detectSandbox } from "../media/ffmpeg/sandbox.ts";
import type { MakePicture } from "./camera-service.ts";

/** What is made rejects with `NJ_FFMPEG_MISSING` where there is no ffmpeg. */
export function pictureMaker(config: ConfigStore): MakePicture {
  return async ({ codec, decoderConfig, data, width, signal }) => {
    const ffmpeg = await requireFfmpeg({ configured: config.get().ffmpeg.path });
    return keyFrameJpeg(
      { codec, decoderConfig, data },
      { ffmpeg: ffmpeg.path, sandbox: await detectSandbox(ffmpeg.path), width, signal },
    );
  };
}
