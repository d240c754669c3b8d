// PTZ of one channel (ONVIF PTZ service, ver20): presets, moving, where it looks, and preset tours, which people call patrols.
import type { CameraPart, PtzCapabilities, PtzPosition, PtzVelocity } from "@nightjar/core";
import type { CameraConfig } from "./config.ts";
import type { OnvifDevice } from "./device.ts";
import { lacks, plainWords } from "./errors.ts";
import { channelOf, type Profile, profilesOf } from "./profiles.ts";
import { child, childrenOf, escaped, textAt, type XmlElement } from "./xml.ts";

const MOST_PARTS = 255;
const ID_LIMIT = 64;
const NAME_LIMIT = 80;

/** What a channel that can be turned is turned by. */
export interface PtzProfile {
  readonly token: string;
  readonly node: string;
}

/** The profile that PTZ of a channel is asked with; undefined: it has none. */
export function ptzProfileOf(channel: readonly Profile[]): PtzProfile | undefined {
  const found = channel.find(({ ptzNode }) => ptzNode !== undefined);
  return found?.ptzNode === undefined ? undefined : { token: found.token, node: found.ptzNode };
}

/** Asks which profile that is. Throws `NJ_ONVIF_LACKS`. */
export async function ptzProfile(
  device: OnvifDevice,
  config: CameraConfig,
  signal: AbortSignal,
): Promise<PtzProfile> {
  const profile = ptzProfileOf(channelOf(await profilesOf(device, signal), config.channel ?? 1));
  if (profile === undefined) throw lacks("PTZ");
  return profile;
}

/** The description of the PTZ node, which says what it can do; undefined: the device has none. */
export async function ptzNode(
  device: OnvifDevice,
  { node }: PtzProfile,
  signal: AbortSignal,
): Promise<XmlElement | undefined> {
  const answer = await device.ask({ service: "ptz", operation: "GetNodes" }, signal);
  const nodes = childrenOf(answer, "PTZNode");
  return nodes.find(({ attributes }) => attributes["token"] === node) ?? nodes[0];
}

/** What a node says it can do. */
export function ptzCapabilitiesOf(node: XmlElement, patrols: readonly CameraPart[]): PtzCapabilities {
  const spaces = child(node, "SupportedPTZSpaces");
  const has = (name: string): boolean => child(spaces, name) !== undefined;
  const isPresets = Number(textAt(node, "MaximumNumberOfPresets") ?? "0") > 0;
  return {
    move: has("ContinuousPanTiltVelocitySpace"),
    zoom: has("ContinuousZoomVelocitySpace"),
    presets: isPresets,
    changesPresets: isPresets,
    position: has("AbsolutePanTiltPositionSpace"),
    patrols,
    patterns: [],
  };
}

export async function presetsOf(
  device: OnvifDevice,
  { token }: PtzProfile,
  signal: AbortSignal,
): Promise<CameraPart[]> {
  const answer = await device.ask(
    { service: "ptz", operation: "GetPresets", body: profileToken(token) },
    signal,
  );
  return partsOf(childrenOf(answer, "Preset"));
}

export async function goToPreset(
  device: OnvifDevice,
  { token }: PtzProfile,
  preset: string,
  signal: AbortSignal,
): Promise<void> {
  const body = `${profileToken(token)}<n:PresetToken>${escaped(preset)}</n:PresetToken>`;
  await device.ask({ service: "ptz", operation: "GotoPreset", body }, signal);
}

export async function setPreset(
  device: OnvifDevice,
  { token }: PtzProfile,
  { name, preset }: { readonly name: string; readonly preset?: string },
  signal: AbortSignal,
): Promise<{ readonly id: string }> {
  const known = preset === undefined ? "" : `<n:PresetToken>${escaped(preset)}</n:PresetToken>`;
  const body = `${profileToken(token)}<n:PresetName>${escaped(name)}</n:PresetName>${known}`;
  const answer = await device.ask({ service: "ptz", operation: "SetPreset", body }, signal);
  const id = textAt(answer, "PresetToken") ?? preset ?? "";
  if (id === "" || id.length > ID_LIMIT) throw lacks("name for that preset");
  return { id };
}

export async function removePreset(
  device: OnvifDevice,
  { token }: PtzProfile,
  preset: string,
  signal: AbortSignal,
): Promise<void> {
  const body = `${profileToken(token)}<n:PresetToken>${escaped(preset)}</n:PresetToken>`;
  await device.ask({ service: "ptz", operation: "RemovePreset", body }, signal);
}

