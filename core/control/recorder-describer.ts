// Tells plugins what the recorder consists of, for those that present it elsewhere: at the start, and whenever that is
// another, changes that come together as one.
import type { Clock, Timer } from "../clock.ts";
import type { FrozenConfig } from "../config/config-store.ts";
import type { CameraId, VolumeId } from "../domain/ids.ts";
import type { CameraView } from "../http/camera-schemas.ts";
import type { Log } from "../log.ts";
import { detectorLevels } from "../mqtt/plain-commands.ts";
import type { Registry } from "../plugin/calls/registry.ts";
import type { Detector } from "../plugin/contract/detector.ts";
import type { DescribedAbilities, RecorderDescription } from "../plugin/contract/hook-data.ts";
import type { PluginHost } from "../plugin/host/plugin-host.ts";
import { VERSION } from "../version.ts";
import { volumeView } from "./status-service.ts";

/** More than any recorder has. */
const MOST_DETECTORS = 32;
const TOGETHER_MS = 200;

export interface RecorderDescriberParts {
  readonly clock: Pick<Clock, "after">;
  readonly log: Log;
  readonly config: { get(): FrozenConfig };
  readonly cameras: { list(): readonly Pick<CameraView, "id" | "name" | "driver">[] };
  readonly recording: { volumeStates(): Promise<readonly Parameters<typeof volumeView>[0][]> };
  readonly abilities: { described(camera: string): DescribedAbilities | undefined };
  readonly plugins: Pick<PluginHost, "described"> & {
    readonly registries: { readonly detectors: Pick<Registry<Detector>, "owned"> };
  };
}

export class RecorderDescriber {
  readonly #parts: RecorderDescriberParts;
  #timer: Timer | undefined;
  #told = "";
  #isClosed = false;

  constructor(parts: RecorderDescriberParts) {
    this.#parts = parts;
  }

  /** Something of it may be another now. */
  changed(): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = this.#parts.clock.after(TOGETHER_MS, () => {
      this.#timer = undefined;
      this.tell().catch((error: unknown) =>
        this.#parts.log.warn("plugins were not told of the recorder", { reason: String(error) }),
      );
    });
  }

  /** Tells it now, if it was not told yet. */
  async tell(): Promise<void> {
    const described = await this.#describe();
    const text = JSON.stringify(described);
    if (this.#isClosed || text === this.#told) return;
    this.#told = text;
    await this.#parts.plugins.described(described);
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  async #describe(): Promise<RecorderDescription> {
    const { config, cameras, recording, abilities, plugins } = this.#parts;
    const volumes = (await recording.volumeStates()).map(volumeView);
    const { node, mqtt, alarms } = config.get();
    return {
      id: node.id,
      name: node.name,
      version: VERSION,
      ...(mqtt.broker === "off"
        ? {}
        : { mqttBase: mqtt.base, ...(mqtt.eventPictures ? { eventPictures: true } : {}) }),
      cameras: cameras.list().map(({ id, name, driver }) => {
        const can = abilities.described(id);
        return { id: id as CameraId, name, driver, ...(can === undefined ? {} : { abilities: can }) };
      }),
      detectors: plugins.registries.detectors
        .owned()
        .slice(0, MOST_DETECTORS)
        .map(({ entry, plugin }) => {
          const levels = detectorLevels(`${plugin}/${entry.id}`);
          return { name: entry.displayName, levels: `${levels.plugin}/${levels.detector}` };
        }),
      volumes: volumes.flatMap(({ id, path }) => (id === "" ? [] : [{ id: id as VolumeId, path }])),
      armingProfiles: alarms.arming.profiles.map(({ id, name, arms = "by-rules" }) => ({ id, name, arms })),
    };
  }
}
