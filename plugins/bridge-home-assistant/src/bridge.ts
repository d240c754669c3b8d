// Announces devices to Home Assistant and takes them back: when the recorder is another, when Home Assistant says that it
// is there, and when a camera has gone, also while this plugin or the recorder was away.
import type { DescribedAbilities, DescribedCamera, Nvr, RecorderDescription } from "@nightjar/core";
import { type Announced, AnnouncedFile } from "./announced-file.ts";
import { cameraDevice } from "./camera-device.ts";
import type { DiscoveredDevice, DiscoveryMessage, PresentRecorder } from "./component.ts";
import { type BridgeSettings, namedCameras } from "./config.ts";
import { recorderDevice } from "./recorder-device.ts";

/** More cameras than these are not shown: what a plugin may have kept at a broker is bounded. */
const CAMERAS_LIMIT = 150;
/** Entities of a device that have gone and are still named. */
const GONE_LIMIT = 50;
/** Less than a plugin may have retained: what has gone is named for a while, too. */
const ROOM_BYTES = 900_000;
/** Home Assistant asks all programs at once: they answer at moments of their own, and not before it listens. */
const BIRTH_FIRST_MS = 3_000;
const BIRTH_SPREAD_MS = 5_000;

/**
 * All devices that there are to be. `before`: what cameras could do when they were asked last, for those that do not say now.
 * Where there are so many that not everything has room, the last ones come in their short form.
 */
export function devicesOf(
  recorder: RecorderDescription,
  settings: BridgeSettings,
  before: Announced["abilities"] = {},
): DiscoveredDevice[] {
  const { mqttBase } = recorder;
  if (!settings.announce || mqttBase === undefined) return [];
  const present: PresentRecorder = { ...recorder, mqttBase };
  const named = namedCameras(settings);
  const wanted = recorder.cameras
    .filter(({ id }) => named.length === 0 || named.includes(id))
    .slice(0, CAMERAS_LIMIT);
  const own = recorderDevice(present, settings);
  const lean = wanted.map((camera) => cameraDevice(present, camera, settings));
  let spare = ROOM_BYTES - [own, ...lean].reduce((sum, device) => sum + bytesOf(device), 0);
  return [
    own,
    ...wanted.map((camera, index) => {
      const without = lean[index] as DiscoveredDevice;
      const full = cameraDevice(present, camera, settings, abilitiesOf(camera, before));
      const more = bytesOf(full) - bytesOf(without);
      if (more > spare) return without;
      spare -= more;
      return full;
    }),
  ];
}

function abilitiesOf({ id, abilities }: DescribedCamera, before: Announced["abilities"]): DescribedAbilities {
  return abilities ?? before[id] ?? { presets: [], auxiliary: [] };
}

function bytesOf({ message }: DiscoveredDevice): number {
  return Buffer.byteLength(JSON.stringify(message));
}

