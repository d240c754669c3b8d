// The Nvr of a plugin in a process of its own: every call of it is a message to the core.
import type { Clock } from "../../clock.ts";
import type { Link } from "../../link/link.ts";
import { plainCopy } from "../calls/plain-copy.ts";
import {
  type EntryParts,
  partsOf,
  REGISTRIES,
  REGISTRY_NAMES,
  type RegistryName,
} from "../calls/registries.ts";
import type { Nvr, PluginRegistry } from "../contract/define-plugin.ts";
import { withDeprecations } from "../contract/deprecations.ts";
import { HOOKS, type HookName, type PluginHooks, type TapOptions } from "../contract/hook-catalogue.ts";
import type { MqttCommand } from "../contract/plugin-mqtt.ts";
import { pluginTools } from "../contract/plugin-tools.ts";
import { checkSettings } from "../schemas/settings-check.ts";
import { requireNetwork } from "./process-guard.ts";
import { type CoreMethodsForPlugin, LOG_LINES_PER_SECOND, type SetupOrder } from "./protocol.ts";

type ToldFault = Parameters<CoreMethodsForPlugin["failed"]>[0];

export type OwnListener = (...args: unknown[]) => Promise<unknown>;
export type OwnEntry = EntryParts;
/** Never rejects. */
export type CommandListener = (command: MqttCommand) => Promise<void>;

/** Where the process keeps what the plugin brings. */
export interface ChildBooks {
  /** Keeps a listener; gives its number. */
  tapped(listener: OwnListener): number;
  /** Keeps a listener of commands over MQTT; gives its number. */
  subscribed(listener: CommandListener): number;
  /** Keeps an entry; `confirmed` settles when the core has taken it or refused. */
  registered(registry: RegistryName, id: string, entry: OwnEntry, confirmed: Promise<unknown>): void;
}

/** Its timers run on `clock`. */
export function childNvr(
  order: SetupOrder,
  link: Link<CoreMethodsForPlugin>,
  clock: Pick<Clock, "after" | "every">,
  books: ChildBooks,
): Nvr {
  const log = logTo(link, {});
  const failed = (where: ToldFault["where"], error: unknown): void => {
    if (isWithinBounds()) link.notify("failed", { where, reason: reasonOf(error) });
  };
  const kept = (listener: (command: MqttCommand) => void | Promise<void>): number =>
    books.subscribed(async (command) => {
      try {
        await listener(command);
      } catch (error) {
        failed("command", error);
      }
    });
  const { tools } = pluginTools(clock, (error) => failed("timer", error), {
    ownPorts: () => link.request("ownPorts", {}),
    allowed: () => requireNetwork(order.network),
  });
  const nvr: Nvr = {
    ...tools,
    version: order.version,
    storageDir: order.storageDir,
    log,
    ...(Object.fromEntries(
      REGISTRY_NAMES.map((registry) => [registry, registryTo(registry, link, books)]),
    ) as unknown as Pick<Nvr, RegistryName>),
    hooks: hooksTo(link, books),
    mqtt: {
      async publish(topic, payload, options) {
        await link.request("mqttPublish", { topic, payload, retain: options?.retain === true });
      },
      async subscribe(wanted, listener) {
        const subscription = kept(listener);
        const { filter, permission } = wanted;
        await link.request("mqttSubscribe", { subscription, wanted: { filter, permission } });
      },
      async publishOutside(topic, payload, options) {
        await link.request("mqttPublishOutside", { topic, payload, retain: options?.retain === true });
      },
      async subscribeOutside(topic, listener) {
        await link.request("mqttSubscribeOutside", { subscription: kept(listener), topic });
      },
    },
    secrets: {
      get: async (name) => (await link.request("ownSecret", { name: String(name) })) ?? undefined,
      async set(name, secret) {
        await link.request("setOwnSecret", { name: String(name), secret: secret ?? null });
      },
    },
    refreshCameras: (driver) => link.notify("refreshCameras", { driver }),
    async offerCamera(camera) {
      await link.request("offerCamera", { camera: plainCopy(camera, "offerCamera") });
    },
  };
  return withDeprecations(nvr, log);
}

function registryTo(
  registry: RegistryName,
  link: Link<CoreMethodsForPlugin>,
  books: ChildBooks,
): PluginRegistry<{ readonly id: string }> {
  return {
    register(entry) {
      const parts = withOwnChecks(registry, partsOf(registry, entry));
      const confirmed = link.request("register", {
        registry,
        card: parts.card,
        calls: Object.keys(parts.calls),
      });
      // A refusal after `setup` has nobody to tell but the log.
      confirmed.catch((error: unknown) =>
        logTo(link, {}).error("an entry is not registered", { registry, reason: String(error) }),
      );
      books.registered(registry, parts.card.id, parts, confirmed);
    },
  };
}

/**
 * Checks settings before the plugin's own functions see them: with the patterns of the schema, which the core leaves out
 * (tame-schema.ts).
 */
function withOwnChecks(registry: RegistryName, { card, calls }: EntryParts): EntryParts {
  const checked = { ...calls };
  for (const [method, call] of Object.entries(calls)) {
    checked[method] = (...args) => {
      for (const [schema, value] of REGISTRIES[registry].described(card, method, args))
        if (schema !== undefined) checkSettings(schema as object, value);
      return call(...args);
    };
  }
  return { card, calls: checked };
}

function hooksTo(link: Link<CoreMethodsForPlugin>, books: ChildBooks): PluginHooks {
  const entries = (Object.keys(HOOKS) as HookName[]).map((hook) => [
    hook,
    {
      tapPromise(options: TapOptions, listener: OwnListener) {
        link.notify("tap", { tap: books.tapped(listener), hook, stage: options.stage ?? 0 });
      },
    },
  ]);
  return Object.fromEntries(entries) as unknown as PluginHooks;
}

let second = 0;
let lines = 0;

/** Counts what goes to the log; false: it is too much for this second. */
function isWithinBounds(): boolean {
  const now = Math.floor(performance.now() / 1000);
  if (now !== second) [second, lines] = [now, 0];
  lines += 1;
  return lines <= LOG_LINES_PER_SECOND;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function logTo(link: Link<CoreMethodsForPlugin>, bound: Readonly<Record<string, unknown>>): Nvr["log"] {
  const at =
    (level: Parameters<CoreMethodsForPlugin["log"]>[0]["level"]) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      if (!isWithinBounds()) return;
      link.notify("log", { level, message: String(message), fields: { ...bound, ...fields } });
    };
  return {
    debug: at("debug"),
    info: at("info"),
    notice: at("notice"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => logTo(link, { ...bound, ...fields }),
  };
}
