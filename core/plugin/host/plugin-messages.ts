// The way of one plugin to MQTT: whether it may, what a topic of its own is, and how much it may say and be told. Knows no
// broker: that is lent by the room above.
import type { Clock } from "../../clock.ts";
import { isRight } from "../../domain/roles.ts";
import { NightjarError } from "../../errors.ts";
import type { MqttCommand, MqttCommandFilter } from "../contract/plugin-mqtt.ts";
import { isAmong, type OutsideTopics } from "../package/outside-topics.ts";
import type { NetworkLeave } from "../package/permissions.ts";

const LEVEL = "[A-Za-z0-9_][A-Za-z0-9._~-]{0,63}";
const TOPIC = new RegExp(`^(?:${LEVEL})(?:/${LEVEL}){0,7}$`);
const FILTER = new RegExp(`^(?:${LEVEL}|\\+)(?:/(?:${LEVEL}|\\+)){0,2}/set$`);
const TOPIC_LIMIT = 120;
const PAYLOAD_LIMIT_BYTES = 64 * 1024;
const MESSAGES_PER_SECOND = 50;
const BURST = 200;
const FILTERS_LIMIT = 32;
const RETAINED_TOPICS_LIMIT = 200;
const RETAINED_LIMIT_BYTES = 1024 * 1024;

/** What is lent to plugins of MQTT; topics are below each plugin's own place. */
export interface MessagesForPlugins {
  /** Publishes; an empty retained payload takes away. Rejects with `NJ_MQTT_AWAY`. */
  publish(plugin: string, topic: string, payload: string, retain: boolean): Promise<void>;
  /** Brings commands from whoever has the right. */
  subscribe(plugin: string, wanted: MqttCommandFilter, deliver: (command: MqttCommand) => void): void;
  /** Publishes to a whole topic that is not Nightjar's. Rejects as `publish`, and with `NJ_PLUGIN_MQTT` for one that is. */
  publishOutside(plugin: string, topic: string, payload: string, retain: boolean): Promise<void>;
  /** Brings what others publish to a whole topic. Throws `NJ_PLUGIN_MQTT` for one of Nightjar's. */
  subscribeOutside(plugin: string, topic: string, deliver: (message: MqttCommand) => void): void;
  /** Brings none any more. */
  unsubscribe(plugin: string): void;
  /** Takes away what is retained of the plugin, at once or when the broker is there again. */
  forget(plugin: string): void;
}

/** Where nobody has lent any MQTT. */
export const NO_MESSAGES: MessagesForPlugins = {
  publish: () => Promise.reject(new NightjarError("NJ_MQTT_AWAY", "unavailable", "there is no MQTT here")),
  subscribe: () => undefined,
  publishOutside: () => NO_MESSAGES.publish("", "", "", false),
  subscribeOutside: () => undefined,
  unsubscribe: () => undefined,
  forget: () => undefined,
};

export interface PluginMessagesOptions {
  readonly plugin: string;
  readonly clock: Clock;
  lent(): MessagesForPlugins;
  /** Whether it has asked for MQTT, and its owner has left it that. */
  leave(): NetworkLeave;
  /** The same for topics of others, and which they are. */
  outside(): { readonly leave: NetworkLeave; readonly topics: OutsideTopics };
}

export class PluginMessages {
  readonly #options: PluginMessagesOptions;
  readonly #retained = new Map<string, number>();
  readonly #out: Allowance;
  readonly #in: Allowance;
  #filters = 0;

  constructor(options: PluginMessagesOptions) {
    this.#options = options;
    this.#out = new Allowance(options.clock);
    this.#in = new Allowance(options.clock);
  }

