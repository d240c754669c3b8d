// What somebody is typing into a plugin's settings, in the form and as JSON: one value and its text, kept while the page
// is open, so that a dialog closed by mistake costs nothing. In memory only, since secrets may be in it.
import { isObject } from "../../parts/json-place.ts";

export interface SettingsDraft {
  readonly value: Readonly<Record<string, unknown>>;
  /** The same as JSON; while `broken` is set, a text that is no object yet. */
  readonly text: string;
  /** Why the text cannot be read. */
  readonly broken?: string | undefined;
}

const kept = new Map<string, SettingsDraft>();

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

export function keepDraft(plugin: string, draft: SettingsDraft): void {
  kept.set(plugin, draft);
}

export function keptDraft(plugin: string): SettingsDraft | undefined {
  return kept.get(plugin);
}

export function dropDraft(plugin: string): void {
  kept.delete(plugin);
}
