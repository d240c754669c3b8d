// The cameras of this recorder: kept in config.json, their secrets apart, their streams resolved by their drivers
// (camera-streams.ts). What is recorded of them is recording's business; how they look over HTTP is http's.

import type { Clock, Timer } from "../clock.ts";
import type { CameraConfig, DetectionConfig, RecordConfig } from "../config/camera-config.ts";
import type { Config } from "../config/config-schema.ts";
import type { ConfigStore, DeepReadonly } from "../config/config-store.ts";
import { contextOf, type Worded } from "../domain/facts.ts";
import { freeId } from "../domain/free-id.ts";
import { type CameraId, isId } from "../domain/ids.ts";
import { NightjarError, toPlainError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { DesiredSource } from "../media/protocol.ts";
import type { CameraDriver } from "../plugin/contract/camera-driver.ts";
import type { OfferedCamera } from "../plugin/contract/define-plugin.ts";
import {
  type CameraSources,
  CameraStreams,
  type CameraStreamsOptions,
  secretName,
} from "./camera-streams.ts";
import {
  type PreparedConfig,
  prepareConfig,
  prepareWithKept,
  type Secrets,
  secretFields,
} from "./driver-call.ts";

/** A driver that failed is asked again after this long. */
const RESOLVE_AGAIN_MS = 10_000;

/** A camera with its streams as far as its driver could tell. */
export interface ResolvedCamera {
  readonly camera: DeepReadonly<CameraConfig>;
  readonly streams: CameraSources;
  /** Which write-only fields hold something. */
  readonly secretsSet: readonly string[];
  /** Why there are no streams, for people. */
  readonly problem?: Worded & { readonly message: string };
}

/** A camera as its driver can be asked about it. */
export interface CameraAccess {
  readonly camera: DeepReadonly<CameraConfig>;
  readonly driver: CameraDriver;
  readonly secrets: Secrets;
}

export interface NewCamera {
  readonly id?: string;
  readonly name: string;
  readonly driver: string;
  readonly enabled?: boolean;
  readonly config: Readonly<Record<string, unknown>>;
  readonly record?: Partial<RecordConfig>;
}

export interface CameraPatch {
  readonly name?: string;
  readonly enabled?: boolean;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly record?: Partial<RecordConfig>;
  /** Replaces what was set. */
  readonly detection?: DetectionConfig;
}

export interface CameraListOptions extends CameraStreamsOptions {
  readonly config: ConfigStore;
  readonly clock: Clock;
  readonly log: Log;
  /** A camera came, went, changed, or its driver found its streams. */
  onChange(change: { readonly id: string; readonly kind: "added" | "changed" | "removed" }): void;
}

interface Entry {
  camera: DeepReadonly<CameraConfig>;
  streams: CameraSources;
  problem?: Worded & { readonly message: string };
  retry?: Timer;
  /** The asking that goes on. */
  asked?: Promise<void>;
  /** Whose outcome counts: that of the asking that began last. */
  turn?: object;
  /** It was told that the camera came. */
  isKnown?: boolean;
}

export class CameraList {
  readonly #options: CameraListOptions;
  readonly #sources: CameraStreams;
  readonly #entries = new Map<string, Entry>();
  #stopFollowing: (() => void) | undefined;

  constructor(options: CameraListOptions) {
    this.#options = options;
    this.#sources = new CameraStreams(options);
  }

  /** Resolves every camera of the configuration, and follows its changes from then on. */
  async start(): Promise<void> {
    const { config } = this.#options;
    this.#stopFollowing = config.onChange("cameras", (next) => void this.#follow(next.cameras));
    await this.#follow(config.get().cameras);
  }

  stop(): void {
    this.#stopFollowing?.();
    for (const entry of this.#entries.values()) drop(entry);
  }

  all(): ResolvedCamera[] {
    return [...this.#entries.values()].map((entry) => this.#view(entry));
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  ids(): string[] {
    return [...this.#entries.keys()];
  }

  find(id: string): ResolvedCamera | undefined {
    const entry = this.#entries.get(id);
    return entry === undefined ? undefined : this.#view(entry);
  }

  /** Adds a camera. Throws `NJ_CAMERA_EXISTS`, `NJ_CAMERA_DRIVER_UNKNOWN`, `NJ_CAMERA_CONFIG_INVALID`, config errors. */
  async add(input: NewCamera): Promise<ResolvedCamera> {
    const { config, secrets } = this.#options;
    if (input.id !== undefined && (!isId(input.id) || this.#entries.has(input.id))) {
      throw isId(input.id)
        ? new NightjarError(
            "NJ_CAMERA_EXISTS",
            "failed-precondition",
            `there is a camera "${input.id}" already`,
          )
        : new NightjarError(
            "NJ_ID_INVALID",
            "invalid-argument",
            "a camera's id is 1 to 64 of a-z, 0-9 and inner hyphens",
          );
    }
    const driver = this.#sources.driver(input.driver);
    const prepared = await prepareConfig(driver, input.config);
    const id = input.id ?? freeId(input.name, "camera", (candidate) => this.#entries.has(candidate));
    // Resolved before it is stored: an address that cannot be used is refused while somebody looks.
    await this.#sources.find(driver, prepared);
    // Those of one of the same id that was taken out of config.json by hand.
    await secrets.deleteAll(`camera/${id}/`);
    for (const [field, secret] of Object.entries(prepared.secrets))
      await secrets.set(secretName(id, field), secret);
    try {
      await config.update((draft) => {
        draft.cameras.push({
          id,
          name: input.name,
          driver: input.driver,
          enabled: input.enabled ?? true,
          config: prepared.config,
          record: { ...(input.record ?? {}) } as RecordConfig,
        });
      });
    } catch (error) {
      await secrets.deleteAll(`camera/${id}/`);
      throw error;
    }
    await this.#follow(config.get().cameras);
    return this.#view(this.#entries.get(id) as Entry);
  }

  /** Changes a camera; secrets that are left out stay, as long as they go where they were given for. */
  async update(id: string, patch: CameraPatch): Promise<ResolvedCamera> {
    const { config, secrets } = this.#options;
    const present = this.#existing(id);
    let prepared: PreparedConfig | undefined;
    let secretsBefore: Secrets | undefined;
    const keep = async (wanted: Secrets): Promise<void> => {
      for (const field of secretFields(this.#sources.driver(present.camera.driver))) {
        const [name, secret] = [secretName(id, field), wanted[field]];
        if (secret === undefined) await secrets.delete(name);
        else if (secret !== secrets.find(name)) await secrets.set(name, secret);
      }
    };
    if (patch.config !== undefined) {
      const driver = this.#sources.driver(present.camera.driver);
      const kept = this.#sources.readableSecretsOf(id, driver);
      prepared = await prepareWithKept(driver, patch.config, kept, present.camera.config);
      await this.#sources.find(driver, prepared);
    }
    const change = (draft: Config): void => {
      const camera = draft.cameras.find((candidate) => candidate.id === id);
      if (camera === undefined) return;
      if (patch.name !== undefined) camera.name = patch.name;
      if (patch.enabled !== undefined) camera.enabled = patch.enabled;
      if (prepared !== undefined) camera.config = prepared.config;
      if (patch.detection !== undefined) camera.detection = patch.detection;
      if (patch.record !== undefined) camera.record = { ...camera.record, ...patch.record };
    };
    // In the turn of the change, so that of two changes at once each finds its own secrets with its own address.
    const withItsSecrets = async (): Promise<void> => {
      if (prepared === undefined) return;
      secretsBefore = this.#sources.readableSecretsOf(id, this.#sources.driver(present.camera.driver));
      await keep(prepared.secrets);
    };
    await config.updateAfter(change, withItsSecrets).catch(async (error: unknown) => {
      if (secretsBefore !== undefined) await keep(secretsBefore);
      throw error;
    });
    // A new password alone leaves config.json as it was, so nothing else would notice.
    if (prepared !== undefined) await this.#resolve(this.#existing(id));
    return this.#view(this.#existing(id));
  }

  /** Takes a camera off the list. Its recordings are recording's business. */
  async remove(id: string): Promise<void> {
    const { config, secrets } = this.#options;
    const { camera } = this.#existing(id);
    await config.update((draft) => {
      draft.cameras = draft.cameras.filter((candidate) => candidate.id !== id);
      if (camera.driver === "demo") draft.firstRun.demoRemoved = true;
    });
    await this.#follow(config.get().cameras);
    await secrets.deleteAll(`camera/${id}/`);
    this.#sources.forget(id);
  }

  /** A plugin's own camera: taken on the first start of an empty recorder, never against the owner's will. */
  async offer(camera: OfferedCamera): Promise<void> {
    const config = this.#options.config.get();
    if (config.cameras.some((present) => present.id === camera.id)) {
      await this.refresh(camera.driver);
      return;
    }
    if (config.firstRun.demoRemoved || (camera.onlyWhenEmpty && config.cameras.length > 0)) return;
    await this.add({
      id: camera.id,
      name: camera.name,
      driver: camera.driver,
      config: camera.config,
      record: camera.record,
    });
  }

  /** Asks a driver again for the streams of all its cameras; gives those that it had an answer for. */
  async refresh(driver: string): Promise<readonly CameraId[]> {
    const entries = [...this.#entries.values()].filter(({ camera }) => camera.driver === driver);
    await Promise.all(entries.map((entry) => this.#resolve(entry)));
    return entries.filter(({ problem }) => problem === undefined).map(({ camera }) => camera.id as CameraId);
  }

  /**
   * What a driver is asked about a camera with; undefined: there is no such camera. Throws `NJ_CAMERA_DRIVER_UNKNOWN` where
   * nobody answers for its driver, `NJ_SECRETS_UNREADABLE`.
   */
  access(id: string): CameraAccess | undefined {
    const camera = this.#entries.get(id)?.camera;
    if (camera === undefined) return undefined;
    const driver = this.#sources.driver(camera.driver);
    return { camera, driver, secrets: this.#sources.secretsOf(id, driver) };
  }

  /** Where a camera's main stream would be, for trying it before it is saved. `id`: take missing secrets from it. */
  trial(driver: string, typed: Readonly<Record<string, unknown>>, id?: string): Promise<DesiredSource> {
    return this.#sources.trial(driver, typed, id === undefined ? undefined : this.#entries.get(id)?.camera);
  }

  #existing(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined)
      throw new NightjarError("NJ_CAMERA_NOT_FOUND", "not-found", `there is no camera "${id.slice(0, 64)}"`);
    return entry;
  }

  async #follow(cameras: DeepReadonly<CameraConfig[]>): Promise<void> {
    for (const [id, entry] of this.#entries) {
      if (cameras.some((camera) => camera.id === id)) continue;
      drop(entry);
      this.#entries.delete(id);
      this.#options.onChange({ id, kind: "removed" });
    }
    const work: Promise<void>[] = [];
    for (const camera of cameras) {
      const entry = this.#entries.get(camera.id);
      if (entry === undefined) {
        const added: Entry = { camera, streams: {} };
        this.#entries.set(camera.id, added);
        work.push(this.#resolve(added));
      } else if (JSON.stringify(entry.camera) !== JSON.stringify(camera)) {
        const moved =
          JSON.stringify(entry.camera.config) !== JSON.stringify(camera.config) ||
          entry.camera.driver !== camera.driver;
        entry.camera = camera;
        if (moved) work.push(this.#resolve(entry));
        else this.#options.onChange({ id: camera.id, kind: "changed" });
      } else if (entry.asked !== undefined) {
        work.push(entry.asked);
      }
    }
    await Promise.all(work);
  }

  #resolve(entry: Entry): Promise<void> {
    const asked = this.#ask(entry).finally(() => {
      if (entry.asked === asked) delete entry.asked;
    });
    entry.asked = asked;
    return asked;
  }

  /**
   * Asks the driver where the streams are now. Of several askings only the last counts, and none once the camera is gone: an old
   * answer would take the picture back to an address that holds no more, or go on for ever about one that nobody has.
   */
  async #ask(entry: Entry): Promise<void> {
    const { camera } = entry;
    const turn = {};
    entry.turn = turn;
    const counts = (): boolean => entry.turn === turn && this.#entries.get(camera.id) === entry;
    entry.retry?.cancel();
    try {
      const driver = this.#sources.driver(camera.driver);
      const config = camera.config as Record<string, unknown>;
      const secrets = this.#sources.secretsOf(camera.id, driver);
      const found = await this.#sources.find(driver, { config, secrets });
      if (!counts()) return;
      entry.streams = found.sources;
      this.#sources.remember(camera, found);
      delete entry.problem;
    } catch (error) {
      if (!counts()) return;
      // The last known streams stay: a driver in trouble must not cost a recording.
      if (entry.streams.main === undefined) entry.streams = this.#sources.foundLast(camera);
      const { code, message, context = {} } = toPlainError(error);
      if (entry.problem?.code !== code)
        this.#options.log.warn("camera's driver cannot tell its streams", {
          camera: camera.id,
          reason: message,
        });
      entry.problem = { code, message, ...contextOf(context, message) };
      entry.retry = this.#options.clock.after(RESOLVE_AGAIN_MS, () => void this.#resolve(entry));
    }
    const kind = entry.isKnown ? "changed" : "added";
    entry.isKnown = true;
    this.#options.onChange({ id: camera.id, kind });
  }

  #view(entry: Entry): ResolvedCamera {
    const driver = this.#options.drivers.get(entry.camera.driver)?.entry;
    return {
      camera: entry.camera,
      streams: entry.streams,
      secretsSet: driver === undefined ? [] : this.#sources.secretsSet(entry.camera.id, driver),
      ...(entry.problem === undefined || entry.streams.main !== undefined ? {} : { problem: entry.problem }),
    };
  }
}

/** Ends what goes on for a camera: it is asked about no more, and what is under way counts no more. */
function drop(entry: Entry): void {
  entry.retry?.cancel();
  delete entry.turn;
}
