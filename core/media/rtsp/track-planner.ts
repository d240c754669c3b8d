// Chooses the tracks of a session description that are worth asking for, and says in depacketisers' terms what they hold.
import { aacFormat, buildAacLcConfig, parseAudioSpecificConfig } from "../codec/audio-specific-config.ts";
import { BitReader } from "../codec/bit-reader.ts";
import { g711Format } from "../codec/g711.ts";
import type { G726Rate } from "../codec/g726.ts";
import { opusFormat } from "../codec/opus.ts";
import { readStreamMuxConfig } from "../rtp/latm-depacketiser.ts";
import type { AudioPlan, MetadataPlan, VideoPlan } from "../rtp/track-plan.ts";
import type { SdpFormat, SdpMedia, SessionDescription } from "./sdp.ts";
import { printable, StreamFaultError } from "./stream-fault-error.ts";

export interface Planned<Plan> {
  readonly plan: Plan;
  readonly control: string | undefined;
  /** RTP/AVP or RTP/AVPF, as SETUP must repeat it. */
  readonly profile: string;
}

export interface SessionPlan {
  readonly video: Planned<VideoPlan>;
  readonly audio: Planned<AudioPlan> | undefined;
  readonly metadata: Planned<MetadataPlan> | undefined;
  /** Sound was asked for and is there, but of a kind that cannot be kept: its name, for people. */
  readonly unusableSound: string | undefined;
}

/** Plans a session. Throws `no-video` or `codec-unsupported` faults when there is no picture to record. */
export function planSession(description: SessionDescription, wantsAudio: boolean): SessionPlan {
  let video: Planned<VideoPlan> | undefined;
  let audio: Planned<AudioPlan> | undefined;
  let metadata: Planned<MetadataPlan> | undefined;
  let unusableSound: string | undefined;
  const otherVideo: string[] = [];
  // ONVIF marks what the camera sends as recvonly and its loudspeaker as sendonly; others mean sendonly their own way.
  const marksBackChannel = description.media.some((media) => media.direction === "recvonly");
  for (const media of description.media) {
    if (marksBackChannel && media.direction === "sendonly") continue;
    if (media.kind === "video" && video === undefined) {
      video = firstOf(media, videoPlan);
      if (video === undefined) otherVideo.push(...media.formats.map((format) => nameOf(format)));
    } else if (media.kind === "audio" && wantsAudio && audio === undefined) {
      audio = firstOf(media, audioPlan);
      if (audio === undefined) unusableSound ??= media.formats.map((format) => nameOf(format)).join(", ");
    } else if (metadata === undefined && (media.kind === "application" || media.kind === "metadata")) {
      metadata = firstOf(media, metadataPlan);
    }
  }
  if (video === undefined) {
    if (otherVideo.length === 0) {
      throw new StreamFaultError(
        "no-video",
        "The camera's stream has no picture. Check the path of the URL.",
      );
    }
    throw new StreamFaultError(
      "codec-unsupported",
      `The camera's picture is ${printable(otherVideo.join(", "))}; set it to H.264 or H.265 on the camera's own page.`,
      { codec: printable(otherVideo.join(", ")) },
    );
  }
  return { video, audio, metadata, unusableSound: audio === undefined ? unusableSound : undefined };
}

function firstOf<Plan>(
  media: SdpMedia,
  make: (format: SdpFormat, media: SdpMedia) => Plan | undefined,
): Planned<Plan> | undefined {
  for (const format of media.formats) {
    const plan = make(format, media);
    if (plan !== undefined) {
      return {
        plan,
        control: media.control,
        profile: media.protocol.includes("AVPF") ? "RTP/AVPF" : "RTP/AVP",
      };
    }
  }
  return undefined;
}

function base(format: SdpFormat, media: SdpMedia, clockRate: number) {
  const foreign = media.formats.filter((other) => other.payloadType !== format.payloadType);
  return {
    clockRate,
    payloadType: format.payloadType,
    foreignPayloadTypes: new Set(foreign.map((other) => other.payloadType)),
  };
}

function videoPlan(format: SdpFormat, media: SdpMedia): VideoPlan | undefined {
  const codec =
    format.encoding === "h264"
      ? "h264"
      : format.encoding === "h265" || format.encoding === "hevc"
        ? "h265"
        : undefined;
  if (codec === undefined) return undefined;
  const names = codec === "h264" ? ["sprop-parameter-sets"] : ["sprop-vps", "sprop-sps", "sprop-pps"];
  const parameterSets = names
    .flatMap((name) => (format.parameters.get(name) ?? "").split(",").slice(0, 16))
    .map((text) => withoutStartCode(Buffer.from(text.trim(), "base64")))
    .filter((nal) => nal.length > 0);
  const orderNumbers = Number.parseInt(format.parameters.get("sprop-max-don-diff") ?? "0", 10);
  return {
    kind: "video",
    codec,
    ...base(format, media, format.clockRate ?? 90_000),
    parameterSets,
    hasOrderNumbers: codec === "h265" && orderNumbers > 0,
    frameRate: media.frameRate,
  };
}

