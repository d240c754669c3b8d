// The life of a plugin that runs with the core. What it registers and taps stands behind the same guards as that of one
// in a process of its own; what it does to the process itself cannot be undone, which is why only ours run so.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Clock } from "../../clock.ts";
import type { Worded } from "../../domain/facts.ts";
import type { TapListener } from "../calls/plugin-taps.ts";
import { partsOf, REGISTRY_NAMES, type RegistryName } from "../calls/registries.ts";
import { definitionOf, type Nvr } from "../contract/define-plugin.ts";
import { withDeprecations } from "../contract/deprecations.ts";
import { HOOKS, type HookName, type PluginHooks, type TapOptions } from "../contract/hook-catalogue.ts";
import type { MqttCommand, PluginMqtt } from "../contract/plugin-mqtt.ts";
import { pluginTools } from "../contract/plugin-tools.ts";
import { checkedConfig } from "../schemas/settings-check.ts";
import type { HostedPlugin, HostedStatus, PluginPlaces } from "./hosted-plugin.ts";
import { PluginMoments } from "./plugin-moments.ts";
import { SettledWaiters } from "./set-up-order.ts";
import { toldFailure } from "./told-failure.ts";

export interface InlinePluginOptions {
  readonly name: string;
  readonly folder: string;
  /** Entry file below the folder. */
  readonly entry: string;
  readonly version: string;
  /** The plugin's own folder, made when it is loaded. */
  readonly storageDir: string;
  /** What its timers run on. */
  readonly clock: Clock;
  readonly places: PluginPlaces;
}

/** From a load to its end. What one that was ended still does leads nowhere: it may hang in its `setup` for long. */
interface Life {
  /** Aborted as soon as its end is wanted. */
  readonly wanted: AbortController;
  isOver: boolean;
  /** Ends its timers and requests. */
  endTools(): void;
}

export class InlinePlugin implements HostedPlugin {
  readonly isolation = "inline";
  readonly restarts = 0;
  readonly health = undefined;
  readonly confinement = undefined;
  readonly bounds = undefined;
  readonly network = undefined;
  readonly #options: InlinePluginOptions;
  #life = newLife();
  readonly #moments = new PluginMoments();
  readonly #settled = new SettledWaiters();
  #status: HostedStatus = "stopped";
  reason: string | undefined;
  worded: Worded | undefined;

  constructor(options: InlinePluginOptions) {
    this.#options = options;
  }

  get status(): HostedStatus {
    return this.#status;
  }

  settled(): Promise<void> {
    return this.#settled.wait(this.#status);
  }

  #set(status: HostedStatus): void {
    this.#status = status;
    this.#settled.changed(status);
  }

  async load(): Promise<void> {
    const { name, folder, entry, storageDir, places } = this.#options;
    const registered = new Set<string>();
    end(this.#life);
    const life = newLife();
    const { signal } = life.wanted;
    this.#life = life;
    this.#set("starting");
    places.clearTaps();
    await places.predecessors(signal);
    if (signal.aborted) return;
    try {
      await mkdir(storageDir, { recursive: true, mode: 0o700 });
      const module: unknown = await import(pathToFileURL(join(folder, entry)).href);
      const definition = definitionOf(module, name);
      const config = checkedConfig(definition.configSchema, places.config());
      if (signal.aborted) return;
      await definition.setup(this.#nvr(life, registered), config as never);
      if (signal.aborted) return;
    } catch (error) {
      if (signal.aborted) return;
      end(life);
      places.clearTaps();
      places.keepOnly(new Set());
      const { reason, worded } = toldFailure(error);
      this.reason = reason;
      this.worded = worded;
      this.#set("failed");
      places.failed("setup", error);
      return;
    }
    this.reason = undefined;
    this.worded = undefined;
    places.keepOnly(registered);
    this.#set("running");
    places.answers(registered);
    await this.#moments.catchUp(places, signal);
  }

  hasStarted(): void {
    this.#moments.hasStarted();
  }

  becameReady(): void {
    this.#moments.becameReady();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.load();
  }

  async stop(): Promise<void> {
    const { places } = this.#options;
    const life = this.#life;
    life.wanted.abort();
    if (this.status === "running") await places.run("stop", []);
    end(life);
    places.clearTaps();
    places.gone();
    this.#set("stopped");
  }

  #nvr(life: Life, registered: Set<string>): Nvr {
    const { version, storageDir, clock, places } = this.#options;
    const { tools, end: endTools } = pluginTools(clock, (error) => places.failed("a timer", error), {
      ownPorts: places.ownPorts,
      // What runs with the core is not held to it.
      allowed: () => undefined,
    });
    life.endTools = endTools;
    const registry = (name: RegistryName) => ({
      register: (entry: { readonly id: string }) => {
        if (life.isOver) return;
        const parts = partsOf(name, entry);
        places.register(name, parts);
        registered.add(`${name} ${parts.card.id}`);
        if (this.status === "running") places.answers([`${name} ${parts.card.id}`]);
      },
    });
    const nvr: Nvr = {
      ...tools,
      version,
      storageDir,
      log: places.log,
      secrets: places.secrets,
      ...(Object.fromEntries(REGISTRY_NAMES.map((name) => [name, registry(name)])) as unknown as Pick<
        Nvr,
        RegistryName
      >),
      mqtt: mqttInto(places, life),
      hooks: this.#hooksInto(life),
      refreshCameras: (driver) => {
        if (!life.isOver) places.refreshCameras(driver);
      },
      offerCamera: async (camera) => {
        if (!life.isOver) await places.offerCamera(camera);
      },
    };
    return withDeprecations(nvr, places.log);
  }

  // Only tapPromise is handed out: tapable does not wait for an async function given to `tap`, and has no untap.
  #hooksInto(life: Life): PluginHooks {
    const { places } = this.#options;
    const entries = (Object.keys(HOOKS) as HookName[]).map((hook) => [
      hook,
      {
        tapPromise: (options: TapOptions, listener: TapListener) => {
          if (life.isOver) return;
          const once = this.#moments.once(hook, listener);
          // One that is still being set up is not called: as in a process of its own.
          const whileRunning: TapListener = async (...args) =>
            life.isOver || this.status !== "running" ? undefined : once(...args);
          places.tap(hook, options.stage ?? 0, whileRunning);
        },
      },
    ]);
    return Object.fromEntries(entries) as unknown as PluginHooks;
  }
}

function newLife(): Life {
  return { wanted: new AbortController(), isOver: false, endTools: () => undefined };
}

function end(life: Life): void {
  life.wanted.abort();
  life.isOver = true;
  life.endTools();
}

/** What a listener throws is counted against the plugin, and costs it nothing else. */
function mqttInto({ messages, failed }: PluginPlaces, life: Life): PluginMqtt {
  const brought = (listener: (message: MqttCommand) => void | Promise<void>) => (message: MqttCommand) => {
    Promise.resolve({ ...message })
      .then(listener)
      .catch((error: unknown) => failed("a command over MQTT", error));
  };
  const alive = async (work: () => Promise<void>): Promise<void> => {
    if (!life.isOver) await work();
  };
  return {
    publish: (topic, payload, options) => alive(() => messages.publish(topic, payload, options?.retain)),
    subscribe: (wanted, listener) => alive(() => messages.subscribe(wanted, brought(listener))),
    publishOutside: (topic, payload, options) =>
      alive(() => messages.publishOutside(topic, payload, options?.retain)),
    subscribeOutside: (topic, listener) => alive(() => messages.subscribeOutside(topic, brought(listener))),
  };
}
