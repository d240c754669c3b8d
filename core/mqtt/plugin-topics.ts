// Topics of plugins' own: what they publish goes out below their place, what is sent to them is brought by right. What is
// retained is remembered, so that it is there again when the broker is, and is cleared when its plugin has gone.
import type { Db } from "../db/db.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import type { Right } from "../domain/roles.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { MqttCommand, MqttCommandFilter } from "../plugin/contract/plugin-mqtt.ts";
import type { MessagesForPlugins } from "../plugin/host/plugin-messages.ts";
import type { AuditLog } from "../users/audit-log.ts";
import { mayDo } from "../users/principal.ts";
import type { IncomingMessage, OutgoingMessage } from "./broker.ts";
import { levelOf, pluginOf } from "./plugin-level.ts";
import { isBelow, matches } from "./topic-filters.ts";
import { readTopic, topicOf } from "./topics.ts";

const TOPICS_KEY = "mqtt.plugin-topics";

export interface PluginTopicsOptions {
  readonly db: Db;
  readonly log: Log;
  readonly node: string;
  readonly base: () => string;
  /** True for a plugin that is installed and switched on. */
  readonly isPresent: (plugin: string) => boolean;
  readonly audit: Pick<AuditLog, "record">;
  readonly publish: (message: OutgoingMessage) => Promise<void>;
  /** Other topics of others are listened to from now on: `heardTopics`. */
  readonly heardChanged: () => void;
}

interface Listening {
  readonly topic: string;
  deliver(message: MqttCommand): void;
}

interface Subscription extends MqttCommandFilter {
  deliver(command: MqttCommand): void;
}

export class PluginTopics implements MessagesForPlugins {
  readonly #options: PluginTopicsOptions;
  readonly #subscriptions = new Map<string, Subscription[]>();
  readonly #heard = new Map<string, Listening[]>();
  /** What is retained, by plugin and whole topic; a payload is not known of what a former run of the recorder left. */
  readonly #retained = new Map<string, Map<string, string | undefined>>();
  /** What is to be taken away once there is a broker. */
  readonly #goners = new Set<string>();
  #stored: Promise<void> | undefined;
  #written: Promise<unknown> = Promise.resolve();
  #forgotten: Promise<unknown> = Promise.resolve();

  constructor(options: PluginTopicsOptions) {
    this.#options = options;
  }

  publish(plugin: string, below: string, payload: string, retain: boolean): Promise<void> {
    return this.#publish(plugin, this.#topic(plugin, below), payload, retain);
  }

  async publishOutside(plugin: string, topic: string, payload: string, retain: boolean): Promise<void> {
    this.#requireOutside(topic);
    await this.#publish(plugin, topic, payload, retain);
  }

  subscribeOutside(plugin: string, topic: string, deliver: (message: MqttCommand) => void): void {
    this.#requireOutside(topic);
    const own = this.#heard.get(plugin) ?? [];
    this.#heard.set(plugin, [...own, { topic, deliver }]);
    this.#options.heardChanged();
  }

