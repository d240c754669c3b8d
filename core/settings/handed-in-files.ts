// Settings files that were handed in over HTTP and are looked at before they are imported: few, for a short time, in memory
// alone, each for the session that brought it.
import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import { NightjarError } from "../errors.ts";
import type { SettingsDocument } from "./settings-document.ts";

const FILES_LIMIT = 2;
const KEPT_MS = 15 * 60_000;

export interface HandedInFile {
  readonly id: string;
  readonly owner: string;
  readonly bytes: Uint8Array;
  readonly untilMs: number;
  /** Once it was opened, so that its password is asked for once. */
  document?: SettingsDocument;
}

export class HandedInFiles {
  readonly #clock: Clock;
  #files: readonly HandedInFile[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps a file for a session; the oldest goes when there are too many. */
  keep(bytes: Uint8Array, owner: string): HandedInFile {
    const file: HandedInFile = {
      id: randomBytes(12).toString("hex"),
      owner,
      bytes,
      untilMs: this.#clock.monotonicMs() + KEPT_MS,
    };
    this.#files = [...this.#alive(), file].slice(-FILES_LIMIT);
    // It may have been opened: what it holds is not to stay longer than it can be used.
    this.#clock.after(KEPT_MS, () => void this.#alive());
    return file;
  }

  /** Throws `NJ_SETTINGS_UPLOAD_NOT_FOUND` if it is another session's, or gone. */
  find(id: string, owner: string): HandedInFile {
    const found = this.#alive().find((file) => file.id === id && file.owner === owner);
    if (found !== undefined) return found;
    throw new NightjarError(
      "NJ_SETTINGS_UPLOAD_NOT_FOUND",
      "not-found",
      "there is no such settings file, or not any more: hand it in again",
    );
  }

  drop(id: string): void {
    this.#files = this.#alive().filter((file) => file.id !== id);
  }

  #alive(): readonly HandedInFile[] {
    const now = this.#clock.monotonicMs();
    this.#files = this.#files.filter((file) => file.untilMs > now);
    return this.#files;
  }
}
