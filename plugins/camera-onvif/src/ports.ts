// Relays, digital inputs, and what else can be switched: siren, light, wiper. The device service knows relays, the service
// DeviceIO knows inputs as well; auxiliary commands are words that each maker chooses, found by what they say.
import type { AuxiliaryPart, CameraPart } from "@nightjar/core";
import type { OnvifDevice } from "./device.ts";
import { lacks } from "./errors.ts";
import { partsOf } from "./ptz.ts";
import { anywhere, childrenOf, escaped, type XmlElement } from "./xml.ts";

/** What is sent to switch something on and off, and to whom. */
export interface AuxiliaryCommand {
  readonly part: AuxiliaryPart;
  readonly on: string;
  readonly off: string;
  readonly service: "device" | "ptz";
}

const COMMAND_LIMIT = 100;
const MOST_COMMANDS = 100;
/** In the order in which they are asked: an infrared lamp is no light that anybody sees. */
const WORDS: readonly (readonly [AuxiliaryPart, RegExp])[] = [
  ["siren", /siren|horn|buzzer|(?:audio|sound|audible).*(?:alarm|warning)|^(?:tt:)?alarm$/i],
  ["light", /white.?light|spot.?light|flash|strobe|illuminat|^(?:tt:)?(?:light|lamp|led)$/i],
  ["wiper", /wiper/i],
];

export async function relaysOf(device: OnvifDevice, signal: AbortSignal): Promise<CameraPart[]> {
  const answer = await device.ask({ service: "device", operation: "GetRelayOutputs" }, signal);
  return named(partsOf(childrenOf(answer, "RelayOutputs")), "Relay");
}

export async function setRelay(
  device: OnvifDevice,
  { relay, on }: { readonly relay: string; readonly on: boolean },
  signal: AbortSignal,
): Promise<void> {
  const body = `<n:RelayOutputToken>${escaped(relay)}</n:RelayOutputToken><n:LogicalState>${on ? "active" : "inactive"}</n:LogicalState>`;
  await device.ask({ service: "device", operation: "SetRelayOutputState", body }, signal);
}

export async function inputsOf(device: OnvifDevice, signal: AbortSignal): Promise<CameraPart[]> {
  if (!(await device.has("io", signal))) return [];
  const answer = await device.ask({ service: "io", operation: "GetDigitalInputs" }, signal);
  return named(partsOf(childrenOf(answer, "DigitalInputs")), "Input");
}

/** What of a device's commands switches something that people have a word for. `node`: of its PTZ. */
export async function auxiliaryOf(
  device: OnvifDevice,
  node: XmlElement | undefined,
  signal: AbortSignal,
): Promise<AuxiliaryCommand[]> {
  const answer = await device.ask({ service: "device", operation: "GetServiceCapabilities" }, signal);
  // A list of XML Schema: words with blanks between them.
  const listed = anywhere(answer, "Misc")?.attributes["AuxiliaryCommands"] ?? "";
  const ofNode = childrenOf(node, "AuxiliaryCommands").map(({ text }) => text);
  return [...commandsAmong(listed.split(/\s+/), "device"), ...commandsAmong(ofNode, "ptz")].filter(
    ({ part }, index, all) => all.findIndex((other) => other.part === part) === index,
  );
}

/** Pairs of commands for on and off among the words of a device. */
export function commandsAmong(
  words: readonly string[],
  service: AuxiliaryCommand["service"],
): AuxiliaryCommand[] {
  const known = words.filter((word) => word !== "" && word.length <= COMMAND_LIMIT).slice(0, MOST_COMMANDS);
  return WORDS.flatMap(([part, pattern]) => {
    const on = known.find((word) => {
      const [name = "", state = ""] = word.split("|");
      return pattern.test(name) && /^on$/i.test(state);
    });
    if (on === undefined) return [];
    const name = on.slice(0, on.indexOf("|") + 1);
    const off = known.find((word) => word.startsWith(name) && /^off$/i.test(word.slice(name.length)));
    return [{ part, on, off: off ?? `${name}Off`, service }];
  });
}

export async function setAuxiliary(
  device: OnvifDevice,
  commands: readonly AuxiliaryCommand[],
  { part, on, profile }: { readonly part: AuxiliaryPart; readonly on: boolean; readonly profile?: string },
  signal: AbortSignal,
): Promise<void> {
  const command = commands.find((one) => one.part === part);
  if (command === undefined) throw lacks(part);
  const word = escaped(on ? command.on : command.off);
  if (command.service === "device") {
    const body = `<n:AuxiliaryCommand>${word}</n:AuxiliaryCommand>`;
    await device.ask({ service: "device", operation: "SendAuxiliaryCommand", body }, signal);
    return;
  }
  const body = `<n:ProfileToken>${escaped(profile ?? "")}</n:ProfileToken><n:AuxiliaryData>${word}</n:AuxiliaryData>`;
  await device.ask({ service: "ptz", operation: "SendAuxiliaryCommand", body }, signal);
}

/** Tokens say nothing to people: what has no name is counted. */
function named(parts: readonly CameraPart[], word: string): CameraPart[] {
  return parts.map((part, index) =>
    part.name === part.id ? { ...part, name: `${word} ${index + 1}` } : part,
  );
}
