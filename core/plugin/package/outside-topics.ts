// Topics over MQTT that are not a plugin's own, and that its card asks for one by one (`nightjar.permissions.mqttTopics`):
// what it may publish to, and what it may listen to. Never Nightjar's own tree: that is looked at with each message. Pure.

/**
 * Filters of a plugin's card. A level is a name, `+` for any one (never the first, and not in what is listened to), or a
 * setting of the plugin with its preset: `{prefix:homeassistant}/device/+/config`.
 */
export interface OutsideTopics {
  readonly publish: string[];
  readonly subscribe: string[];
}

const LIMIT = 8;
const LENGTH_LIMIT = 120;
const NAME = "[A-Za-z0-9_][A-Za-z0-9._~-]{0,63}";
const SETTING = `\\{[A-Za-z][A-Za-z0-9]{0,39}:${NAME}(?:/${NAME}){0,2}\\}`;
const PUBLISHED = new RegExp(`^(?:${NAME}|${SETTING})(?:/(?:${NAME}|${SETTING}|\\+)){1,7}$`);
const HEARD = new RegExp(`^(?:${NAME}|${SETTING})(?:/(?:${NAME}|${SETTING})){0,7}$`);
const PREFIX = new RegExp(`^${NAME}(?:/${NAME}){0,2}$`);

/** Reads the card's wish, or says in a sentence what is wrong with it. */
export function readOutsideTopics(value: unknown): OutsideTopics | string {
  const wrong = `its nightjar.permissions.mqttTopics is not { publish, subscribe } with at most ${LIMIT} topics each, such as "lamps/+/config"; # is not understood, nor + at the begin`;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong;
  if (Object.keys(value).some((key) => key !== "publish" && key !== "subscribe")) return wrong;
  const { publish = [], subscribe = [] } = value as Readonly<Record<string, unknown>>;
  if (!isList(publish, PUBLISHED) || !isList(subscribe, HEARD)) return wrong;
  return { publish: [...publish], subscribe: [...subscribe] };
}

/** The same with the plugin's settings as its owner wrote them; what a setting makes no topic of is left out. */
export function withSettings({ publish, subscribe }: OutsideTopics, config: unknown): OutsideTopics {
  const settings = (typeof config === "object" && config !== null ? config : {}) as Record<string, unknown>;
  const resolved = (filters: readonly string[]): string[] =>
    filters
      .map((filter) =>
        filter.replace(/\{(\w+):([^}]*)\}/g, (_, name: string, preset: string) => {
          const value = Object.hasOwn(settings, name) ? settings[name] : preset;
          return typeof value === "string" && PREFIX.test(value) ? value : "#";
        }),
      )
      .filter((filter) => !filter.includes("#"));
  return { publish: resolved(publish), subscribe: resolved(subscribe) };
}

/** True if a topic is one of those; `topic` has no wildcards. */
export function isAmong(filters: readonly string[], topic: string): boolean {
  const levels = topic.split("/");
  return filters.some((filter) => {
    const wanted = filter.split("/");
    return (
      wanted.length === levels.length &&
      wanted.every((level, index) => level === "+" || level === levels[index])
    );
  });
}

function isList(value: unknown, pattern: RegExp): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= LIMIT &&
    value.every((one) => typeof one === "string" && one.length <= LENGTH_LIMIT && pattern.test(one))
  );
}
