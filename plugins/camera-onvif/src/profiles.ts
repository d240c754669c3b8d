// Media profiles of a device, by its media service of version 2 where it has one (H.265 stands there alone), and what is made of
// them: the main and the sub-stream of a channel, and where they are.
import type { CameraStreams, RtspStreamDescriptor } from "@nightjar/core";
import { NightjarError } from "@nightjar/core";
import type { CameraConfig } from "./config.ts";
import type { OnvifDevice } from "./device.ts";
import { badAnswer } from "./errors.ts";
import { child, childrenOf, escaped, textAt, type XmlElement } from "./xml.ts";

/** One media profile. */
export interface Profile {
  readonly token: string;
  /** The video source: one for each lens or input. */
  readonly source: string;
  /** Token of the source's configuration: events name one or the other. */
  readonly sourceConfig: string;
  readonly encoding: string;
  readonly width: number;
  readonly height: number;
  /** Token of the PTZ node; undefined: this profile has no PTZ. */
  readonly ptzNode: string | undefined;
}

export interface Profiles {
  readonly version: 1 | 2;
  readonly all: readonly Profile[];
}

const MOST_PROFILES = 200;
const TOKEN_LIMIT = 64;
/** A sub-stream is for small tiles: one of this width or the next smaller one. */
const SUB_WIDTH = 800;
const PLAYED: ReadonlySet<string> = new Set(["H264", "H265", "HEVC"]);

/** Asks for all profiles. */
export async function profilesOf(device: OnvifDevice, signal: AbortSignal): Promise<Profiles> {
  if (await device.has("media2", signal)) {
    try {
      const body = "<n:Type>All</n:Type>";
      const answer = await device.ask({ service: "media2", operation: "GetProfiles", body }, signal);
      const all = childrenOf(answer, "Profiles").slice(0, MOST_PROFILES).flatMap(second);
      if (all.some(isPlayed)) return { version: 2, all };
    } catch (error) {
      // Some name that service and do not answer there.
      const { code } = error as { readonly code?: unknown };
      if (code !== "NJ_ONVIF_REFUSED" && code !== "NJ_ONVIF_ANSWER") throw error;
    }
  }
  const answer = await device.ask({ service: "media", operation: "GetProfiles" }, signal);
  return { version: 1, all: childrenOf(answer, "Profiles").slice(0, MOST_PROFILES).flatMap(first) };
}

/** The profiles of one channel, in the device's order. Throws `NJ_ONVIF_CHANNEL` if there is no such channel. */
export function channelOf({ all }: Profiles, number: number): readonly Profile[] {
  const sources = [...new Set(all.map(({ source }) => source))];
  const source = sources[number - 1];
  if (source !== undefined) return all.filter((profile) => profile.source === source);
  throw new NightjarError(
    "NJ_ONVIF_CHANNEL",
    "failed-precondition",
    `the device has ${sources.length} channels with a picture, and number ${number} is wanted`,
    { count: sources.length, number },
  );
}

/** Which profiles are recorded and shown: the largest picture, and one for small tiles. */
export function chosenOf(channel: readonly Profile[]): { readonly main?: Profile; readonly sub?: Profile } {
  const played = channel.filter(isPlayed).toSorted((a, b) => pixels(b) - pixels(a));
  const [main] = played;
  if (main === undefined) return {};
  const smaller = played.filter((profile) => pixels(profile) < pixels(main));
  const sub = smaller.find(({ width }) => width <= SUB_WIDTH) ?? smaller.at(-1);
  return { main, ...(sub === undefined ? {} : { sub }) };
}

/** Where the streams of a camera are. */
export async function streamsOf(
  device: OnvifDevice,
  config: CameraConfig,
  signal: AbortSignal,
): Promise<CameraStreams> {
  const profiles = await profilesOf(device, signal);
  const { main, sub } = chosenOf(channelOf(profiles, config.channel ?? 1));
  if (main === undefined) {
    throw new NightjarError(
      "NJ_ONVIF_NO_STREAM",
      "failed-precondition",
      "the camera has no profile with H.264 or H.265: set one up on its own page",
    );
  }
  const at = (profile: Profile) => descriptorOf(device, config, profiles.version, profile, signal);
  return { main: await at(main), ...(sub === undefined ? {} : { sub: await at(sub) }) };
}

