// Node-RED's editor within the page of flows: whether it is on show, or waits out of sight with what is not deployed.
import { signal } from "@preact/signals";

/** `away`: it is not loaded. `kept`: loaded and out of sight, because something in it is not deployed. */
export const flowsEditor = signal<"away" | "shown" | "kept">("away");

/** Asks the editor whether something in it is not deployed. */
let hasWork: () => boolean = () => false;

/** Says how to ask the editor that is loaded. */
export function askEditorBy(ask: () => boolean): void {
  hasWork = ask;
}

/** It is left: what is not deployed is not lost. True if something waits. */
export function leaveFlowsEditor(): boolean {
  if (flowsEditor.value !== "shown") return false;
  const waits = hasWork();
  flowsEditor.value = waits ? "kept" : "away";
  return waits;
}
