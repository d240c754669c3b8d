// MQTT of the recorder in a box: keeps what a plugin publishes, and brings it commands as a broker would.
import { matches } from "../mqtt/topic-filters.ts";
import type { MqttCommand, MqttCommandFilter } from "../plugin/contract/plugin-mqtt.ts";
import type { MessagesForPlugins } from "../plugin/host/plugin-messages.ts";

/** Something that a plugin published; topics are below its own place. */
export interface PublishedMessage {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** MQTT as a test sees it. */
export interface BoxedMqtt {
  /** What was published, in order. */
  readonly published: readonly PublishedMessage[];
  /** What the broker keeps of it now, by topic; it is emptied when the plugin is stopped. */
  readonly retained: ReadonlyMap<string, string>;
  /** What the plugin has asked for. */
  readonly filters: readonly MqttCommandFilter[];
  /** Sends a command to `lamps/yard/set`; gives how many listeners it was brought to. */
  command(topic: string, payload: string): number;
  /** What was published to topics of others, in order; their names are whole. */
  readonly publishedOutside: readonly PublishedMessage[];
  /** What the broker keeps of that now. */
  readonly retainedOutside: ReadonlyMap<string, string>;
  /** Topics of others that the plugin listens to. */
  readonly heard: readonly string[];
  /** Says something on a topic of others; gives how many listeners it was brought to. */
  say(topic: string, payload: string): number;
}

export class BoxedBroker implements BoxedMqtt, MessagesForPlugins {
  readonly published: PublishedMessage[] = [];
  readonly retained = new Map<string, string>();
  readonly publishedOutside: PublishedMessage[] = [];
  readonly retainedOutside = new Map<string, string>();
  #listeners: { readonly topic: string; readonly deliver: (message: MqttCommand) => void }[] = [];
  #subscriptions: { readonly wanted: MqttCommandFilter; readonly deliver: (command: MqttCommand) => void }[] =
    [];

  get filters(): readonly MqttCommandFilter[] {
    return this.#subscriptions.map(({ wanted }) => wanted);
  }

  command(topic: string, payload: string): number {
    const found = this.#subscriptions.filter(({ wanted }) => matches(wanted.filter, topic));
    for (const { deliver } of found) deliver({ topic, payload });
    return found.length;
  }

  get heard(): readonly string[] {
    return this.#listeners.map(({ topic }) => topic);
  }

  say(topic: string, payload: string): number {
    const found = this.#listeners.filter((one) => one.topic === topic);
    for (const { deliver } of found) deliver({ topic, payload });
    return found.length;
  }

  async publishOutside(_plugin: string, topic: string, payload: string, retain: boolean): Promise<void> {
    this.publishedOutside.push({ topic, payload, retain });
    if (!retain) return;
    if (payload === "") this.retainedOutside.delete(topic);
    else this.retainedOutside.set(topic, payload);
  }

  subscribeOutside(_plugin: string, topic: string, deliver: (message: MqttCommand) => void): void {
    this.#listeners.push({ topic, deliver });
  }

  async publish(_plugin: string, topic: string, payload: string, retain: boolean): Promise<void> {
    this.published.push({ topic, payload, retain });
    if (!retain) return;
    if (payload === "") this.retained.delete(topic);
    else this.retained.set(topic, payload);
  }

  subscribe(_plugin: string, wanted: MqttCommandFilter, deliver: (command: MqttCommand) => void): void {
    this.#subscriptions.push({ wanted, deliver });
  }

  unsubscribe(): void {
    this.#subscriptions = [];
    this.#listeners = [];
  }

  forget(): void {
    this.retained.clear();
    this.retainedOutside.clear();
  }
}
