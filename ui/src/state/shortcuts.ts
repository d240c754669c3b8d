// Keyboard shortcuts: pages register theirs while they are shown, and the `?` sheet lists what is registered.
// Keys typed into fields are left alone.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { MessageKey } from "../locale/messages.ts";
import { singleKeys } from "./preferences.ts";

export interface Shortcut {
  /** Values of KeyboardEvent.key, lower-case; the first is shown. */
  readonly keys: readonly string[];
  readonly shown: string;
  readonly text: MessageKey;
  readonly run: (event: KeyboardEvent) => void;
}

/** All that is registered now. */
export const shortcuts = signal<readonly Shortcut[]>([]);

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches("input:not([type=checkbox]):not([type=radio]), select, textarea"))
  );
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]") !== null && event.key !== "?") return;
  const key = event.key.toLowerCase();
  // Letters, figures and signs can be switched off: whoever dictates would press them by accident.
  if (!singleKeys.value && key.length === 1 && key !== " ") return;
  // A focused button keeps its own Space and Enter.
  if (
    (key === " " || key === "enter") &&
    event.target instanceof Element &&
    event.target.closest("button, a, summary")
  )
    return;
  const found = shortcuts.value.findLast((one) => one.keys.includes(key));
  if (found === undefined) return;
  event.preventDefault();
  found.run(event);
});

/** Registers shortcuts while a component is shown. `make` is read anew when a dependency changes. */
export function useShortcuts(make: () => readonly Shortcut[], dependencies: readonly unknown[]): void {
  useEffect(() => {
    const mine = make();
    shortcuts.value = [...shortcuts.value, ...mine];
    return () => {
      shortcuts.value = shortcuts.value.filter((one) => !mine.includes(one));
    };
  }, dependencies);
}
