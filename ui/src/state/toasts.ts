// Short messages at the foot of the page, on the playback page at its head: an action was taken, or failed and why. Spoken by screen readers.
import { signal } from "@preact/signals";
import { ApiError } from "../api/client.ts";
import { t } from "../locale/messages.ts";

export interface Toast {
  readonly id: number;
  readonly tone: "good" | "bad";
  readonly text: string;
  readonly code?: string;
}

const GOOD_MS = 4000;
const BAD_MS = 12_000;
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

/** What an error says to people: the recorder's own sentence, or that it cannot be reached. */
export function errorText(error: unknown): { readonly text: string; readonly code: string } {
  if (error instanceof ApiError) {
    return { text: error.code === "NJ_UI_OFFLINE" ? t("error.offline") : error.message, code: error.code };
  }
  return { text: t("error.unknown"), code: "NJ_UI_UNKNOWN" };
}

/** Says that something failed, why, and with which code. */
export function complain(error: unknown): void {
  show({ tone: "bad", ...errorText(error) }, BAD_MS);
}