/** Taps the hooks and registers the resource. */
export async function buildBridge(nvr: Nvr, settings: BridgeSettings): Promise<void> {
  const { hooks } = nvr;
  const name = "nightjar-bridge-home-assistant";
  const file = new AnnouncedFile(nvr.storageDir, nvr.log);
  /** What was announced last, by topic. */
  const sent = new Map<string, string>();
  const states = new Map<string, { readonly status: string; readonly reason?: string }>();
  let devices: DiscoveredDevice[] = [];
  let recorder: RecorderDescription | undefined;
  let birth: { cancel(): void } | undefined;
  let turn: Promise<void> = Promise.resolve();

  const topicOf = (id: string): string => `${settings.discoveryPrefix}/device/${id}/config`;

  /** A broker that is away is no fault of the plugin's: the recorder tells it what is retained when it is back. */
  async function say(topic: string, payload: string): Promise<boolean> {
    try {
      await nvr.mqtt.publishOutside(topic, payload, { retain: true });
      return true;
    } catch (error) {
      sent.delete(topic);
      nvr.log.warn("not announced to Home Assistant", { topic, reason: String(error) });
      return false;
    }
  }

  /** Brings the broker to what there is to be; `anew`: also what it has already. */
  async function announce(anew: boolean): Promise<void> {
    // Nobody has said yet what there is: that is not nothing.
    if (recorder === undefined) return;
    const known = await file.read();
    const abilities = abilitiesToKeep(known.abilities);
    devices = devicesOf(recorder, settings, abilities);
    const messages = devices.map(({ id, message }) => {
      const topic = topicOf(id);
      return [topic, withGone(message, known.topics[topic] ?? {})] as const;
    });
    const wanted = new Map(messages.map(([topic, message]) => [topic, JSON.stringify(message)]));
    const before = new Set([...Object.keys(known.topics), ...sent.keys()]);
    const entities = Object.fromEntries(
      messages.map(([topic, { components }]) => [
        topic,
        Object.fromEntries(Object.entries(components).map(([key, { platform }]) => [key, platform])),
      ]),
    );
    // Written down before it is said: what nobody remembers nobody takes back.
    await file.write({ abilities, topics: { ...known.topics, ...entities } });
    for (const [topic, payload] of wanted) {
      if (!anew && sent.get(topic) === payload) continue;
      sent.set(topic, payload);
      await say(topic, payload);
    }
    const refused: string[] = [];
    for (const topic of before) {
      if (wanted.has(topic)) continue;
      sent.delete(topic);
      // Of a former prefix it has no right to any more: the recorder takes those back itself.
      if (topic.startsWith(`${settings.discoveryPrefix}/`) && !(await say(topic, ""))) refused.push(topic);
    }
    const still = Object.fromEntries(refused.map((topic) => [topic, known.topics[topic] ?? {}]));
    await file.write({ abilities, topics: { ...entities, ...still } });
  }

  /** What each camera can do as it says now, or said last; of cameras that have gone nothing. */
  function abilitiesToKeep(before: Announced["abilities"]): Announced["abilities"] {
    return Object.fromEntries(
      (recorder?.cameras ?? []).flatMap(({ id, abilities = before[id] }) =>
        abilities === undefined ? [] : [[id, abilities]],
      ),
    );
  }

  function inTurn(work: () => Promise<void>): Promise<void> {
    turn = turn.then(work, work);
    return turn;
  }

  hooks.recorderDescribed.tapPromise({ name }, (described) =>
    inTurn(async () => {
      recorder = described;
      await announce(false);
    }),
  );
  hooks.cameraStateChanged.tapPromise({ name }, async (camera, { status, reason }) => {
    if (states.has(camera) || states.size < CAMERAS_LIMIT)
      states.set(camera, { status, ...(reason === undefined ? {} : { reason }) });
  });
  hooks.cameraRemoved.tapPromise({ name }, async ({ id }) => void states.delete(id));
  hooks.stop.tapPromise({ name }, async () => birth?.cancel());
  hooks.diagnostics.tapPromise({ name }, async () => ({ announced: sent.size }));
  if (settings.announce) {
    const topic = `${settings.discoveryPrefix}/status`;
    const listening = nvr.mqtt.subscribeOutside(topic, ({ payload }) => {
      if (payload !== "online") return;
      birth?.cancel();
      birth = nvr.timers.after(BIRTH_FIRST_MS + Math.random() * BIRTH_SPREAD_MS, () =>
        inTurn(() => announce(true)),
      );
    });
    await listening.catch((error: unknown) =>
      nvr.log.warn("Home Assistant's start is not heard", { topic, reason: String(error) }),
    );
  }

  nvr.routes.register({
    id: "devices",
    method: "GET",
    path: "/devices",
    // Of all cameras, whichever an account may see: so it is for those who may set the bridge up.
    permission: "settings.edit",
    summary: "What is announced to Home Assistant.",
    handle: async () => ({
      announce: settings.announce,
      discoveryPrefix: settings.discoveryPrefix,
      devices: devices.map(({ id, camera, message }) => ({
        id,
        topic: topicOf(id),
        entities: Object.keys(message.components).length,
        ...(camera === undefined ? {} : { camera, ...states.get(camera) }),
      })),
    }),
  });
}

/**
 * The message with what Home Assistant is to forget: an entity of nothing but its platform. It stays named, for one that hears it
 * only later.
 */
function withGone(
  { components, ...rest }: DiscoveryMessage,
  before: Readonly<Record<string, string>>,
): DiscoveryMessage {
  const gone = Object.entries(before)
    .filter(([key]) => components[key] === undefined)
    .slice(0, GONE_LIMIT)
    .map(([key, platform]) => [key, { platform }]);
  return { ...rest, components: { ...components, ...Object.fromEntries(gone) } } as DiscoveryMessage;
}
