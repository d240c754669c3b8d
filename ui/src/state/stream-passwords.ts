// Says that passwords for other programs were made or revoked, so that every list of them on the page is read anew.
import { signal } from "@preact/signals";

/** Rises with every change that was made here. */
export const streamPasswordChanges = signal(0);

/** To be called after a change. */
export function streamPasswordsChanged(): void {
  streamPasswordChanges.value += 1;
}
