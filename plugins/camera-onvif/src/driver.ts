// The driver: what the recorder asks of a camera, turned into questions to its device. Devices are remembered, with what is known
// of clock and services, so that not each question asks for that again.
import { createHash } from "node:crypto";
import type {
  CameraCapabilities,
  CameraDriver,
  CameraPart,
  DriverContext,
  PluginTools,
} from "@nightjar/core";
import { NightjarError } from "@nightjar/core";
import { type CameraConfig, cameraConfig, prepareConfig } from "./config.ts";
import { OnvifDevice } from "./device.ts";
import { DISCOVERY_GROUP, DISCOVERY_PORT, discover } from "./discovery.ts";
import { EventSessions } from "./events.ts";
import type { EventScope } from "./notifications.ts";
import { auxiliaryOf, inputsOf, relaysOf, setAuxiliary, setRelay } from "./ports.ts";
import { channelOf, type Profile, profilesOf, streamsOf } from "./profiles.ts";
import * as ptz from "./ptz.ts";

const MOST_DEVICES = 1_024;

type Settings = Readonly<Record<string, unknown>>;

/** Makes the driver `onvif`. */
export function onvifDriver(lookup: PluginTools["lookup"]): CameraDriver {
  const devices = new Devices(lookup);
  const sessions = new EventSessions();

  /** Wraps what is asked of the PTZ of a camera. */
  const turned =
    <Wanted extends unknown[], Answer>(
      ask: (
        device: OnvifDevice,
        profile: ptz.PtzProfile,
        ...rest: [...Wanted, AbortSignal]
      ) => Promise<Answer>,
    ) =>
    async (settings: Settings, ...rest: [...Wanted, DriverContext]): Promise<Answer> => {
      const context = rest.at(-1) as DriverContext;
      const { device, config } = await devices.of(settings, context);
      const { signal } = context;
      const profile = await devices.ptzProfile(device, config, signal);
      try {
        return await ask(device, profile, ...([...rest.slice(0, -1), signal] as [...Wanted, AbortSignal]));
      } catch (error) {
        // A device that was set up anew may have profiles of other names.
        devices.forgetPtzProfiles(device);
        throw error;
      }
    };

  return {
    id: "onvif",
    displayName: "ONVIF",
    configSchema: cameraConfig,
    prepare: async (typed) => prepareConfig(typed),
    async discover(wanted, { signal }) {
      // Says no where the owner has taken the network away; a group leads to no machine.
      await lookup(DISCOVERY_GROUP, DISCOVERY_PORT);
      return discover(wanted, signal);
    },
    async streams(settings, context) {
      const { device, config } = await devices.of(settings, context);
      return streamsOf(device, config, context.signal);
    },
    async capabilities(settings, context) {
      const { device, config } = await devices.of(settings, context);
      return capabilitiesOf(device, config, context.signal);
    },
    presets: turned(ptz.presetsOf),
    goToPreset: turned((device, profile, { preset }: { readonly preset: string }, signal) =>
      ptz.goToPreset(device, profile, preset, signal),
    ),
    setPreset: turned(ptz.setPreset),
    removePreset: turned((device, profile, { preset }: { readonly preset: string }, signal) =>
      ptz.removePreset(device, profile, preset, signal),
    ),
    move: turned(ptz.move),
    stop: turned(ptz.stop),
    position: turned(ptz.position),
    goToPosition: turned(ptz.goToPosition),
    runPatrol: turned(ptz.runPatrol),
    async setRelay(settings, wanted, context) {
      const { device } = await devices.of(settings, context);
      await setRelay(device, wanted, context.signal);
    },
    async setAuxiliary(settings, wanted, context) {
      const { device, config } = await devices.of(settings, context);
      const { signal } = context;
      const profile = ptz.ptzProfileOf(channelOf(await profilesOf(device, signal), config.channel ?? 1));
      const node = profile === undefined ? undefined : await ptz.ptzNode(device, profile, signal);
      const commands = await auxiliaryOf(device, node, signal);
      const named = profile === undefined ? {} : { profile: profile.token };
      await setAuxiliary(device, commands, { ...wanted, ...named }, signal);
    },
    async pullEvents(settings, wanted, context) {
      const { device, config } = await devices.of(settings, context);
      const { signal } = context;
      return sessions.pull(device, () => scopeOf(device, config, signal), wanted, signal);
    },
    async endEvents(_settings, { session }, { signal }) {
      await sessions.end(session, signal);
    },
  };
}