/** The device is told to stop by itself after a while; that it does is not relied on. */
export async function move(
  device: OnvifDevice,
  { token }: PtzProfile,
  { pan, tilt, zoom, timeoutMs }: PtzVelocity & { readonly timeoutMs: number },
  signal: AbortSignal,
): Promise<void> {
  const turn = pan === 0 && tilt === 0 ? "" : `<t:PanTilt x="${fraction(pan)}" y="${fraction(tilt)}"/>`;
  const closer = zoom === 0 ? "" : `<t:Zoom x="${fraction(zoom)}"/>`;
  if (turn === "" && closer === "") return stop(device, { token }, signal);
  const seconds = Math.max(0.1, timeoutMs / 1_000).toFixed(1);
  const body = `${profileToken(token)}<n:Velocity>${turn}${closer}</n:Velocity><n:Timeout>PT${seconds}S</n:Timeout>`;
  await device.ask({ service: "ptz", operation: "ContinuousMove", body }, signal);
}

export async function stop(
  device: OnvifDevice,
  { token }: Pick<PtzProfile, "token">,
  signal: AbortSignal,
): Promise<void> {
  const body = `${profileToken(token)}<n:PanTilt>true</n:PanTilt><n:Zoom>true</n:Zoom>`;
  await device.ask({ service: "ptz", operation: "Stop", body }, signal);
}

/** Throws `NJ_ONVIF_LACKS` where the device does not know where it looks. */
export async function position(
  device: OnvifDevice,
  { token }: PtzProfile,
  signal: AbortSignal,
): Promise<PtzPosition> {
  const answer = await device.ask(
    { service: "ptz", operation: "GetStatus", body: profileToken(token) },
    signal,
  );
  const at = child(answer, "PTZStatus", "Position");
  const [turn, zoom] = [child(at, "PanTilt"), child(at, "Zoom")];
  const read = (element: XmlElement | undefined, name: string): number =>
    Number(element?.attributes[name] ?? Number.NaN);
  const [pan, tilt] = [read(turn, "x"), read(turn, "y")];
  if (!Number.isFinite(pan) || !Number.isFinite(tilt)) throw lacks("position that it tells");
  const zoomed = read(zoom, "x");
  return { pan, tilt, zoom: Number.isFinite(zoomed) ? zoomed : 0 };
}

export async function goToPosition(
  device: OnvifDevice,
  { token }: PtzProfile,
  { pan, tilt, zoom }: PtzPosition,
  signal: AbortSignal,
): Promise<void> {
  const go = (zoomed: string) =>
    device.ask(
      {
        ...{ service: "ptz", operation: "AbsoluteMove" },
        body: `${profileToken(token)}<n:Position><t:PanTilt x="${number(pan)}" y="${number(tilt)}"/>${zoomed}</n:Position>`,
      },
      signal,
    );
  try {
    await go(`<t:Zoom x="${number(zoom)}"/>`);
  } catch (error) {
    // Of a camera without zoom the position was told as 0, and some of these refuse to hear of it.
    if (zoom !== 0 || (error as { readonly code?: unknown }).code !== "NJ_ONVIF_REFUSED") throw error;
    await go("");
  }
}

/** Patrols of the device's own; none where it does not know the word. */
export async function patrolsOf(
  device: OnvifDevice,
  { token }: PtzProfile,
  signal: AbortSignal,
): Promise<CameraPart[]> {
  const answer = await device.ask(
    { service: "ptz", operation: "GetPresetTours", body: profileToken(token) },
    signal,
  );
  return partsOf(childrenOf(answer, "PresetTour"));
}

export async function runPatrol(
  device: OnvifDevice,
  { token }: PtzProfile,
  { id, isOn }: { readonly id: string; readonly isOn: boolean },
  signal: AbortSignal,
): Promise<void> {
  const body = `${profileToken(token)}<n:PresetTourToken>${escaped(id)}</n:PresetTourToken><n:Operation>${isOn ? "Start" : "Stop"}</n:Operation>`;
  await device.ask({ service: "ptz", operation: "OperatePresetTour", body }, signal);
}

/** Parts by their tokens, each once; those whose tokens are of no use are left out. */
export function partsOf(elements: readonly XmlElement[]): CameraPart[] {
  const parts = new Map<string, CameraPart>();
  for (const element of elements) {
    const id = element.attributes["token"] ?? "";
    if (id === "" || id.length > ID_LIMIT || parts.size >= MOST_PARTS) continue;
    const name = plainWords(textAt(element, "Name") ?? "").slice(0, NAME_LIMIT);
    parts.set(id, { id, name: name === "" ? id : name });
  }
  return [...parts.values()];
}

function profileToken(token: string): string {
  return `<n:ProfileToken>${escaped(token)}</n:ProfileToken>`;
}

/** XML Schema knows no exponents of ours: plain decimals. */
function number(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toFixed(6))) : "0";
}

function fraction(value: number): string {
  return number(Math.min(1, Math.max(-1, value)));
}
