// Whether this browser is a wall: a screen that shows the live page under a name, over which rules can have cameras shown. The
// name is kept in the browser; the recorder knows it while the page is open.
import { signal } from "@preact/signals";

/** As the recorder takes it: 1 to 40 letters, no blanks at its ends. */
const NAME = /^\S(?:.{0,38}\S)?$/u;

/** The line by which the recorder knows this wall. */
export const wallLine = signal<"closed" | "open" | "lost">("closed");

/** A name without blanks at its ends; undefined if none can be made of the text. */
export function wallNameOf(text: string): string | undefined {
  const name = text.trim();
  return NAME.test(name) ? name : undefined;
}
