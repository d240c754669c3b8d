// The process of an isolated plugin: started by isolated-process.ts with Node's permissions cut down to the plugin's own
// folders. Loads the plugin, gives it an Nvr whose every call is a message, and runs its taps and entries when asked.
// Ends when the pipe to `core` does.
import { registerHooks } from "node:module";
import { Socket } from "node:net";
import { extname } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { systemClock } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import { LINK_VERSION, Link } from "../../link/link.ts";
import { plainCopy } from "../calls/plain-copy.ts";
import type { RegistryName } from "../calls/registries.ts";
import { definitionOf } from "../contract/define-plugin.ts";
import { checkedConfig } from "../schemas/settings-check.ts";
import { ToldClock } from "./boxed-timers.ts";
import { type CommandListener, childNvr, type OwnEntry, type OwnListener } from "./child-nvr.ts";
import { guardProcess } from "./process-guard.ts";
import {
  type CoreMethodsForPlugin,
  isPlaceholder,
  MESSAGE_LIMIT_BYTES,
  PICTURE_HEAD_BYTES,
  PIPE_DESCRIPTOR,
  type PluginHealth,
  type PluginMethods,
  type SetupOrder,
} from "./protocol.ts";
import { RunningCall } from "./running-call.ts";

const taps: OwnListener[] = [];
const entries = new Map<string, OwnEntry>();
const commandListeners: CommandListener[] = [];
const calls = new Map<number, RunningCall>();
/** Registrations that the core has not confirmed yet: a plugin is set up when all are. */
let unconfirmed: Promise<unknown>[] = [];
/** Pictures that came ahead of their calls. */
const pictures = new Map<number, Uint8Array>();
const MOST_PICTURES = 64;
/** What runs with the core imports this; a process of its own has the lighter `order.core` with the same names. */
const WHOLE_CORE = new URL(`../../index${extname(import.meta.url)}`, import.meta.url).href;
const delay = monitorEventLoopDelay({ resolution: 100 });

const pipe = new Socket({ fd: PIPE_DESCRIPTOR, readable: true, writable: true });
const link: Link<CoreMethodsForPlugin> = new Link<CoreMethodsForPlugin>(pipe, {
  hello: { role: "plugin", version: LINK_VERSION, instance: String(process.pid) },
  limitBytes: MESSAGE_LIMIT_BYTES,
  onBinary: keepPicture,
  handlers: { setup, runTap, callEntry, cancel, mqttCommand, timerFired, ping } satisfies Record<
    keyof PluginMethods,
    unknown
  >,
});
const boxedClock = new ToldClock((message, params) => link.notify(message, params as never));
void link.closed.then(() => process.exit(0));
delay.enable();

async function setup(order: SetupOrder): Promise<void> {
  // Wherever the plugin lies, and whatever lies beside it: there is one core, the running one. In the built package, plugins
  // of ours name it by its path.
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === "@nightjar/core") return { url: order.core, shortCircuit: true };
      const found = next(specifier, context);
      return found.url === WHOLE_CORE ? { ...found, url: order.core } : found;
    },
  });
  // The core's own modules use what is closed to the plugin; loaded before, they are there.
  await import(order.core);
  guardProcess(order.network, pipe);
  const definition = definitionOf(await import(order.entry), order.name);
  const nvr = childNvr(order, link, order.hasBoxedTimers ? boxedClock : systemClock, {
    tapped: (listener) => taps.push(listener) - 1,
    subscribed: (listener) => commandListeners.push(listener) - 1,
    registered: (registry, id, entry, confirmed) => {
      entries.set(`${registry} ${id}`, entry);
      unconfirmed.push(confirmed);
    },
  });
  await definition.setup(nvr, checkedConfig(definition.configSchema, order.config) as never);
  await Promise.all(unconfirmed);
  unconfirmed = [];
}

async function runTap({ call, tap, args }: Parameters<PluginMethods["runTap"]>[0]): Promise<unknown> {
  const listener = taps[tap];
  if (listener === undefined) return undefined;
  return cancellable(call, args, async (own) => plainCopy(await listener(...own), "its answer"));
}

function callEntry(params: Parameters<PluginMethods["callEntry"]>[0]): Promise<unknown> {
  const { call, registry, id, method, args } = params;
  const entry = entries.get(`${registry satisfies RegistryName} ${id}`);
  const own = entry?.calls[method];
  if (own === undefined) throw new NightjarError("NJ_PLUGIN_FAILED", "not-found", `there is no ${id} here`);
  return cancellable(call, args, async (given) => plainCopy(await own(...given), `${id}, ${method}`));
}

/** Keeps the picture that the next call is about; the link's buffer is not ours beyond this. */
function keepPicture(payload: Buffer): void {
  if (payload.length < PICTURE_HEAD_BYTES || pictures.size >= MOST_PICTURES) return;
  pictures.set(payload.readUInt32BE(0), Uint8Array.prototype.slice.call(payload, PICTURE_HEAD_BYTES));
}

function takePicture(call: number): Uint8Array {
  const picture = pictures.get(call >>> 0) ?? new Uint8Array();
  pictures.delete(call >>> 0);
  return picture;
}

function cancel({ call }: { readonly call: number }): void {
  calls.get(call)?.giveUp();
}

function mqttCommand({ subscription, command }: Parameters<PluginMethods["mqttCommand"]>[0]): void {
  void commandListeners[subscription]?.(command);
}

function timerFired({ timer }: Parameters<PluginMethods["timerFired"]>[0]): void {
  boxedClock.fired(timer);
}

function ping({ isMeasured }: Parameters<PluginMethods["ping"]>[0]): PluginHealth {
  const eventLoopP99Ms = Math.max(0, delay.percentile(99) / 1e6 - 100);
  delay.reset();
  if (isMeasured) return { rssBytes: 0, cpuSeconds: 0, eventLoopP99Ms };
  const cpu = process.cpuUsage();
  return { rssBytes: process.memoryUsage.rss(), cpuSeconds: (cpu.user + cpu.system) / 1e6, eventLoopP99Ms };
}

/** Runs work that `cancel` may give up; signals and contexts, which cannot cross, are made anew for it. */
async function cancellable<Result>(
  call: number,
  args: readonly unknown[],
  work: (args: readonly unknown[]) => Promise<Result>,
): Promise<Result> {
  const running = new RunningCall();
  calls.set(call, running);
  const luma = takePicture(call);
  const secret = async (field: string): Promise<string | undefined> =>
    (await link.request("secret", { call, field })) ?? undefined;
  try {
    return await work(
      args.map((arg) => {
        if (!isPlaceholder(arg)) return arg;
        return arg.$place === "signal" ? running.signal : contextOf(running, secret, luma);
      }),
    );
  } finally {
    calls.delete(call);
  }
}

/** What a driver is given beside data. Most never look at the signal, which is dear to make. */
function contextOf(
  running: RunningCall,
  secret: (field: string) => Promise<string | undefined>,
  luma: Uint8Array,
): object {
  return Object.defineProperty({ secret, luma }, "signal", { get: () => running.signal, enumerable: true });
}