  /** As {@link PluginMqtt.publish}; what is given may be anything. */
  async publish(topic: unknown, payload: unknown, retain: unknown): Promise<void> {
    requireLeave(this.#options.leave(), "mqtt");
    if (typeof topic !== "string" || topic.length > TOPIC_LIMIT || !TOPIC.test(topic))
      throw wrong("a topic of a plugin is one to eight levels of A-Z a-z 0-9 . _ ~ -, at most 120 letters");
    if (topic === "set" || topic.endsWith("/set"))
      throw wrong("topics that end in set are for commands to the plugin");
    const text = this.#admit(topic, payload, retain);
    await this.#options.lent().publish(this.#options.plugin, topic, text, retain === true);
  }

  /** As {@link PluginMqtt.publishOutside}; what is given may be anything. */
  async publishOutside(topic: unknown, payload: unknown, retain: unknown): Promise<void> {
    const whole = this.#outside("publish", topic);
    const text = this.#admit(`/${whole}`, payload, retain);
    await this.#options.lent().publishOutside(this.#options.plugin, whole, text, retain === true);
  }

  /** As {@link PluginMqtt.subscribeOutside}; what is given may be anything. */
  async subscribeOutside(topic: unknown, deliver: (message: MqttCommand) => void): Promise<void> {
    const whole = this.#outside("subscribe", topic);
    this.#admitFilter();
    this.#options
      .lent()
      .subscribeOutside(this.#options.plugin, whole, (message) => this.#bring(message, deliver));
  }

  /** As {@link PluginMqtt.subscribe}; what is given may be anything. */
  async subscribe(wanted: unknown, deliver: (command: MqttCommand) => void): Promise<void> {
    requireLeave(this.#options.leave(), "mqtt");
    const { filter, permission } = (wanted ?? {}) as { filter?: unknown; permission?: unknown };
    if (typeof filter !== "string" || filter.length > TOPIC_LIMIT || !FILTER.test(filter))
      throw wrong("a filter of a plugin is one to three levels, + for any, and set as the last");
    if (typeof permission !== "string" || !isRight(permission))
      throw wrong("a filter names the right that its senders need");
    this.#admitFilter();
    this.#options
      .lent()
      .subscribe(this.#options.plugin, { filter, permission }, (command) => this.#bring(command, deliver));
  }

  /** A life of the plugin begins or ends: it is brought nothing that another life asked for. */
  unsubscribe(): void {
    this.#filters = 0;
    this.#options.lent().unsubscribe(this.#options.plugin);
  }

  /** The plugin goes: nothing stays at the broker. */
  end(): void {
    this.unsubscribe();
    this.#retained.clear();
    this.#options.lent().forget(this.#options.plugin);
  }

  #keep(topic: string, bytes: number): void {
    if (bytes === 0) {
      this.#retained.delete(topic);
      return;
    }
    const before = this.#retained.get(topic);
    let all = bytes - (before ?? 0);
    for (const each of this.#retained.values()) all += each;
    if (all > RETAINED_LIMIT_BYTES || (before === undefined && this.#retained.size >= RETAINED_TOPICS_LIMIT))
      throw tooMuch(`a plugin retains ${RETAINED_TOPICS_LIMIT} topics and 1 MiB at most`);
    this.#retained.set(topic, bytes);
  }

  /** Gives the payload, if so much may be said now. */
  #admit(key: string, payload: unknown, retain: unknown): string {
    if (typeof payload !== "string") throw wrong("a payload is text");
    const bytes = Buffer.byteLength(payload);
    if (bytes > PAYLOAD_LIMIT_BYTES) throw wrong("a payload of a plugin is at most 64 KiB");
    if (!this.#out.take())
      throw tooMuch(`a plugin publishes ${MESSAGES_PER_SECOND} messages a second at most`);
    if (retain === true) this.#keep(key, bytes);
    return payload;
  }

  #admitFilter(): void {
    if (this.#filters >= FILTERS_LIMIT)
      throw tooMuch(`a plugin subscribes to ${FILTERS_LIMIT} filters at most`);
    this.#filters += 1;
  }

  #bring(message: MqttCommand, deliver: (message: MqttCommand) => void): void {
    if (Buffer.byteLength(message.payload) <= PAYLOAD_LIMIT_BYTES && this.#in.take()) deliver(message);
  }

  /** A topic of others, if the plugin may do that with it. */
  #outside(act: keyof OutsideTopics, topic: unknown): string {
    const { leave, topics } = this.#options.outside();
    requireLeave(leave, "mqttTopics");
    if (typeof topic !== "string" || topic.length > TOPIC_LIMIT || !TOPIC.test(topic))
      throw wrong("a topic of others is one to eight levels of A-Z a-z 0-9 . _ ~ -, at most 120 letters");
    if (isAmong(topics[act], topic)) return topic;
    throw new NightjarError(
      "NJ_PLUGIN_PERMISSION",
      "permission-denied",
      `it may not ${act} there: its package.json does not name that topic (nightjar.permissions.mqttTopics)`,
    );
  }
}

function requireLeave(leave: NetworkLeave, permission: "mqtt" | "mqttTopics"): void {
  if (leave === "granted") return;
  const what = permission === "mqtt" ? "use MQTT" : "use topics of others over MQTT";
  throw new NightjarError(
    "NJ_PLUGIN_PERMISSION",
    "permission-denied",
    leave === "unasked"
      ? `it may not ${what}: its package.json does not ask for that (nightjar.permissions.${permission})`
      : `it may not ${what}: its owner does not grant it (grants.${permission} in config.json)`,
  );
}

/** So many at once, and so many a second. */
class Allowance {
  readonly #clock: Clock;
  #left = BURST;
  #atMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#atMs = clock.monotonicMs();
  }

  take(): boolean {
    const nowMs = this.#clock.monotonicMs();
    this.#left = Math.min(BURST, this.#left + ((nowMs - this.#atMs) / 1_000) * MESSAGES_PER_SECOND);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

function wrong(message: string): NightjarError {
  return new NightjarError("NJ_PLUGIN_MQTT", "invalid-argument", message);
}

function tooMuch(message: string): NightjarError {
  return new NightjarError("NJ_PLUGIN_MQTT", "resource-exhausted", message);
}
