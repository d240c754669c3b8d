// The volumes of config.json that plugins' storage drivers make ready. What is not ready is left out of what `media` is told to
// write to; the others never notice.
import { isDeepStrictEqual } from "node:util";
import type { Clock, Timer } from "../clock.ts";
import type { Log } from "../log.ts";
import type { StorageDriver } from "../plugin/contract/storage-driver.ts";
import { isMountPoint } from "./mount-points.ts";
import { type DrivenVolume, LOOK_MS, PreparedVolume, type VolumePreparation } from "./prepared-volume.ts";

export interface PreparedVolumesOptions {
  /** Volumes that name a driver. */
  configured(): readonly DrivenVolume[];
  /** What plugins have registered. */
  registered(): readonly { readonly plugin: string; readonly entry: StorageDriver }[];
  readonly clock: Clock;
  readonly log: Log;
  /** Looks whether something is mounted; by itself unless given. */
  isMounted?(path: string): Promise<boolean>;
  /** A volume is ready now, or not any more. */
  changed(path: string): void;
}

export class PreparedVolumes {
  readonly #options: PreparedVolumesOptions;
  readonly #volumes = new Map<string, PreparedVolume>();
  #timer: Timer | undefined;

  constructor(options: PreparedVolumesOptions) {
    this.#options = options;
  }

  /** Begins to make them ready. Plugins are loaded by then. */
  start(): void {
    this.#follow();
    this.#look();
    this.#timer = this.#options.clock.every(LOOK_MS, () => this.#look());
  }

  /** Stops looking. Nothing is released: recording goes on while this process is away. */
  stop(): void {
    this.#timer?.cancel();
    for (const volume of this.#volumes.values()) void volume.end(false);
    this.#volumes.clear();
  }

  /** Call after config.json has changed. Resolves when drivers were told of volumes that are theirs no longer. */
  async volumesChanged(): Promise<void> {
    await Promise.all(
      this.#follow().map((gone) =>
        gone.end(true).catch((error: unknown) => {
          this.#options.log.warn("a storage driver did not release a volume", {
            path: gone.volume.path,
            reason: error instanceof Error ? error.message : String(error),
          });
        }),
      ),
    );
    this.#look();
  }

  /** How a volume is; undefined: it names no driver. */
  stateOf(path: string): VolumePreparation | undefined {
    const known = this.#volumes.get(path);
    if (known !== undefined) return known.state;
    return this.#options.configured().some((volume) => volume.path === path)
      ? { status: "pending" }
      : undefined;
  }

  /** What a driver is called; undefined: there is none now. */
  driverOf(source: string): StorageDriver | undefined {
    return this.#options.registered().find(({ plugin, entry }) => `${plugin}/${entry.id}` === source)?.entry;
  }

  /** Takes over what config.json says now. Gives those that are gone. */
  #follow(): PreparedVolume[] {
    const configured = this.#options.configured();
    const gone: PreparedVolume[] = [];
    for (const [path, known] of this.#volumes) {
      const now = configured.find((volume) => volume.path === path);
      if (now !== undefined && isDeepStrictEqual(now, known.volume)) continue;
      this.#volumes.delete(path);
      gone.push(known);
    }
    for (const volume of configured) if (!this.#volumes.has(volume.path)) this.#add(volume);
    return gone;
  }

  #add(volume: DrivenVolume): void {
    const { clock, log, isMounted = isMountPoint, changed } = this.#options;
    const { path } = volume;
    const added: PreparedVolume = new PreparedVolume({
      volume,
      driver: () => this.driverOf(volume.driver.source),
      isMounted,
      clock,
      changed: () => {
        const { state } = added;
        if (state.status === "unavailable")
          log.warn("a volume is not ready", { path, driver: volume.driver.source, reason: state.reason });
        else log.notice("a volume is ready", { path, driver: volume.driver.source });
        changed(path);
      },
    });
    this.#volumes.set(path, added);
  }

  #look(): void {
    for (const volume of this.#volumes.values()) volume.look();
  }
}
