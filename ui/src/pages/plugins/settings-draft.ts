// What somebody is typing into a plugin's settings, in the form and as JSON: one value and its text. Kept whole while the page
// is open, and without its secrets as a draft of this tab, so that neither a dialog closed by mistake nor a reload costs it.
import type { PluginSettings } from "../../api/types.ts";
import { isObject } from "../../parts/json-place.ts";
import {
  dropDraft as dropPlain,
  keepDraft as keepPlain,
  readDraft,
  whenDraftsGo,
} from "../../state/drafts.ts";
import { draftText } from "../../state/use-draft.ts";

export interface SettingsDraft {
  readonly value: Readonly<Record<string, unknown>>;
  /** The same as JSON; while `broken` is set, a text that is no object yet. */
  readonly text: string;
  /** Why the text cannot be read. */
  readonly broken?: string | undefined;
}

type Settings = Pick<PluginSettings, "config" | "schema">;

const NAME = "plugin.";
/** What is kept, with the settings that it is made of. */
interface Kept {
  readonly draft: SettingsDraft;
  readonly base: string;
}
const kept = new Map<string, Kept>();
// Secrets are among them.
whenDraftsGo(() => kept.clear());

export function draftOf(value: Readonly<Record<string, unknown>>): SettingsDraft {
  return { value, text: JSON.stringify(value, null, 2) };
}

/** The draft after typing JSON. An unreadable text changes nothing but itself. */
export function withText(draft: SettingsDraft, text: string): SettingsDraft {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? { value: parsed, text } : { ...draft, text, broken: "{ … }" };
  } catch (error) {
    return { ...draft, text, broken: error instanceof Error ? error.message : String(error) };
  }
}

/** The line that a parser's complaint is about, from 1; undefined where it does not say. */
export function brokenLine({ text, broken = "" }: SettingsDraft): number | undefined {
  const line = /line (\d+)/.exec(broken)?.[1];
  if (line !== undefined) return Number(line);
  const position = /position (\d+)/.exec(broken)?.[1];
  return position === undefined ? undefined : text.slice(0, Number(position)).split("\n").length;
}

/** Keeps it; `of` is the schema, which says what is secret, and `base` is what typing began with. */
export function keepDraft(plugin: string, draft: SettingsDraft, of: Settings, base: string): void {
  kept.set(plugin, { draft, base });
  // What no schema describes, and what cannot be read, may hold secrets.
  if (draft.broken !== undefined || of.schema === undefined) dropPlain(NAME + plugin);
  else keepPlain(NAME + plugin, { base, value: plainSettings(of.schema, draft.value) });
}

/** What was kept of it, also where other settings hold by now. */
export function keptDraft(plugin: string): Kept | undefined {
  const whole = kept.get(plugin);
  if (whole !== undefined) return whole;
  const found = readDraft(NAME + plugin, { base: "", value: {} as Record<string, unknown> });
  return found === undefined ? undefined : { draft: draftOf(found.value), base: found.base };
}

export function dropDraft(plugin: string): void {
  kept.delete(plugin);
  dropPlain(NAME + plugin);
}

/** Settings without their secrets: what a schema calls secret, and what it does not describe. */
export function plainSettings(schema: unknown, value: unknown): unknown {
  const shapes = shapesOf(schema);
  if (shapes.some((shape) => shape["x-secret"] === true)) return undefined;
  if (Array.isArray(value)) {
    const items = { anyOf: shapes.flatMap(({ items: one }) => (isObject(one) ? [one] : [])) };
    return value.map((entry: unknown) => plainSettings(items, entry) ?? null);
  }
  if (!isObject(value)) return value;
  const described = (name: string): readonly unknown[] =>
    shapes.flatMap(({ properties }) =>
      isObject(properties) && Object.hasOwn(properties, name) ? [properties[name]] : [],
    );
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) => {
      const anyOf = described(name);
      const plain = anyOf.length === 0 ? undefined : plainSettings({ anyOf }, part);
      return plain === undefined ? [] : [[name, plain]];
    }),
  );
}

/** A schema and all that it may be instead. */
function shapesOf(schema: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!isObject(schema)) return [];
  const others = [schema["anyOf"], schema["oneOf"], schema["allOf"]].filter(Array.isArray).flat();
  return [schema, ...others.flatMap(shapesOf)];
}

/** The settings as a text to compare. */
export function settingsText({ config }: Pick<Settings, "config">): string {
  return draftText(config);
}
