// One volume that a plugin's storage driver makes ready: prepared, watched, prepared anew with growing pauses when it is not
// ready. Whatever the driver does, this says within five seconds how the volume is. No byte of a recording passes here.
import type { Clock } from "../clock.ts";
import { contextOf, type Facts, type Worded } from "../domain/facts.ts";
import { NightjarError, toPlainError } from "../errors.ts";
import { withTimeLimit } from "../plugin/calls/time-limit.ts";
import type { StorageDriver, StorageHealth, StorageRequest } from "../plugin/contract/storage-driver.ts";
import { withDefaults } from "../plugin/host/settings-problems.ts";
import { checkSettings } from "../plugin/schemas/settings-check.ts";

/** How often a volume is looked at. */
export const LOOK_MS = 1_000;
const HEALTH_LIMIT_MS = 2_000;
/** For so long a volume may be made ready before it counts as unavailable; the driver goes on. */
const PATIENCE_MS = 3_500;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;
const REASON_LIMIT = 300;

/** A volume of config.json that names a driver. */
export interface DrivenVolume {
  /** Absolute. */
  readonly path: string;
  readonly driver: {
    /** `<package>/<id>`. */
    readonly source: string;
    readonly config: Readonly<Record<string, unknown>>;
  };
}

/** How such a volume is: `pending` until the driver has said so for the first time. */
export type VolumePreparation =
  | { readonly status: "pending" }
  | { readonly status: "ready" }
  | ({ readonly status: "unavailable"; readonly reason: string } & Worded);

export interface PreparedVolumeOptions {
  readonly volume: DrivenVolume;
  /** The driver now; undefined: there is none. */
  driver(): StorageDriver | undefined;
  isMounted(path: string): Promise<boolean>;
  readonly clock: Clock;
  /** The state is another one. */
  changed(): void;
}

export class PreparedVolume {
  readonly #options: PreparedVolumeOptions;
  readonly #end = new AbortController();
  #state: VolumePreparation = { status: "pending" };
  #isPrepared = false;
  #busySinceMs: number | undefined;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #failures = 0;

  constructor(options: PreparedVolumeOptions) {
    this.#options = options;
  }

  get volume(): DrivenVolume {
    return this.#options.volume;
  }

  get state(): VolumePreparation {
    return this.#state;
  }

  /** To be called every `LOOK_MS`; returns at once. */
  look(): void {
    const now = this.#options.clock.monotonicMs();
    if (this.#busySinceMs !== undefined) {
      const seconds = Math.round((now - this.#busySinceMs) / 1000);
      if (now - this.#busySinceMs >= PATIENCE_MS && this.#state.status !== "unavailable")
        this.#set({
          status: "unavailable",
          reason: `it has been made ready for ${seconds} s and is not yet`,
          code: "NJ_VOLUME_NOT_READY",
          context: { case: "slow", seconds },
        });
      return;
    }
    if (now < this.#notBeforeMs || this.#end.signal.aborted) return;
    this.#busySinceMs = now;
    void this.#work().finally(() => {
      this.#busySinceMs = undefined;
    });
  }

  /** It is the driver's no longer. `release`: it is told so. */
  async end(release: boolean): Promise<void> {
    const driver = this.#options.driver();
    this.#end.abort();
    if (release) await driver?.release?.(this.#request(driver), { signal: new AbortController().signal });
  }

  async #work(): Promise<void> {
    try {
      const driver = this.#options.driver();
      if (driver === undefined) throw notThere(this.volume.driver.source);
      const request = this.#request(driver);
      if (!this.#isPrepared) await driver.prepare(request, { signal: this.#end.signal });
      const health = await this.#health(driver, request);
      if (!health.ready) throw unavailable(health.reason ?? "its driver says that it is not ready");
      // Last, and by the recorder's own eyes.
      if (driver.mounts && !(await this.#options.isMounted(request.path)))
        throw unavailable(`nothing is mounted on ${request.path}: nothing is written to the disk below`, {
          case: "not-mounted",
          path: request.path,
        });
      this.#isPrepared = true;
      this.#failures = 0;
      this.#set({ status: "ready" });
    } catch (error) {
      this.#failed(error);
    }
  }

  async #health(driver: StorageDriver, request: StorageRequest): Promise<StorageHealth> {
    const limit = new AbortController();
    const signal = AbortSignal.any([this.#end.signal, limit.signal]);
    try {
      const answer: unknown = await withTimeLimit(
        driver.health(request, { signal }),
        HEALTH_LIMIT_MS,
        `the storage driver ${driver.id}, health`,
      );
      return checkedHealth(answer);
    } finally {
      limit.abort();
    }
  }

  #request(driver: StorageDriver | undefined): StorageRequest {
    const { path, driver: named } = this.volume;
    return { path, config: driver === undefined ? named.config : volumeSettings(driver, named.config) };
  }

  #failed(error: unknown): void {
    const { code, message, context = {} } = toPlainError(error);
    const reason = message.slice(0, REASON_LIMIT);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#isPrepared = false;
    this.#notBeforeMs = this.#options.clock.monotonicMs() + pauseMs;
    // What a driver throws is no fault inside the recorder.
    const told = code === "NJ_INTERNAL" ? "NJ_VOLUME_NOT_READY" : code;
    this.#set({ status: "unavailable", reason, code: told, ...contextOf(context, reason) });
  }

  #set(state: VolumePreparation): void {
    if (this.#end.signal.aborted) return;
    const before = this.#state;
    this.#state = state;
    const isSame =
      before.status === state.status &&
      (state.status !== "unavailable" || before.status !== "unavailable" || before.reason === state.reason);
    if (!isSame) this.#options.changed();
  }
}

/** What a driver is told of a volume: what config.json says, with the defaults of the schema. Throws `NJ_CONFIG_INVALID`. */
export function volumeSettings(
  { configSchema }: Pick<StorageDriver, "configSchema">,
  config: Readonly<Record<string, unknown>>,
): StorageRequest["config"] {
  // A schema of another process is plain JSON Schema.
  const whole = withDefaults(configSchema as unknown as Record<string, unknown>, structuredClone(config));
  checkSettings(configSchema, whole);
  return whole as StorageRequest["config"];
}

function checkedHealth(answer: unknown): StorageHealth {
  if (
    typeof answer === "object" &&
    answer !== null &&
    "ready" in answer &&
    typeof answer.ready === "boolean"
  ) {
    const reason = "reason" in answer && typeof answer.reason === "string" ? { reason: answer.reason } : {};
    return { ready: answer.ready, ...reason };
  }
  throw new NightjarError(
    "NJ_PLUGIN_DATA",
    "invalid-argument",
    "a storage driver is to answer { ready: true } or { ready: false, reason: … } when it is asked for a volume's health",
  );
}

function unavailable(reason: string, context: Facts = {}): NightjarError {
  return new NightjarError("NJ_VOLUME_NOT_READY", "unavailable", reason, context);
}

function notThere(source: string): NightjarError {
  const at = source.lastIndexOf("/");
  const [plugin, driver] = [source.slice(0, at), source.slice(at + 1)];
  return unavailable(
    `there is no storage driver "${driver}" of ${plugin}: the plugin is not installed, or it does not run`,
    { case: "no-driver", plugin, driver },
  );
}
