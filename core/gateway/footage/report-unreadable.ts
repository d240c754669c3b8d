// What readers of recordings do about a file that they cannot use.
import { type NightjarError, toPlainError } from "../../errors.ts";
import type { CorePort } from "../core-link.ts";
import type { Playable } from "./playable.ts";

/** Tells core of a file that its readers could not use, once it is closed and so worth a repair. */
export function reportUnreadable(core: CorePort, item: Playable, error: NightjarError): void {
  if (item.isOpen) return;
  const id = item.id as Parameters<typeof core.notify<"segmentUnreadable">>[1]["id"];
  core.notify("segmentUnreadable", { id, volume: item.place.volume, error: toPlainError(error) });
}
