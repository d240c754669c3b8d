// Short messages at the foot of the page, on the playback page at its head: an action was taken, or failed and why. Spoken by screen readers.
import { signal } from "@preact/signals";
import { ApiError } from "../api/client.ts";
import { t } from "../locale/messages.ts";
import { type PlaceNames, placesText, type WrongPlace } from "../locale/place-text.ts";
import { problemText } from "../locale/problem-text.ts";

export interface Toast {
  readonly id: number;
  readonly tone: "good" | "bad";
  readonly text: string;
  /** The recorder's own words, where they say more. */
  readonly detail?: string | undefined;
  readonly code?: string;
  /** What takes it back. */
  readonly undo?: () => void;
}

const GOOD_MS = 4000;
const BAD_MS = 12_000;
/** Time to read what was done and to think better of it. */
const UNDO_MS = 10_000;
let last = 0;

export const toasts = signal<readonly Toast[]>([]);

/** Takes a message away. */
export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

function show(toast: Omit<Toast, "id">, forMs: number): void {
  last += 1;
  const id = last;
  toasts.value = [...toasts.value.slice(-3), { ...toast, id }];
  setTimeout(() => dismiss(id), forMs);
}

/** Says that something was done. */
export function tell(text: string): void {
  show({ tone: "good", text }, GOOD_MS);
}

/** Says that what was tried failed, a line for each failure, where the recorder answered with what came of it. */
export function tellFailed(lines: readonly string[]): void {
  show({ tone: "bad", text: lines.join("\n") }, BAD_MS * lines.length);
}

/** Says that something was done, and offers to take it back. */
export function tellUndoable(text: string, undo: () => void): void {
  show({ tone: "good", text, undo }, UNDO_MS);
}

/** Refusals whose form shows by itself which fields are wrong. */
const SHOWN_BY_FORM = new Set(["NJ_PLUGIN_SETTINGS"]);

/**
 * What an error says to people: in their language where its code is known to us, with the recorder's own sentence as the
 * detail where that says more; else that sentence. `places` are fields that are wrong, one by one,
 * by the names that `nameOf` has for them.
 */
export function errorText(
  error: unknown,
  nameOf?: PlaceNames,
): {
  readonly text: string;
  readonly detail?: string | undefined;
  readonly places: readonly WrongPlace[];
  readonly code: string;
} {
  if (!(error instanceof ApiError)) return { text: t("error.unknown"), code: "NJ_UI_UNKNOWN", places: [] };
  const { code, context, message: sentence } = error;
  if (code === "NJ_UI_OFFLINE") return { text: t("error.offline"), code, places: [] };
  const { text, detail } = problemText({ code, context, sentence });
  const places = SHOWN_BY_FORM.has(code) ? [] : placesText(error.fields, nameOf);
  return {
    text: text === "" ? t("error.unknown") : text,
    // The sentence lists the same places, in the recorder's language.
    ...(detail === undefined || places.length > 0 ? {} : { detail }),
    places,
    code,
  };
}

/** Says that something failed, why, and with which code. */
export function complain(error: unknown): void {
  const { places, detail, ...said } = errorText(error);
  const listed = places.map(({ field, text }) => `${field}: ${text}`).join(" ");
  show({ tone: "bad", ...said, detail: listed === "" ? detail : listed }, BAD_MS);
}