  /** Topics of others that plugins listen to. */
  heardTopics(): string[] {
    return [...new Set([...this.#heard.values()].flat().map(({ topic }) => topic))];
  }

  /** Somebody has published to one of those. */
  hear(topic: string, payload: Buffer): void {
    // The base may have become another one since.
    if (isBelow(this.#options.base(), topic)) return;
    const message = { topic, payload: payload.toString("utf8") };
    for (const own of this.#heard.values())
      for (const one of own) if (one.topic === topic) one.deliver(message);
  }

  async #publish(plugin: string, topic: string, payload: string, retain: boolean): Promise<void> {
    const sent = { topic, payload, qos: 1, retain } as const;
    if (!retain) return this.#options.publish(sent);
    await this.#known();
    const own = this.#retained.get(plugin) ?? new Map<string, string | undefined>();
    this.#retained.set(plugin, own);
    const isNew = !own.has(topic);
    if (payload === "") {
      own.delete(topic);
      this.#goners.add(topic);
    } else {
      own.set(topic, payload);
      this.#goners.delete(topic);
    }
    // Before the broker has it: what nobody remembers nobody clears.
    if (isNew || payload === "") await this.#store();
    await this.#options.publish(sent).then(
      () => void (payload === "" && this.#goners.delete(topic)),
      (error: unknown) => this.#later(topic, error),
    );
  }

  subscribe(plugin: string, wanted: MqttCommandFilter, deliver: (command: MqttCommand) => void): void {
    const own = this.#subscriptions.get(plugin) ?? [];
    this.#subscriptions.set(plugin, [...own, { ...wanted, deliver }]);
  }

  unsubscribe(plugin: string): void {
    this.#subscriptions.delete(plugin);
    if (this.#heard.delete(plugin)) this.#options.heardChanged();
  }

  forget(plugin: string): void {
    // In turn with what the plugin has published and may publish in its next life.
    const forgotten = this.#known().then(() => {
      this.#release(plugin);
      return this.#clear();
    });
    this.#forgotten = Promise.allSettled([this.#forgotten, forgotten]);
    forgotten.catch((error: unknown) =>
      this.#options.log.warn("a plugin's topics were not cleared", { reason: String(error) }),
    );
  }

  /** The broker is there (again): it gets everything, and what has gone meanwhile is taken away. */
  async all(): Promise<void> {
    await this.#known();
    for (const plugin of this.#retained.keys()) if (!this.#options.isPresent(plugin)) this.#release(plugin);
    for (const own of this.#retained.values()) {
      for (const [topic, payload] of own) {
        if (payload === undefined) continue;
        this.#options
          .publish({ topic, payload, qos: 1, retain: true })
          .catch((error: unknown) => this.#later(topic, error));
      }
    }
    await this.#clear();
  }

  /** Takes a command that somebody sent; false: it is none for plugins. */
  take(message: IncomingMessage): boolean {
    const found = readTopic(this.#options.base(), message.topic);
    if (found?.name !== "pluginSet") return false;
    const { node, plugin: level = "", below = "" } = found.ids;
    if (node !== this.#options.node) return true;
    const plugin = pluginOf(level);
    const topic = `${below}/set`;
    const command = { topic, payload: message.payload.toString("utf8") };
    for (const { filter, permission, deliver } of this.#subscriptions.get(plugin) ?? []) {
      if (!matches(filter, topic)) continue;
      const { principal } = message;
      if (
        principal !== undefined &&
        !(mayDo(principal, permission as Right) && principal.cameras === "all")
      ) {
        this.#options.log.notice("an MQTT command to a plugin was refused", {
          ...{ topic: message.topic, user: message.actor.userName, needs: permission },
        });
        continue;
      }
      const { userName, address, token } = message.actor;
      this.#options.audit.record({
        ...{ userName, remoteAddress: address, token },
        action: "plugin-asked",
        detail: { plugin, topic, source: "mqtt" },
      });
      deliver(command);
    }
    return true;
  }

  /** Resolves when what was begun is done. */
  async settled(): Promise<void> {
    await this.#forgotten;
    await this.#written;
  }

  /** The recorder's own tree is the recorder's: what stands there is what others rely on. */
  #requireOutside(topic: string): void {
    if (!isBelow(this.#options.base(), topic)) return;
    throw new NightjarError(
      "NJ_PLUGIN_MQTT",
      "invalid-argument",
      "a topic of others is not the recorder's own",
    );
  }

  #topic(plugin: string, below: string): string {
    const { base, node } = this.#options;
    return topicOf(base(), "pluginOut", { node, plugin: levelOf(plugin), below });
  }

  #release(plugin: string): void {
    for (const topic of this.#retained.get(plugin)?.keys() ?? []) this.#goners.add(topic);
    this.#retained.delete(plugin);
  }

  async #clear(): Promise<void> {
    for (const topic of [...this.#goners]) {
      // The plugin is there again and has published it anew meanwhile.
      if (!this.#goners.has(topic)) continue;
      try {
        await this.#options.publish({ topic, payload: "", qos: 1, retain: true });
        this.#goners.delete(topic);
      } catch (error) {
        this.#later(topic, error);
      }
    }
    await this.#store();
  }

  #later(topic: string, error: unknown): void {
    if (!(error instanceof NightjarError) || error.code !== "NJ_MQTT_AWAY") throw error;
    this.#options.log.debug("a plugin's topic waits for the broker", { topic });
  }

  /** Reads once what a former run left. */
  #known(): Promise<void> {
    this.#stored ??= keyValuesTable(this.#options.db)
      .get(TOPICS_KEY)
      .then((kept) => {
        if (typeof kept !== "object" || kept === null) return;
        for (const [plugin, topics] of Object.entries(kept)) {
          if (!Array.isArray(topics)) continue;
          if (plugin === "") for (const topic of topics) this.#goners.add(String(topic));
          else this.#retained.set(plugin, new Map(topics.map((topic) => [String(topic), undefined])));
        }
      });
    return this.#stored;
  }

  /** What nobody owns any more stands under no name. */
  #store(): Promise<void> {
    const kept = Object.fromEntries([
      ...[...this.#retained].map(([plugin, own]): [string, string[]] => [plugin, [...own.keys()]]),
      ...(this.#goners.size === 0 ? [] : [["", [...this.#goners]] as [string, string[]]]),
    ]);
    const stored = this.#written.then(() => keyValuesTable(this.#options.db).set(TOPICS_KEY, kept));
    this.#written = stored.catch(() => undefined);
    return stored;
  }
}
