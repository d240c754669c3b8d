import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AudioFormat, VideoFormat } from "../../../../core/media/format.ts";
import { BoxReader } from "../../../../core/media/mp4/box-reader.ts";
import { initSegment } from "../../../../core/media/mp4/index.ts";
import { readMovie } from "../../../../core/media/mp4/read-movie.ts";
import { AUDIO, VIDEO } from "./synthetic-segment.ts";

const HEVC: VideoFormat = {
  codec: "h265",
  codecString: "hvc1.1.6.L93.B0",
  width: 3840,
  height: 2160,
  decoderConfig: Uint8Array.of(
    1,
    1,
    0x60,
    0,
    0,
    0,
    0xb0,
    0,
    0,
    0,
    0,
    0,
    93,
    0xf0,
    0,
    0xfc,
    0xfd,
    0xf8,
    0xf8,
    0,
    0,
    15,
    0,
  ),
};

const SOUNDS: readonly AudioFormat[] = [
  AUDIO,
  { ...AUDIO, sampleRate: 96_000, channels: 2, decoderConfig: Uint8Array.of(0x10, 0x10) },
  {
    codec: "opus",
    codecString: "opus",
    sampleRate: 48_000,
    channels: 2,
    decoderConfig: Uint8Array.of(0, 2, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0),
  },
  { codec: "pcmu", codecString: "ulaw", sampleRate: 8_000, channels: 1 },
  { codec: "pcma", codecString: "alaw", sampleRate: 16_000, channels: 1 },
];

function roundTrip(formats: { video: VideoFormat; audio?: AudioFormat }) {
  const bytes = initSegment(formats);
  return readMovie(bytes.subarray(new BoxReader(bytes).u32(0)));
}

describe("sample entries", () => {
  for (const video of [VIDEO, HEVC]) {
    it(`give ${video.codecString} back, codec string and size included`, () => {
      assert.deepEqual(roundTrip({ video }).video?.format, video);
    });
  }

  for (const audio of SOUNDS) {
    it(`give ${audio.codecString} at ${audio.sampleRate} Hz with ${audio.channels} channels back`, () => {
      assert.deepEqual(roundTrip({ video: VIDEO, audio }).audio?.format, audio);
    });
  }

  it("make an Opus configuration without pre-skip where none is given", () => {
    const audio: AudioFormat = { codec: "opus", codecString: "opus", sampleRate: 48_000, channels: 1 };
    assert.deepEqual(
      roundTrip({ video: VIDEO, audio }).audio?.format.decoderConfig,
      Uint8Array.of(0, 1, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0),
    );
  });

  it("refuse codecs that the file cannot hold, naming them", () => {
    assert.throws(() => initSegment({ video: { ...VIDEO, codecString: "vp09.00" } }), {
      code: "NJ_MP4_CODEC_UNSUPPORTED",
      message: /vp09/,
    });
    assert.throws(() => initSegment({ audio: { ...AUDIO, codecString: "g726" } }), {
      code: "NJ_MP4_CODEC_UNSUPPORTED",
    });
  });
});
