// What a plugin is lent of MQTT: topics of its own below `<base>/node/<recorder>/plugin/<plugin>/`, at whatever broker the
// recorder uses, and those of others that its card names. It sees no broker, no other topic and no password. The same inline
// and in a process of its own.

/** How something is published. */
export interface MqttPublishOptions {
  /** The broker keeps it for whoever comes later: what is, not what happens. An empty payload takes it away again. */
  readonly retain?: boolean;
}

/** Commands that a plugin wants to get. */
export interface MqttCommandFilter {
  /**
   * Below the plugin's own place, with `+` for one level and `set` as the last: `lamps/+/set`. One to three levels stand
   * before `set`.
   */
  readonly filter: string;
  /**
   * The right that whoever sends it must hold, as for a route: one of the recorder's own, for all of its cameras. At a
   * broker that is not the recorder's own nobody sees who sends: there the broker lets it through or not.
   */
  readonly permission: string;
}

/** A command that somebody sent. More fields may come. */
export interface MqttCommand {
  /** Below the plugin's own place: `lamps/yard/set`; whole where it is a topic of others. */
  readonly topic: string;
  /** As text, at most 64 KiB. Nobody has checked it. */
  readonly payload: string;
}

/**
 * MQTT as a plugin has it. Its package.json asks for it, `"permissions": { "mqtt": true }`, and its owner may take it away:
 * then both calls reject with `NJ_PLUGIN_PERMISSION`. It ends with the plugin, and what is retained of it goes when the
 * plugin is stopped, switched off or removed.
 */
export interface PluginMqtt {
  /**
   * Publishes text, usually JSON, below the plugin's own place: `lamps/yard/state`. Resolves when the broker has it; what
   * is retained is remembered while there is no broker, and resolves at once. Rejects with `NJ_MQTT_AWAY` if there is no
   * broker for the rest, and with `NJ_PLUGIN_MQTT` for a topic that is none (levels of `A-Z a-z 0-9 _ . ~ -` that begin with one of the first four kinds, at most eight;
   * none of them ends in the level `set`), a payload beyond 64 KiB, more than 50 messages a second for long, or more than
   * 200 retained topics or 1 MiB in them.
   */
  publish(topic: string, payload: string, options?: MqttPublishOptions): Promise<void>;
  /**
   * Has commands brought to `listener`, at most 50 a second and never such as were left at the broker. What a listener
   * throws is reported against the plugin. Rejects with `NJ_PLUGIN_MQTT` for a filter that is none, and beyond 32 of them.
   */
  subscribe(
    wanted: MqttCommandFilter,
    listener: (command: MqttCommand) => void | Promise<void>,
  ): Promise<void>;
  /**
   * Publishes to a topic of others, by its whole name: `homeassistant/device/x/config`. Its package.json names it
   * (`nightjar.permissions.mqttTopics`), and its owner may take it away: then it rejects with `NJ_PLUGIN_PERMISSION`. What
   * is below the recorder's own base is refused with `NJ_PLUGIN_MQTT`. All else is as with `publish`, the bounds together.
   */
  publishOutside(topic: string, payload: string, options?: MqttPublishOptions): Promise<void>;
  /**
   * Has what others publish to one topic brought to `listener`, by its whole name, as that happens: what the broker had
   * kept is not brought. Who says it is not known. Refused as with `publishOutside`; bounds as with `subscribe`.
   */
  subscribeOutside(topic: string, listener: (message: MqttCommand) => void | Promise<void>): Promise<void>;
}
