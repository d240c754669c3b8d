// The process of an isolated plugin: started by isolated-process.ts with Node's permissions cut down to the plugin's own
// folders. Loads the plugin, gives it an Nvr whose every call is a message, and runs its taps and drivers when asked.
// Ends when the pipe to `core` does.
import { registerHooks } from "node:module";
import { Socket } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { NightjarError } from "../../errors.ts";
import { LINK_VERSION, Link } from "../../link/link.ts";
import type { CameraDriver } from "../camera-driver.ts";
import { checkedConfig, definitionOf, type Nvr } from "../define-plugin.ts";
import { HOOK_KINDS, type HookName, type PluginHooks, type TapOptions } from "../hooks.ts";
import { plainCopy } from "./plain-copy.ts";
import {
  type CoreMethodsForPlugin,
  MESSAGE_LIMIT_BYTES,
  PIPE_DESCRIPTOR,
  type PluginHealth,
  type PluginMethods,
  type SetupOrder,
} from "./protocol.ts";

type Listener = (...args: unknown[]) => Promise<void>;

const LOG_LINES_PER_SECOND = 50;

const taps: Listener[] = [];
const drivers = new Map<string, CameraDriver>();
const calls = new Map<number, AbortController>();
/** Registrations that the core has not confirmed yet: a plugin is set up when all are. */
let unconfirmed: Promise<unknown>[] = [];
const delay = monitorEventLoopDelay({ resolution: 100 });

const link: Link<CoreMethodsForPlugin> = new Link<CoreMethodsForPlugin>(
  new Socket({ fd: PIPE_DESCRIPTOR, readable: true, writable: true }),
  {
    hello: { role: "plugin", version: LINK_VERSION, instance: String(process.pid) },
    limitBytes: MESSAGE_LIMIT_BYTES,
    handlers: { setup, runTap, callDriver, cancel, ping } satisfies Record<keyof PluginMethods, unknown>,
  },
);
void link.closed.then(() => process.exit(0));
delay.enable();

async function setup(order: SetupOrder): Promise<void> {
  // Wherever the plugin lies, and whatever lies beside it: there is one core, the running one.
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "@nightjar/core" ? { url: order.core, shortCircuit: true } : next(specifier, context),
  });
  const definition = definitionOf(await import(order.entry), order.name);
  await definition.setup(nvrFor(order), checkedConfig(definition.configSchema, order.config) as never);
  await Promise.all(unconfirmed);
  unconfirmed = [];
}

async function runTap(params: Parameters<PluginMethods["runTap"]>[0]): Promise<void> {
  const listener = taps[params.tap];
  if (listener === undefined) return;
  await cancellable(params.call, (signal) => {
    // A signal cannot cross: the place of the core's own is taken by one that `cancel` aborts.
    const args = params.args.map((arg) => (isSignal(arg) ? signal : arg));
    return listener(...args);
  });
}

function callDriver(params: Parameters<PluginMethods["callDriver"]>[0]): Promise<unknown> {
  const driver = drivers.get(params.driver);
  if (driver === undefined) {
    throw new NightjarError("NJ_PLUGIN_FAILED", "not-found", `there is no driver ${params.driver}`);
  }
  return cancellable(params.call, async (signal) => {
    const what = `driver ${driver.id}, ${params.method}`;
    if (params.method === "prepare") return plainCopy(await driver.prepare?.(params.config), what);
    const secret = async (field: string): Promise<string | undefined> =>
      (await link.request("secret", { call: params.call, field })) ?? undefined;
    return plainCopy(await driver.streams(params.config, { signal, secret }), what);
  });
}

function cancel({ call }: { readonly call: number }): void {
  calls.get(call)?.abort();
}

function ping(): PluginHealth {
  const cpu = process.cpuUsage();
  const eventLoopP99Ms = Math.max(0, delay.percentile(99) / 1e6 - 100);
  delay.reset();
  return { rssBytes: process.memoryUsage.rss(), cpuSeconds: (cpu.user + cpu.system) / 1e6, eventLoopP99Ms };
}

async function cancellable<Result>(
  call: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const abort = new AbortController();
  calls.set(call, abort);
  try {
    return await work(abort.signal);
  } finally {
    calls.delete(call);
  }
}

function isSignal(arg: unknown): boolean {
  return typeof arg === "object" && arg !== null && "$signal" in arg;
}

function nvrFor(order: SetupOrder): Nvr {
  return {
    version: order.version,
    storageDir: order.storageDir,
    cameraDrivers: {
      register(driver) {
        drivers.set(driver.id, driver);
        const { id, displayName, configSchema, catalogue } = driver;
        const asked = link.request("registerDriver", {
          id,
          displayName,
          configSchema,
          ...(catalogue === undefined ? {} : { catalogue }),
          prepares: driver.prepare !== undefined,
        });
        unconfirmed.push(asked);
        asked.catch((error: unknown) =>
          logFor({}).error("a driver is not registered", { reason: String(error) }),
        );
      },
    },
    hooks: hooks(),
    log: logFor({}),
    refreshCameras: (driver) => link.notify("refreshCameras", { driver }),
    async offerCamera(camera) {
      await link.request("offerCamera", { camera: plainCopy(camera, "offerCamera") });
    },
  };
}

function hooks(): PluginHooks {
  const entries = (Object.keys(HOOK_KINDS) as HookName[]).map((hook) => [
    hook,
    {
      tapPromise(options: TapOptions, listener: Listener) {
        link.notify("tap", { tap: taps.length, hook, stage: options.stage ?? 0 });
        taps.push(listener);
      },
    },
  ]);
  return Object.fromEntries(entries) as unknown as PluginHooks;
}

let second = 0;
let lines = 0;

function logFor(bound: Readonly<Record<string, unknown>>): Nvr["log"] {
  const at =
    (level: Parameters<CoreMethodsForPlugin["log"]>[0]["level"]) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      const now = Math.floor(performance.now() / 1000);
      if (now !== second) [second, lines] = [now, 0];
      lines += 1;
      if (lines > LOG_LINES_PER_SECOND) return;
      link.notify("log", { level, message: String(message), fields: { ...bound, ...fields } });
    };
  return {
    debug: at("debug"),
    info: at("info"),
    notice: at("notice"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => logFor({ ...bound, ...fields }),
  };
}