async function descriptorOf(
  device: OnvifDevice,
  config: CameraConfig,
  version: Profiles["version"],
  { token }: Profile,
  signal: AbortSignal,
): Promise<RtspStreamDescriptor> {
  const profile = `<n:ProfileToken>${escaped(token)}</n:ProfileToken>`;
  const setup =
    "<n:StreamSetup><t:Stream>RTP-Unicast</t:Stream><t:Transport><t:Protocol>RTSP</t:Protocol></t:Transport></n:StreamSetup>";
  const request =
    version === 2
      ? ({ service: "media2", body: `<n:Protocol>RTSP</n:Protocol>${profile}` } as const)
      : ({ service: "media", body: `${setup}${profile}` } as const);
  const answer = await device.ask({ ...request, operation: "GetStreamUri" }, signal);
  const named = textAt(answer, "Uri") ?? textAt(answer, "MediaUri", "Uri") ?? "";
  const { username, transport = "auto", rtspPort } = config;
  return {
    kind: "rtsp",
    url: reachedStream(named, device.address, rtspPort),
    ...(username === undefined ? {} : { username, credentialsRef: "password" }),
    transport,
  };
}

/** The address of a stream as it is reached: on the host that a person gave, without credentials. Throws `NJ_ONVIF_ANSWER`. */
export function reachedStream(named: string, address: URL, port: number | undefined): string {
  const found = /^(rtsps?):\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/:?#]*)(?::(\d{1,5}))?([/?][^\s#]*)?$/i.exec(
    named.trim(),
  );
  const [, scheme = "", , ownPort, rest = "/"] = found ?? [];
  if (found === null || rest.length > 1_500)
    throw badAnswer(address.host, "it names no stream", { case: "stream" });
  const reachedPort = port ?? ownPort;
  return `${scheme.toLowerCase()}://${address.hostname}${reachedPort === undefined ? "" : `:${reachedPort}`}${rest.startsWith("?") ? "/" : ""}${rest}`;
}

function isPlayed({ encoding }: Profile): boolean {
  return PLAYED.has(encoding);
}

function pixels({ width, height }: Profile): number {
  return width * height;
}

function first(profile: XmlElement): Profile[] {
  return read(
    profile,
    child(profile, "VideoSourceConfiguration"),
    child(profile, "VideoEncoderConfiguration"),
    child(profile, "PTZConfiguration"),
  );
}

function second(profile: XmlElement): Profile[] {
  const parts = child(profile, "Configurations");
  return read(profile, child(parts, "VideoSource"), child(parts, "VideoEncoder"), child(parts, "PTZ"));
}

function read(
  profile: XmlElement,
  source: XmlElement | undefined,
  encoder: XmlElement | undefined,
  ptz: XmlElement | undefined,
): Profile[] {
  const token = profile.attributes["token"] ?? "";
  const sourceToken = textAt(source, "SourceToken");
  // Without a picture it is of no use, and its token must fit what is made of it.
  if (token === "" || token.length > TOKEN_LIMIT || sourceToken === undefined) return [];
  const size = (name: string): number => {
    const value = Number(textAt(encoder, "Resolution", name));
    return Number.isInteger(value) && value > 0 && value < 65_536 ? value : 0;
  };
  return [
    {
      token,
      source: sourceToken,
      sourceConfig: source?.attributes["token"] ?? "",
      encoding: (textAt(encoder, "Encoding") ?? "").toUpperCase().replace(/[.\s]/g, ""),
      ...{ width: size("Width"), height: size("Height") },
      ptzNode: ptz === undefined ? undefined : (textAt(ptz, "NodeToken") ?? ""),
    },
  ];
}