async function capabilitiesOf(
  device: OnvifDevice,
  config: CameraConfig,
  signal: AbortSignal,
): Promise<CameraCapabilities> {
  const profile = ptz.ptzProfileOf(channelOf(await profilesOf(device, signal), config.channel ?? 1));
  const hasPtz = profile !== undefined && (await device.has("ptz", signal));
  const node = hasPtz ? await unlessRefused(ptz.ptzNode(device, profile, signal), undefined) : undefined;
  const events = config.events !== false && (await device.has("events", signal));
  // Together: a slow device has ten seconds for all of it.
  const [relays, inputs, auxiliary, patrols] = await Promise.all([
    unlessRefused<CameraPart[]>(relaysOf(device, signal), []),
    unlessRefused<CameraPart[]>(inputsOf(device, signal), []),
    unlessRefused(auxiliaryOf(device, node, signal), []),
    node === undefined || profile === undefined
      ? []
      : unlessRefused<CameraPart[]>(ptz.patrolsOf(device, profile, signal), []),
  ]);
  return {
    ...(node === undefined ? {} : { ptz: ptz.ptzCapabilitiesOf(node, patrols) }),
    ...{ relays, inputs, auxiliary: auxiliary.map(({ part }) => part), events },
  };
}

async function scopeOf(device: OnvifDevice, config: CameraConfig, signal: AbortSignal): Promise<EventScope> {
  const profiles = await profilesOf(device, signal);
  const channel = channelOf(profiles, config.channel ?? 1);
  const tokens = channel.flatMap(({ source, sourceConfig }: Profile) => [source, sourceConfig]);
  return {
    tokens: new Set(tokens),
    isShared: new Set(profiles.all.map(({ source }) => source)).size > 1,
  };
}

/** What a device does not know it does not have. */
async function unlessRefused<Answer>(asked: Promise<Answer>, otherwise: Answer): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (
      error instanceof NightjarError &&
      (error.code === "NJ_ONVIF_REFUSED" || error.code === "NJ_ONVIF_LACKS")
    )
      return otherwise;
    throw error;
  }
}

/** Devices by how they are reached and signed in to. */
class Devices {
  readonly #lookup: PluginTools["lookup"];
  readonly #devices = new Map<string, OnvifDevice>();
  readonly #profiles = new WeakMap<OnvifDevice, Map<number, ptz.PtzProfile>>();

  constructor(lookup: PluginTools["lookup"]) {
    this.#lookup = lookup;
  }

  async of(
    settings: Settings,
    context: DriverContext,
  ): Promise<{ readonly device: OnvifDevice; readonly config: CameraConfig }> {
    // The recorder has checked it by the schema; in config.json it may stand as a person types it.
    const config = prepareConfig(settings) as CameraConfig;
    if (!URL.canParse(config.address)) {
      throw new NightjarError("NJ_ONVIF_ADDRESS", "invalid-argument", "this is no address of a camera");
    }
    const password = config.username === undefined ? undefined : await context.secret("password");
    const { address, username, certificate } = config;
    const key = createHash("sha256")
      .update(JSON.stringify([address, username, certificate, password]))
      .digest("base64");
    const known = this.#devices.get(key);
    if (known !== undefined) return { device: known, config };
    const device = new OnvifDevice(config, password, this.#lookup);
    this.#devices.set(key, device);
    const [oldest] = this.#devices.keys();
    if (this.#devices.size > MOST_DEVICES && oldest !== undefined) this.#devices.delete(oldest);
    return { device, config };
  }

  forgetPtzProfiles(device: OnvifDevice): void {
    this.#profiles.delete(device);
  }

  /** A hand on the pad does not wait for a list of profiles each time. */
  async ptzProfile(device: OnvifDevice, config: CameraConfig, signal: AbortSignal): Promise<ptz.PtzProfile> {
    const channels = this.#profiles.get(device) ?? new Map<number, ptz.PtzProfile>();
    this.#profiles.set(device, channels);
    const channel = config.channel ?? 1;
    const known = channels.get(channel);
    if (known !== undefined) return known;
    const found = await ptz.ptzProfile(device, config, signal);
    channels.set(channel, found);
    return found;
  }
}
