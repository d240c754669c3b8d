// The parts that settings are imported by, and which places of the configuration and which secrets belong to each. What no
// part names is never taken over: the node's id, its keys and certificates, the path of ffmpeg, where the wizard stands.
import { isAbsolute, join, relative, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Config, VolumeConfig } from "../config/config-schema.ts";
import type { FrozenConfig } from "../config/config-store.ts";

export const SETTINGS_PARTS = ["cameras", "storage", "plugins", "accounts", "general", "network"] as const;
export type SettingsPart = (typeof SETTINGS_PARTS)[number];

/** What is imported unless somebody chooses: not the addresses and ports, which could cut off whoever imports. */
export const USUAL_PARTS: readonly SettingsPart[] = ["cameras", "storage", "plugins", "accounts", "general"];

/** Something that stays as it is, with a sentence that says why. */
export interface Refusal {
  readonly path: string;
  readonly reason: string;
}

/** Where the first volume lies; what is below is made for recordings. */
const OWN_VOLUMES = "volumes";

export interface PartRules {
  readonly parts: readonly SettingsPart[];
  /**
   * Who imports is let in by an account, not by owning the data directory: what only config.json can change, for whoever
   * can write it, stays (folders for recordings elsewhere, what plugins are denied).
   */
  readonly confined: boolean;
  readonly dataDir: string;
}

/** Puts the chosen parts of `from` into `draft`. Answers what was not taken. */
export function takeParts(draft: Config, from: FrozenConfig, rules: PartRules): Refusal[] {
  const refused: Refusal[] = [];
  const source = structuredClone(from) as Config;
  for (const part of rules.parts) {
    switch (part) {
      case "cameras":
        draft.cameras = source.cameras;
        draft.firstRun.demoRemoved = source.firstRun.demoRemoved;
        // When what is armed is said by cameras' ids.
        draft.alarms = source.alarms;
        // Receipts lie beside the pictures of cameras.
        draft.tills = source.tills;
        // Alarm inputs name cameras, and rules name outputs.
        draft.inputs = source.inputs;
        draft.outputs = source.outputs;
        draft.linkage = source.linkage;
        break;
      case "storage":
        refused.push(...takeStorage(draft, source, rules));
        break;
      case "plugins":
        takePlugins(draft, source, rules.confined);
        break;
      case "general":
        draft.node.name = source.node.name;
        draft.timeZone = source.timeZone;
        draft.ffmpeg.maxTranscodes = source.ffmpeg.maxTranscodes;
        draft.sessions = source.sessions;
        draft.audit = source.audit;
        draft.detection = source.detection;
        draft.log = source.log;
        // What flows may do beyond that is allowed by hand alone, before a warning.
        draft.flows.enabled = source.flows.enabled;
        break;
      case "network":
        draft.network = source.network;
        draft.mqtt = source.mqtt;
        // Addresses, too; and another recorder would watch itself.
        draft.cluster = source.cluster;
        break;
      case "accounts":
        refused.push(...takeLogins(draft, source, rules.confined));
        break;
    }
  }
  return refused;
}

/** How secrets begin that belong to settings, each with its part; others (second factors, registries) are no settings. */
export const PART_OF_SECRETS = {
  "camera/": "cameras",
  "input/": "cameras",
  "output/": "cameras",
  "mqtt/": "network",
  "plugin/": "plugins",
} as const satisfies Readonly<Record<string, SettingsPart>>;

/** The part that a secret belongs to. */
export function partOfSecret(name: string): SettingsPart | undefined {
  return Object.entries(PART_OF_SECRETS).find(([prefix]) => name.startsWith(prefix))?.[1];
}

/** The camera of a secret `camera/<id>/<field>`. */
export function cameraOfSecret(name: string): string | undefined {
  return /^camera\/([^/]+)\//.exec(name)?.[1];
}

/** The plugin of a secret `plugin/<name>/…`, whose name may hold one slash. */
export function pluginOfSecret(name: string): string | undefined {
  return /^plugin\/((?:@[^/]+\/)?[^/]+)\//.exec(name)?.[1];
}

function takeStorage(draft: Config, source: Config, { confined, dataDir }: PartRules): Refusal[] {
  const known = new Map(draft.storage.volumes.map((volume) => [volume.path, volume]));
  const refused: Refusal[] = [];
  const wanted = source.storage.volumes.map((volume) =>
    confined ? withDriver(volume, known.get(volume.path)?.driver) : volume,
  );
  const volumes = wanted.filter(({ path }) => {
    if (!confined || known.has(path) || isBelow(join(dataDir, OWN_VOLUMES), resolve(dataDir, path)))
      return true;
    refused.push({
      path: `/storage/volumes/${path.slice(0, 200)}`,
      reason:
        "is a folder outside of the recorder's own for volumes: only `nightjar settings import` on the recorder itself, or an edit of config.json, adds one",
    });
    return false;
  });
  // Without any folder nothing would be recorded: then the present ones are better.
  if (volumes.length > 0 || refused.length === 0) draft.storage.volumes = volumes;
  draft.storage.sha256 = source.storage.sha256;
  draft.newCameras = source.newCameras;
  draft.media = source.media;
  return refused;
}

/** Which plugin a folder is left to is the owner's word, as the folder is. */
function withDriver(volume: VolumeConfig, driver: VolumeConfig["driver"]): VolumeConfig {
  const { driver: _theirs, ...rest } = volume;
  return driver === undefined ? rest : { ...rest, driver };
}

function takeLogins(draft: Config, source: Config, confined: boolean): Refusal[] {
  if (!confined) draft.logins = source.logins;
  if (isDeepStrictEqual(draft.logins, source.logins)) return [];
  return [
    {
      path: "/logins",
      reason:
        "says which plugins are asked who may sign in: only `nightjar settings import` on the recorder itself, or an edit of config.json, changes that",
    },
  ];
}

function takePlugins(draft: Config, source: Config, confined: boolean): void {
  const before = draft.plugins;
  draft.plugins = source.plugins;
  draft.pluginRegistry = source.pluginRegistry;
  if (!confined) return;
  for (const [name, { grants, isolation }] of Object.entries(before)) {
    if (grants === undefined && isolation === undefined) continue;
    draft.plugins[name] = {
      ...(draft.plugins[name] ?? { enabled: true, config: {} }),
      ...(grants === undefined ? {} : { grants }),
      ...(isolation === undefined ? {} : { isolation }),
    };
  }
}

function isBelow(folder: string, path: string): boolean {
  const inner = relative(folder, path);
  return inner !== "" && !isAbsolute(inner) && inner.split(/[\\/]/)[0] !== "..";
}
