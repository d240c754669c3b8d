// What plugins and the things that they bring are called in the language of the page, where their packages say so. Asked when
// a page that names some opens; until it is known, and where it cannot be, names are those of the plugin's own language.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Answer, askInBackground } from "../api/client.ts";
import { language } from "../locale/messages.ts";
import { isObject } from "../parts/json-place.ts";
import { session } from "./recorder.ts";

type Words = Answer<"GET /plugins/words">["plugins"][number];

/** By place. */
export type FieldWords = NonNullable<Words["fields"]>[string];

/** By package. */
export type PluginNames = ReadonlyMap<string, Words>;

const known = signal<PluginNames>(new Map());

/** Makes the names known to a component, which is drawn again when they are. `again`: asks anew when it changes. */
export function usePluginNames(again?: unknown): PluginNames {
  const mayAsk = session.value?.rights.includes("settings.view") === true;
  useEffect(() => {
    if (!mayAsk) return;
    const asked = new AbortController();
    const { signal } = asked;
    askInBackground("GET /plugins/words", { query: { language: language.value }, signal }).then(
      ({ plugins }) => {
        if (!signal.aborted) known.value = new Map(plugins.map((words) => [words.name, words]));
      },
      // The plugin's own names do.
      () => undefined,
    );
    return () => asked.abort();
  }, [language.value, mayAsk, again]);
  return known.value;
}

/** A plugin as it is called and described in the language of the page. */
export function inWords<P extends { readonly name: string; readonly displayName: string }>(
  names: PluginNames,
  plugin: P,
): P {
  const { displayName, description } = names.get(plugin.name) ?? {};
  return {
    ...plugin,
    ...(displayName === undefined ? {} : { displayName }),
    ...(description === undefined ? {} : { description }),
  };
}

/** What an entry of a registry is called: `pos-parser`, `nightjar-pos-text/text`, and its own name. */
export function entryName(names: PluginNames, word: string, source: string, own: string): string {
  const at = source.lastIndexOf("/");
  return names.get(source.slice(0, at))?.provides?.[`${word}:${source.slice(at + 1)}`] ?? own;
}

/** The words of what is told to an entry, by place: `/receivers`, `/receivers/*`. */
export function fieldWords(names: PluginNames, word: string, source: string): FieldWords {
  const at = source.lastIndexOf("/");
  return names.get(source.slice(0, at))?.fields?.[`${word}:${source.slice(at + 1)}`] ?? {};
}

/** A schema whose fields, and entries of whose lists, are called so. */
export function schemaInWords(
  schema: Readonly<Record<string, unknown>>,
  words: FieldWords,
  place = "",
): Record<string, unknown> {
  const { properties, items } = schema;
  return {
    ...schema,
    ...words[place],
    ...(isObject(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, node]) => [
              name,
              isObject(node) ? schemaInWords(node, words, `${place}/${name}`) : node,
            ]),
          ),
        }
      : {}),
    ...(isObject(items) ? { items: schemaInWords(items, words, `${place}/*`) } : {}),
  };
}

/** The words of a camera driver's settings, whose id is the same whichever plugin brings it. */
export function driverWords(names: PluginNames, id: string): FieldWords {
  for (const { fields } of names.values()) {
    const words = fields?.[`camera-driver:${id}`];
    if (words !== undefined) return words;
  }
  return {};
}

/** What a camera driver is called, whose id is the same whichever plugin brings it. */
export function driverName(names: PluginNames, id: string, own: string): string {
  for (const { provides } of names.values()) {
    const name = provides?.[`camera-driver:${id}`];
    if (name !== undefined) return name;
  }
  return own;
}