/** Some cameras leave the start code in their base64. */
function withoutStartCode(nal: Buffer): Buffer {
  if (nal.length > 4 && nal[0] === 0 && nal[1] === 0) {
    if (nal[2] === 1) return nal.subarray(3);
    if (nal[2] === 0 && nal[3] === 1) return nal.subarray(4);
  }
  return nal;
}

function audioPlan(format: SdpFormat, media: SdpMedia): AudioPlan | undefined {
  const encoding = format.encoding ?? staticEncoding(format.payloadType);
  switch (encoding) {
    case "mpeg4-generic":
      return aacPlan(format, media);
    case "mp4a-latm":
      return latmPlan(format, media);
    case "pcmu":
    case "pcma": {
      const clockRate = format.clockRate ?? 8_000;
      const channels = Math.max(1, Math.min(2, format.channels ?? 1));
      return {
        kind: "audio",
        ...base(format, media, clockRate),
        packing: { kind: "g711" },
        format: g711Format(encoding, clockRate, channels),
      };
    }
    case "opus": {
      const channels =
        format.parameters.get("sprop-stereo") === "1" || format.parameters.get("stereo") === "1" ? 2 : 1;
      return {
        kind: "audio",
        ...base(format, media, 48_000),
        packing: { kind: "opus" },
        format: opusFormat(channels),
      };
    }
    default:
      return g726Plan(encoding, format, media);
  }
}

function staticEncoding(payloadType: number): string | undefined {
  return payloadType === 0 ? "pcmu" : payloadType === 8 ? "pcma" : payloadType === 2 ? "g726-32" : undefined;
}

function g726Plan(encoding: string | undefined, format: SdpFormat, media: SdpMedia): AudioPlan | undefined {
  const match = /^(aal2-)?g726-(16|24|32|40)$/.exec(encoding ?? "");
  if (match === null) return undefined;
  const rate = Number(match[2]) as G726Rate;
  const clockRate = format.clockRate ?? 8_000;
  return {
    kind: "audio",
    ...base(format, media, clockRate),
    packing: { kind: "g726", rate, packing: match[1] === undefined ? "rfc3551" : "aal2" },
    format: g711Format("pcmu", clockRate, 1, `decoded from G.726 at ${rate} kbit/s`),
  };
}

function aacPlan(format: SdpFormat, media: SdpMedia): AudioPlan | undefined {
  const parameter = (name: string) => format.parameters.get(name);
  const mode = parameter("mode")?.toLowerCase();
  const given = Buffer.from(parameter("config") ?? "", "hex");
  const built = given.length >= 2 ? given : buildAacLcConfig(format.clockRate ?? 0, format.channels ?? 1);
  const config = built === undefined ? undefined : parseAudioSpecificConfig(built);
  if (built === undefined || config === undefined) return undefined;
  const clockRate = format.clockRate ?? config.sampleRate;
  const audioFormat = aacFormat(config, new Uint8Array(built), clockRate);
  if (audioFormat === undefined) return undefined;
  const bits = (name: string, otherwise: number) => {
    const value = Number.parseInt(parameter(name) ?? "", 10);
    return value >= 0 && value <= 32 ? value : otherwise;
  };
  const low = mode === "aac-lbr";
  return {
    kind: "audio",
    ...base(format, media, clockRate),
    packing: {
      kind: "aac",
      layout: {
        sizeLength: bits("sizelength", low ? 6 : 13),
        indexLength: bits("indexlength", low ? 2 : 3),
        indexDeltaLength: bits("indexdeltalength", low ? 2 : 3),
        unitDuration: Math.round((config.frameLength * clockRate) / config.sampleRate),
      },
    },
    format: audioFormat,
  };
}

function latmPlan(format: SdpFormat, media: SdpMedia): AudioPlan | undefined {
  const clockRate = format.clockRate ?? 90_000;
  const inBand = format.parameters.get("cpresent") !== "0";
  const bytes = Buffer.from(format.parameters.get("config") ?? "", "hex");
  const config = bytes.length === 0 ? undefined : readStreamMuxConfig(new BitReader(bytes), clockRate);
  if (!inBand && config?.format === undefined) return undefined;
  return {
    kind: "audio",
    ...base(format, media, clockRate),
    packing: {
      kind: "latm",
      muxConfigInBand: inBand,
      subFrames: config?.subFrames ?? 1,
      unitDuration: config?.unitDuration ?? 1024,
    },
    format: config?.format,
  };
}

function metadataPlan(format: SdpFormat, media: SdpMedia): MetadataPlan | undefined {
  // Compressed documents (…metadata.gzip, …metadata.exi) are left to the camera.
  if (format.encoding !== "vnd.onvif.metadata") return undefined;
  return { kind: "metadata", ...base(format, media, format.clockRate ?? 90_000) };
}

function nameOf(format: SdpFormat): string {
  return (format.encoding ?? `payload type ${format.payloadType}`).toUpperCase();
}
