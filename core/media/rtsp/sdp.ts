// Session descriptions (RFC 4566) as cameras write them: read leniently, bounded, nothing but what a recorder asks.

export interface SdpFormat {
  readonly payloadType: number;
  /** Encoding name in lower case; undefined without an rtpmap. */
  readonly encoding: string | undefined;
  readonly clockRate: number | undefined;
  readonly channels: number | undefined;
  /** Parameters of `a=fmtp`, names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

export interface SdpMedia {
  /** `video`, `audio`, `application` … in lower case. */
  readonly kind: string;
  readonly protocol: string;
  readonly formats: readonly SdpFormat[];
  readonly control: string | undefined;
  readonly frameRate: number | undefined;
  readonly direction: "sendonly" | "recvonly" | undefined;
}

export interface SessionDescription {
  readonly control: string | undefined;
  readonly media: readonly SdpMedia[];
}

const MAX_BYTES = 64 * 1024;
const MAX_MEDIA = 64;
const MAX_FORMATS = 32;
const MAX_PARAMETERS = 64;

interface Section {
  kind: string;
  protocol: string;
  payloadTypes: number[];
  rtpmaps: Map<number, { encoding: string; clockRate: number; channels: number | undefined }>;
  fmtps: Map<number, Map<string, string>>;
  control: string | undefined;
  frameRate: number | undefined;
  direction: "sendonly" | "recvonly" | undefined;
}

/** Reads a description; lines that make no sense are passed over. More than 64 KiB or 64 media are cut off. */
export function parseSdp(text: string): SessionDescription {
  const sections: Section[] = [];
  let control: string | undefined;
  let current: Section | undefined;
  for (const raw of text.slice(0, MAX_BYTES).split(/\r\n|\n|\r/)) {
    const line = raw.trim();
    if (line.length < 3 || line[1] !== "=") continue;
    const value = line.slice(2).trim();
    if (line[0] === "m") {
      if (sections.length >= MAX_MEDIA) break;
      current = parseMediaLine(value);
      sections.push(current);
    } else if (line[0] === "a") {
      if (current === undefined) {
        if (value.startsWith("control:")) control ??= value.slice(8).trim();
      } else {
        takeAttribute(current, value);
      }
    }
  }
  return { control, media: sections.map(mediaOf) };
}

function parseMediaLine(value: string): Section {
  const words = value.split(/\s+/);
  const payloadTypes = words
    .slice(3, 3 + MAX_FORMATS)
    .map(Number)
    .filter((type) => Number.isInteger(type) && type >= 0 && type < 128);
  return {
    kind: (words[0] ?? "").toLowerCase(),
    protocol: (words[2] ?? "").toUpperCase(),
    payloadTypes,
    rtpmaps: new Map(),
    fmtps: new Map(),
    control: undefined,
    frameRate: undefined,
    direction: undefined,
  };
}

function takeAttribute(section: Section, value: string): void {
  const colon = value.indexOf(":");
  const name = (colon < 0 ? value : value.slice(0, colon)).trim().toLowerCase();
  const rest = colon < 0 ? "" : value.slice(colon + 1).trim();
  switch (name) {
    case "control":
      section.control ??= rest;
      break;
    case "rtpmap": {
      const match = /^(\d{1,3})\s+([^\s/]{1,80})(?:\s*\/\s*(\d{1,9}))?(?:\s*\/\s*(\d{1,2}))?/.exec(rest);
      if (match === null || section.rtpmaps.size >= MAX_FORMATS) break;
      section.rtpmaps.set(Number(match[1]), {
        encoding: (match[2] as string).toLowerCase(),
        clockRate: Number(match[3] ?? 0),
        channels: match[4] === undefined ? undefined : Number(match[4]),
      });
      break;
    }
    case "fmtp": {
      const match = /^(\d{1,3})\s*(.*)$/.exec(rest);
      if (match === null || section.fmtps.size >= MAX_FORMATS) break;
      section.fmtps.set(Number(match[1]), parseParameters(match[2] as string));
      break;
    }
    case "framerate":
    case "x-framerate": {
      const rate = Number.parseFloat(rest);
      if (rate > 0 && rate <= 480) section.frameRate = rate;
      break;
    }
    case "sendonly":
    case "recvonly":
      section.direction = name;
      break;
  }
}

function parseParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const part of text.split(";")) {
    if (parameters.size >= MAX_PARAMETERS) break;
    const equals = part.indexOf("=");
    if (equals < 1) continue;
    // Base64 ends in "=" signs, so only the first one separates.
    parameters.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim());
  }
  return parameters;
}

function mediaOf(section: Section): SdpMedia {
  // Some cameras name one payload type in the media line and map another.
  const types = section.payloadTypes.length > 0 ? section.payloadTypes : [...section.rtpmaps.keys()];
  const onlyMap =
    types.length === 1 && section.rtpmaps.size === 1 ? [...section.rtpmaps.values()][0] : undefined;
  const onlyFmtp =
    types.length === 1 && section.fmtps.size === 1 ? [...section.fmtps.values()][0] : undefined;
  return {
    kind: section.kind,
    protocol: section.protocol,
    control: section.control,
    frameRate: section.frameRate,
    direction: section.direction,
    formats: types.map((payloadType) => {
      const map = section.rtpmaps.get(payloadType) ?? (payloadType >= 96 ? onlyMap : undefined);
      return {
        payloadType,
        encoding: map?.encoding,
        clockRate: map === undefined || map.clockRate === 0 ? undefined : map.clockRate,
        channels: map?.channels,
        parameters: section.fmtps.get(payloadType) ?? onlyFmtp ?? new Map<string, string>(),
      };
    }),
  };
}
