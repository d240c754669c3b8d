// Bounds what npm brings to the disk while it is at it (attack list A12): a small archive, of the plugin or of anything that it
// depends on, may unpack to more than there is room for. npm itself has no such bound. Folders are measured over and over;
// between two looks a fast disk takes some hundred megabytes, which the limit leaves room for.
import { lstat, readdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { NightjarError, systemCode } from "../../errors.ts";

/** What one job may add to the disk. */
export interface GrowthLimits {
  readonly bytes: number;
  /** Files, folders and links. */
  readonly entries: number;
}

export const GROWTH_LIMITS: GrowthLimits = { bytes: 1024 ** 3, entries: 50_000 };
/** Of the room that was free at the beginning, no more than this is used: recordings may lie on the same disk. */
const SHARE_OF_FREE = 0.5;
const LOOK_EVERY_MS = 250;
/** Looking takes at most a fifth of the time. */
const PAUSE_FACTOR = 4;

interface Size {
  readonly bytes: number;
  readonly entries: number;
}

export class GrowthWatch {
  readonly #folders: readonly string[];
  readonly #before: Size;
  readonly #limits: GrowthLimits;
  readonly #end = new AbortController();
  #looking: Promise<void> = Promise.resolve();

  private constructor(folders: readonly string[], before: Size, limits: GrowthLimits) {
    this.#folders = folders;
    this.#before = before;
    this.#limits = limits;
  }

  /** Measures the folders as they are. The first must exist; its disk is the one that must not be filled. */
  static async begin(folders: readonly [string, ...string[]], limits = GROWTH_LIMITS): Promise<GrowthWatch> {
    const { bavail, bsize } = await statfs(folders[0]);
    const bytes = Math.min(limits.bytes, Math.floor(bavail * bsize * SHARE_OF_FREE));
    return new GrowthWatch(folders, await sizeOf(folders), { ...limits, bytes });
  }

  /** Looks again and again; calls `onExceeded` once, when there is too much. */
  start(onExceeded: () => void): void {
    this.#looking = this.#look(onExceeded);
  }

  /** Ends the looking. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#looking;
  }

  /** Throws `NJ_PLUGIN_TOO_LARGE` if the folders have grown beyond the limits. */
  async check(): Promise<void> {
    if (await this.#isExceeded()) throw this.error();
  }

  error(): NightjarError {
    const { bytes, entries } = this.#limits;
    return new NightjarError(
      "NJ_PLUGIN_TOO_LARGE",
      "resource-exhausted",
      `the plugin, taken together with what it depends on, is more than ${Math.floor(bytes / 1024 ** 2)} MiB or ${entries} files: npm was ended, and all is as before`,
    );
  }

  async #look(onExceeded: () => void): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      const beganMs = performance.now();
      if (await this.#isExceeded()) {
        onExceeded();
        return;
      }
      const tookMs = performance.now() - beganMs;
      await pause(Math.max(LOOK_EVERY_MS, tookMs * PAUSE_FACTOR), undefined, { signal }).catch(
        () => undefined,
      );
    }
  }

  async #isExceeded(): Promise<boolean> {
    const now = await sizeOf(this.#folders, {
      bytes: this.#before.bytes + this.#limits.bytes,
      entries: this.#before.entries + this.#limits.entries,
    });
    return (
      now.bytes - this.#before.bytes > this.#limits.bytes ||
      now.entries - this.#before.entries > this.#limits.entries
    );
  }
}

/** Walks folders, links not followed; stops as soon as there is more than `enough`. What goes meanwhile does not count. */
async function sizeOf(folders: readonly string[], enough?: Size): Promise<Size> {
  let bytes = 0;
  let entries = 0;
  const open = [...folders];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const name of await namesIn(folder)) {
      const path = join(folder, name);
      const facts = await lstat(path).catch(ifGone);
      if (facts === undefined) continue;
      entries += 1;
      // Small files take whole blocks.
      bytes += Math.max(facts.size, facts.blocks * 512);
      if (facts.isDirectory()) open.push(path);
      if (enough !== undefined && (bytes > enough.bytes || entries > enough.entries))
        return { bytes, entries };
    }
  }
  return { bytes, entries };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(ifGone)) ?? [];
}

function ifGone(error: unknown): undefined {
  if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
  throw error;
}
