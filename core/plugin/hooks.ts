// The catalogue of hooks. Grammar tells the kind: past tense = notification, imperative = first answer wins,
// noun = value passed along, "before…" = veto, bare lifecycle verb = in order. Plugins see `PluginHooks` only,
// which offers nothing but tapPromise; every tap is wrapped: gated, timed, bounded and attributed to its plugin.
import { AsyncParallelHook, AsyncSeriesHook, type Tap } from "tapable";
import type { CameraState } from "../domain/camera-state.ts";
import type { CameraId, VolumeId } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import type { VolumeState } from "../media/protocol.ts";
import type { SegmentRecord } from "../media/segment.ts";

/** Order of taps within a hook; the order in which plugins load never decides. */
export const STAGE_FIRST = -100;
export const STAGE_LAST = 100;

/** A camera as hooks show it. */
export interface HookCamera {
  readonly id: CameraId;
  readonly name: string;
  readonly driver: string;
}

export interface TapOptions {
  /** The tapping package's name. */
  readonly name: string;
  readonly stage?: number;
}

interface TapPromise<Arguments extends readonly unknown[]> {
  tapPromise(options: TapOptions, listener: (...args: Arguments) => Promise<void>): void;
}

/** Hooks as plugins see them. What crosses is plain data; a listener gets copies. */
export interface PluginHooks {
  /** Devices open here. `signal` aborts when the plugin is stopped before it has finished. */
  readonly start: TapPromise<[signal: AbortSignal]>;
  /** Devices close here, within two seconds. Runs in the reverse order of `start`. */
  readonly stop: TapPromise<[]>;
  /** Everything serves. */
  readonly ready: TapPromise<[]>;
  readonly cameraAdded: TapPromise<[camera: HookCamera]>;
  readonly cameraRemoved: TapPromise<[camera: HookCamera]>;
  readonly cameraStateChanged: TapPromise<[camera: CameraId, state: CameraState]>;
  /** A recording file is closed and indexed. */
  readonly segmentClosed: TapPromise<[segment: SegmentRecord]>;
  readonly volumeStateChanged: TapPromise<[volume: VolumeId, state: VolumeState]>;
}

/** Name and kind of each hook; `docs/reference/hooks.md` is compared with it. */
export const HOOK_KINDS = {
  start: "series",
  stop: "series",
  ready: "notification",
  cameraAdded: "notification",
  cameraRemoved: "notification",
  cameraStateChanged: "notification",
  segmentClosed: "notification",
  volumeStateChanged: "notification",
} as const satisfies Record<keyof PluginHooks, "series" | "notification">;

export type HookName = keyof typeof HOOK_KINDS;

/** What the host does around every tap. */
export interface TapGuard {
  /** False: the plugin is switched off and its taps are passed over. */
  isEnabled(plugin: string): boolean;
  /** A tap threw or ran out of time. */
  failed(plugin: string, hook: HookName, error: NightjarError): void;
  /** A tap took this long. */
  measured(plugin: string, hook: HookName, durationMs: number): void;
}

const TIME_LIMIT_MS: Readonly<Record<HookName, number>> = {
  start: 10_000,
  stop: 2_000,
  ready: 5_000,
  cameraAdded: 5_000,
  cameraRemoved: 5_000,
  cameraStateChanged: 5_000,
  segmentClosed: 5_000,
  volumeStateChanged: 5_000,
};

/** Makes the hooks, each with its guard. */
export function createHooks(guard: TapGuard) {
  const hooks = {
    start: new AsyncSeriesHook<[AbortSignal]>(["signal"], "start"),
    stop: new AsyncSeriesHook<[]>([], "stop"),
    ready: new AsyncParallelHook<[]>([], "ready"),
    cameraAdded: new AsyncParallelHook<[HookCamera]>(["camera"], "cameraAdded"),
    cameraRemoved: new AsyncParallelHook<[HookCamera]>(["camera"], "cameraRemoved"),
    cameraStateChanged: new AsyncParallelHook<[CameraId, CameraState]>(
      ["camera", "state"],
      "cameraStateChanged",
    ),
    segmentClosed: new AsyncParallelHook<[SegmentRecord]>(["segment"], "segmentClosed"),
    volumeStateChanged: new AsyncParallelHook<[VolumeId, VolumeState]>(
      ["volume", "state"],
      "volumeStateChanged",
    ),
  };
  for (const name of Object.keys(hooks) as HookName[]) {
    const hook = hooks[name] as unknown as AsyncParallelHook<unknown[]>;
    hook.intercept({
      register: (tap) => ({ ...tap, fn: wrap(name, tap.name, tap.fn, guard) }) as Tap & typeof tap,
    });
  }
  return hooks;
}

export type Hooks = ReturnType<typeof createHooks>;

// A throwing tap would end an AsyncParallelHook at once and hide the others, so nothing ever gets out.
function wrap(hook: HookName, plugin: string, listener: unknown, guard: TapGuard) {
  return async (...args: unknown[]): Promise<void> => {
    if (!guard.isEnabled(plugin)) return;
    const begin = performance.now();
    try {
      const copies = args.map((arg) => (arg instanceof AbortSignal ? arg : structuredClone(arg)));
      await withTimeLimit(
        (listener as (...args: unknown[]) => Promise<void>)(...copies),
        TIME_LIMIT_MS[hook],
        () => ({
          what: `the plugin ${plugin} in hook ${hook}`,
        }),
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      guard.failed(
        plugin,
        hook,
        error instanceof NightjarError
          ? error
          : new NightjarError(
              "NJ_PLUGIN_FAILED",
              "internal",
              `${plugin} failed in ${hook}: ${reason}`,
              {},
              error,
            ),
      );
    } finally {
      guard.measured(plugin, hook, performance.now() - begin);
    }
  };
}

/** Waits for `promise`, at most `limitMs`; then rejects with `NJ_PLUGIN_TIMEOUT`, leaving it to its fate. */
export async function withTimeLimit<Result>(
  promise: Promise<Result>,
  limitMs: number,
  describe: () => { what: string },
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const { what } = describe();
      reject(
        new NightjarError(
          "NJ_PLUGIN_TIMEOUT",
          "deadline-exceeded",
          `${what} did not answer within ${limitMs} ms`,
        ),
      );
    }, limitMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
