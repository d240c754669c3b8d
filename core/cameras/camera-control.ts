// Asks drivers for what cameras can do besides sending pictures: each call with the camera's settings and secrets, its answer
// checked. What a camera can do is remembered while its settings stay the same.

import { NightjarError } from "../errors.ts";
import type {
  CameraAbilities,
  CameraCapabilities,
  CameraPart,
  PtzPosition,
  PtzVelocity,
  PulledEvents,
} from "../plugin/contract/camera-abilities.ts";
import { checkAbilityAnswer } from "./ability-answers.ts";
import type { CameraAccess } from "./camera-list.ts";

type Wanted<Name extends keyof CameraAbilities> = Parameters<NonNullable<CameraAbilities[Name]>>[1];

export interface CameraControlParts {
  access(camera: string): CameraAccess | undefined;
  /** What a camera can do is known, or is another. */
  learned?(camera: string): void;
}

interface Known {
  readonly settings: string;
  readonly can: CameraCapabilities;
}

export class CameraControl {
  readonly #parts: CameraControlParts;
  readonly #known = new Map<string, Known>();
  /** How cameras were asked for their events last. */
  readonly #heard = new Map<string, CameraAccess>();
  /** How what goes on at cameras was switched on. */
  readonly #switchedOn = new Map<string, CameraAccess>();

  constructor(parts: CameraControlParts) {
    this.#parts = parts;
  }

  /** What is known of a camera by now, without asking it. */
  known(camera: string): CameraCapabilities | undefined {
    return this.#known.get(camera)?.can;
  }

  /** What a camera can do. `again`: asks it whatever is known. A driver without abilities: nothing. */
  async capabilities(camera: string, again = false): Promise<CameraCapabilities> {
    const { camera: config, driver } = this.#access(camera);
    const settings = JSON.stringify([config.driver, config.config]);
    const known = this.#known.get(camera);
    if (!again && known?.settings === settings) return known.can;
    const can =
      driver.capabilities === undefined
        ? {}
        : await this.#ask<CameraCapabilities>(camera, "capabilities", undefined);
    this.#known.set(camera, { settings, can });
    if (JSON.stringify(can) !== JSON.stringify(known?.can)) this.#parts.learned?.(camera);
    return can;
  }

  /** A camera is there no more, or another one now. */
  forget(camera: string): void {
    if (this.#known.delete(camera)) this.#parts.learned?.(camera);
  }

  presets(camera: string): Promise<readonly CameraPart[]> {
    return this.#ask(camera, "presets", undefined);
  }

  goToPreset(camera: string, preset: string): Promise<void> {
    return this.#ask(camera, "goToPreset", { preset });
  }

  setPreset(camera: string, wanted: Wanted<"setPreset">): Promise<{ readonly id: string }> {
    return this.#ask(camera, "setPreset", wanted);
  }

  removePreset(camera: string, preset: string): Promise<void> {
    return this.#ask(camera, "removePreset", { preset });
  }

  move(camera: string, wanted: PtzVelocity & { readonly timeoutMs: number }): Promise<void> {
    return this.#ask(camera, "move", wanted);
  }

  stop(camera: string): Promise<void> {
    return this.#ask(camera, "stop", undefined);
  }

  position(camera: string): Promise<PtzPosition> {
    return this.#ask(camera, "position", undefined);
  }

  goToPosition(camera: string, wanted: PtzPosition): Promise<void> {
    return this.#ask(camera, "goToPosition", wanted);
  }

  runPatrol(camera: string, wanted: Wanted<"runPatrol">): Promise<void> {
    return this.#ask(camera, "runPatrol", wanted);
  }

  setRelay(camera: string, wanted: Wanted<"setRelay">, signal?: AbortSignal): Promise<void> {
    return this.#ask(camera, "setRelay", wanted, signal);
  }

  /** Switches off also where the camera is off or gone by now: as it was switched on. */
  async setAuxiliary(camera: string, wanted: Wanted<"setAuxiliary">, signal?: AbortSignal): Promise<void> {
    const key = `${camera}/${wanted.part}`;
    const present = this.#parts.access(camera) ?? this.#switchedOn.get(key);
    const access = wanted.on || present === undefined ? this.#access(camera) : present;
    if (wanted.on) this.#switchedOn.set(key, access);
    await this.#askWith(access, "setAuxiliary", wanted, signal);
    if (!wanted.on) this.#switchedOn.delete(key);
  }

  async pullEvents(camera: string, wanted: Wanted<"pullEvents">, signal: AbortSignal): Promise<PulledEvents> {
    const access = this.#access(camera);
    this.#heard.set(camera, access);
    return await this.#askWith(access, "pullEvents", wanted, signal);
  }

  /** Asks as `pullEvents` did last: the camera may be gone, off or another one by now. */
  async endEvents(camera: string, session: string): Promise<void> {
    const access = this.#heard.get(camera);
    this.#heard.delete(camera);
    if (access !== undefined) await this.#askWith(access, "endEvents", { session });
  }

  #access(camera: string): CameraAccess {
    const access = this.#parts.access(camera);
    if (access === undefined)
      throw new NightjarError(
        "NJ_CAMERA_NOT_FOUND",
        "not-found",
        `there is no camera "${camera.slice(0, 64)}"`,
      );
    if (access.camera.enabled) return access;
    const { name } = access.camera;
    throw new NightjarError("NJ_CAMERA_OFF", "failed-precondition", `the camera "${name}" is switched off`, {
      name,
    });
  }

  async #ask<Answer>(
    camera: string,
    method: keyof CameraAbilities,
    wanted: unknown,
    signal?: AbortSignal,
  ): Promise<Answer> {
    return await this.#askWith(this.#access(camera), method, wanted, signal);
  }

  async #askWith<Answer>(
    { camera: settings, driver, secrets }: CameraAccess,
    method: keyof CameraAbilities,
    wanted: unknown,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const call = driver[method] as ((...args: unknown[]) => Promise<Answer>) | undefined;
    if (call === undefined) {
      const { name } = settings;
      throw new NightjarError(
        "NJ_CAMERA_ABILITY",
        "failed-precondition",
        `the camera "${name}" cannot do that`,
        {
          name,
        },
      );
    }
    const over = new AbortController();
    const context = {
      signal: signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]),
      secret: async (field: string): Promise<string | undefined> => secrets[field],
    };
    try {
      const answer = await call(settings.config, ...(wanted === undefined ? [] : [wanted]), context);
      checkAbilityAnswer(driver, method, answer);
      return answer;
    } finally {
      // Whoever was given up, by the limit of the registry too, is told so.
      over.abort();
    }
  }
}
