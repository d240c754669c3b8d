// The tracks that fake cameras serve: those of the small clips in media/, and sound and metadata that no clip holds,
// made here: G.711, G.726, LATM, an unknown codec, ONVIF metadata.
import { fileURLToPath } from "node:url";
import { type Clip, type ClipTrack, readClip } from "../media/rtsp-server/mp4-clip.ts";
import type { ServedTrack } from "../media/rtsp-server/served-source.ts";

/** Names of the clips that come with the kit. */
export const TEST_CLIPS = ["h264-aac", "h264-bframes-opus", "h265-aac", "h264-small"] as const;
/** Small clips: 4 s, 25 frames a second, a key frame a second, 320 × 180 (`h264-small`: 160 × 90, no sound). */
export type TestClipName = (typeof TEST_CLIPS)[number];

const loaded = new Map<TestClipName, Promise<Clip>>();

/** Absolute path of a small clip, an ordinary MP4 file. */
export function testClipFile(name: TestClipName): string {
  return fileURLToPath(new URL(`./media/${name}.mp4`, import.meta.url));
}

/** Loads a small clip; the same object each time. */
export function testClip(name: TestClipName): Promise<Clip> {
  const clip = loaded.get(name) ?? readClip(testClipFile(name));
  loaded.set(name, clip);
  return clip;
}

/** Sound of a fake camera; `unknown` is a codec that nobody knows. */
export type FakeAudio = "aac" | "latm" | "opus" | "pcmu" | "pcma" | "g726" | "unknown" | "none";

/** The sound track of a fake camera, `seconds` long. */
export async function fakeAudio(audio: FakeAudio, seconds: number): Promise<ClipTrack | undefined> {
  switch (audio) {
    case "none":
      return undefined;
    case "aac":
      return (await testClip("h264-aac")).tracks[1];
    case "opus":
      return (await testClip("h264-bframes-opus")).tracks[1];
    case "latm":
      return latmTrack((await testClip("h264-aac")).tracks[1] as ClipTrack);
    case "pcmu":
      return evenTrack(telephony("PCMU", 0), 160, 160, seconds, muLawTone);
    case "pcma":
      // Not the same tone: what matters is that every byte is a valid code.
      return evenTrack(telephony("PCMA", 8), 160, 160, seconds, (sample) => muLawTone(sample) ^ 0x55);
    case "g726":
      return evenTrack(telephony("G726-32", 97), 80, 160, seconds, (sample) => (sample * 37) & 0xff);
    case "unknown":
      return evenTrack(telephony("X-SECRET-CODEC", 97), 40, 160, seconds, (sample) => sample & 0xff);
  }
}

/** A track of ONVIF metadata: one document a second. `documents` are repeated in turn. */
export function metadataTrack(documents: readonly string[], seconds: number): ClipTrack {
  const bodies = Array.from({ length: seconds }, (_, second) =>
    Buffer.from(documents[second % documents.length] ?? "", "utf8"),
  );
  const served: ServedTrack = {
    kind: "application",
    encoding: "vnd.onvif.metadata",
    clockRate: 90_000,
    payloadType: 107,
    form: "whole",
  };
  return trackOf(served, bodies, 90_000);
}

function telephony(encoding: string, payloadType: number): ServedTrack {
  return { kind: "audio", encoding, clockRate: 8_000, payloadType, form: "whole" };
}

function evenTrack(
  served: ServedTrack,
  frameBytes: number,
  frameTime: number,
  seconds: number,
  byteAt: (index: number) => number,
): ClipTrack {
  const frames = Math.floor((seconds * served.clockRate) / frameTime);
  const bodies = Array.from({ length: frames }, (_, frame) =>
    Buffer.from(Array.from({ length: frameBytes }, (__, index) => byteAt(frame * frameBytes + index))),
  );
  return trackOf(served, bodies, frameTime);
}

function trackOf(served: ServedTrack, bodies: readonly Buffer[], frameTime: number): ClipTrack {
  let offset = 0;
  const offsets = bodies.map((body) => {
    const at = offset;
    offset += body.length;
    return at;
  });
  const times = Float64Array.from(bodies, (_, index) => index * frameTime);
  return {
    served,
    data: Buffer.concat(bodies),
    parameterSets: [],
    offsets: Float64Array.from(offsets),
    sizes: Uint32Array.from(bodies, (body) => body.length),
    decodeTimes: times,
    presentationTimes: times,
    keyFrames: new Uint8Array(bodies.length).fill(1),
  };
}

/** AAC as MP4A-LATM with the configuration in the description (RFC 6416 §7, ISO/IEC 14496-3 §1.7.3). */
function latmTrack(aac: ClipTrack): ClipTrack {
  const config = /config=([0-9A-F]{4})/.exec(aac.served.fmtp ?? "")?.[1] ?? "1188";
  // StreamMuxConfig: version 0, one programme and layer (15 bits), AudioSpecificConfig (16), frame length type 0 (3),
  // buffer fullness 0xff (8), no other data, no CRC (2), four bits of padding.
  const bits = `010000000000000${Number.parseInt(config, 16).toString(2).padStart(16, "0")}000${"1".repeat(8)}00`;
  const mux = (bits.padEnd(48, "0").match(/.{8}/g) ?? [])
    .map((byte) => Number.parseInt(byte, 2).toString(16).padStart(2, "0"))
    .join("");
  const bodies = Array.from(aac.sizes, (size, index) => {
    const start = aac.offsets[index] as number;
    const length = [...new Array<number>(Math.floor(size / 255)).fill(255), size % 255];
    return Buffer.concat([Buffer.from(length), aac.data.subarray(start, start + size)]);
  });
  const served: ServedTrack = {
    kind: "audio",
    encoding: "MP4A-LATM",
    clockRate: aac.served.clockRate,
    payloadType: 97,
    fmtp: `profile-level-id=1;object=2;cpresent=0;config=${mux}`,
    form: "whole",
  };
  return { ...trackOf(served, bodies, 1024), presentationTimes: aac.presentationTimes };
}

/** A quiet tone of 400 Hz in µ-law (ITU-T G.711). */
function muLawTone(sample: number): number {
  const value = Math.round(Math.sin((sample / 20) * Math.PI * 2) * 4_000);
  const magnitude = Math.min(32_635, Math.abs(value)) + 132;
  const exponent = Math.max(0, 31 - Math.clz32(magnitude) - 7);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~((value < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}
