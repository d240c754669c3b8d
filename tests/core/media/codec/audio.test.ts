import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import {
  aacFormat,
  buildAacLcConfig,
  parseAudioSpecificConfig,
} from "../../../../core/media/codec/audio-specific-config.ts";
import {
  alawFromLinear,
  LINEAR_FROM_ALAW,
  LINEAR_FROM_ULAW,
  ulawFromLinear,
} from "../../../../core/media/codec/g711.ts";
import { G726Decoder, type G726Rate } from "../../../../core/media/codec/g726.ts";
import { buildDOps, opusFormat, opusSamples } from "../../../../core/media/codec/opus.ts";

describe("AudioSpecificConfig", () => {
  it("of AAC-LC is read and written alike", () => {
    const bytes = buildAacLcConfig(16_000, 1) ?? new Uint8Array();
    assert.deepEqual([...bytes], [0x14, 0x08]);
    const config = parseAudioSpecificConfig(bytes);
    assert.equal(config?.sampleRate, 16_000);
    assert.equal(config?.channels, 1);
    assert.equal(config?.frameLength, 1024);
    assert.equal(aacFormat(config ?? fail(), bytes, 16_000)?.codecString, "mp4a.40.2");
  });

  it("of HE-AAC names both rates, and the track takes the one that RTP counts in", () => {
    // Object type 5, 24 kHz, stereo, extension 48 kHz, core LC.
    const bytes = Buffer.from([0x2b, 0x11, 0x88, 0x00]);
    const config = parseAudioSpecificConfig(bytes);
    assert.deepEqual(
      [config?.sampleRate, config?.extensionSampleRate, config?.channels],
      [24_000, 48_000, 2],
    );
    assert.equal(aacFormat(config ?? fail(), bytes, 48_000)?.sampleRate, 48_000);
    assert.equal(aacFormat(config ?? fail(), bytes, 24_000)?.sampleRate, 24_000);
  });

  it("of a low-delay kind makes no format", () => {
    const config = parseAudioSpecificConfig(Buffer.from([0xf8, 0xe6, 0x20, 0x00]));
    assert.equal(config?.objectType, 39);
    assert.equal(config === undefined ? undefined : aacFormat(config, new Uint8Array(), 48_000), undefined);
  });

  it("without channels or with a reserved rate is none", () => {
    assert.equal(parseAudioSpecificConfig(Buffer.from([0x14, 0x00])), undefined);
    assert.equal(parseAudioSpecificConfig(Buffer.from([0x16, 0x88])), undefined);
  });
});

describe("Opus", () => {
  it("packets tell their duration", () => {
    const samples = (...bytes: number[]) => opusSamples(Buffer.from(bytes), 0, bytes.length);
    assert.equal(samples(31 << 3), 960);
    assert.equal(samples((31 << 3) | 1, 0), 1_920);
    assert.equal(samples((16 << 3) | 3, 4), 480);
    assert.equal(samples((3 << 3) | 3, 63), 0);
    assert.equal(samples(), 0);
  });

  it("has a dOps payload as ISOBMFF wants it", () => {
    assert.equal(Buffer.from(buildDOps(2)).toString("hex"), "00020f000000bb80000000");
    assert.equal(opusFormat(1).channels, 1);
  });
});

describe("G.711", () => {
  it("gives every code back after a round trip", () => {
    for (let code = 0; code < 256; code += 1) {
      const u = LINEAR_FROM_ULAW[code] as number;
      // µ-law has two zeros.
      if (code !== 0x7f) assert.equal(ulawFromLinear(u), code);
      assert.equal(alawFromLinear(LINEAR_FROM_ALAW[code] as number), code);
    }
  });

  it("knows the ends of its scale", () => {
    assert.equal(LINEAR_FROM_ULAW[0x80], 32_124);
    assert.equal(LINEAR_FROM_ALAW[0xaa], 32_256);
    assert.equal(ulawFromLinear(32_767), 0x80);
    assert.equal(ulawFromLinear(-32_768), 0x00);
  });
});

describe("G.726", () => {
  // ffmpeg's g726le packs the first sample into the low bits (RFC 3551), g726 into the high ones (AAL2). It mixes the
  // step size with other roundings than the recommendation, so the two agree closely, not bit by bit.
  for (const rate of [16, 24, 32, 40] as const) {
    for (const packing of ["rfc3551", "aal2"] as const) {
      it(`at ${rate} kbit/s in ${packing} packing decodes to what ffmpeg decodes`, (context) => {
        const codec = packing === "rfc3551" ? "g726le" : "g726";
        const encoded = ffmpegG726(["-f", "lavfi", "-i", "anoisesrc=r=8000:d=0.5:a=0.3:seed=7"], codec, rate);
        if (encoded === undefined) {
          context.skip("ffmpeg with G.726 is not here");
          return;
        }
        const wanted = ffmpegPcm(encoded, codec, rate);
        const decoder = new G726Decoder(rate, packing);
        const samples = new Int16Array(decoder.samplesIn(encoded.length));
        const count = decoder.decodeToLinear(encoded, 0, encoded.length, samples);
        assert.ok(count > 3_900);
        let signal = 0;
        let noise = 0;
        for (let index = 0; index < Math.min(count, wanted.length); index += 1) {
          const value = wanted[index] as number;
          signal += value * value;
          noise += (value - (samples[index] as number)) ** 2;
        }
        const decibels = 10 * Math.log10(signal / noise);
        assert.ok(decibels > 20, `only ${decibels.toFixed(1)} dB`);
      });
    }
  }
});

function ffmpegG726(input: readonly string[], codec: string, rate: G726Rate): Buffer | undefined {
  const done = spawnSync(
    "ffmpeg",
    ["-v", "error", ...input, "-ac", "1", "-c:a", codec, "-b:a", `${rate}k`, "-f", codec, "pipe:1"],
    { timeout: 20_000 },
  );
  return done.status === 0 && done.stdout.length > 0 ? done.stdout : undefined;
}

function ffmpegPcm(encoded: Buffer, codec: string, rate: G726Rate): Int16Array {
  const done = spawnSync(
    "ffmpeg",
    [
      "-v",
      "error",
      "-f",
      codec,
      "-code_size",
      String(rate / 8),
      "-ar",
      "8000",
      "-i",
      "pipe:0",
      "-f",
      "s16le",
      "pipe:1",
    ],
    { input: encoded, timeout: 20_000 },
  );
  assert.equal(done.status, 0, done.stderr.toString());
  return new Int16Array(
    done.stdout.buffer.slice(done.stdout.byteOffset, done.stdout.byteOffset + done.stdout.length),
  );
}

function fail(): never {
  assert.fail("no configuration");
}
