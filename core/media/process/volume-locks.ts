// Which segments of a volume are locked, as core said last: kept in `<data>/media/` and mirrored in
// `<volume>/locks.jsonl`, one line `{"segment":"<id>"}` each (docs/design/storage-and-quota.md). The volume is touched by its own
// threads alone: one that hangs must not take a thread that the others need (decision 0031).
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Timer } from "../../clock.ts";
import type { SegmentId, VolumeId } from "../../domain/ids.ts";
import type { Log } from "../../log.ts";
import { healthOf } from "../store/volume-fault.ts";
import type { VolumeWriteError, VolumeWriter } from "../store/volume-writer.ts";
import { writeFileAtomically } from "./atomic-file.ts";

/** Of a volume's locks, in its folder. */
export const LOCKS_MIRROR = "locks.jsonl";

/** A volume that is away is asked again so often. */
const RETRY_MS = 2_000;

export interface VolumeLocksOptions {
  /** `<data>/media`. */
  readonly folder: string;
  readonly volume: VolumeId;
  readonly writer: Pick<VolumeWriter, "readText" | "writeText">;
  readonly clock: Clock;
  readonly log: Log;
}

export class VolumeLocks {
  readonly #options: VolumeLocksOptions;
  readonly #path: string;
  #locked = new Set<string>();
  /** Core has said which are locked: what the mirror tells is older. */
  #isTold = false;
  #closed = false;
  #retry: Timer | undefined;

  constructor(options: VolumeLocksOptions) {
    this.#options = options;
    this.#path = join(options.folder, `locks-${options.volume}.jsonl`);
  }

  /**
   * Reads the locks, from the mirror on the volume if the data directory has lost them: then it waits for a volume that does
   * not answer or is away, and without end if it is closed meanwhile. Until the locks are known nothing of it may be deleted.
   */
  async open(): Promise<void> {
    const text = (await textOf(this.#path)) ?? (await this.#mirror());
    if (this.#isTold) return;
    for (const line of text.split("\n")) {
      const id = lockedId(line);
      if (id !== undefined) this.#locked.add(id);
    }
  }

  has(id: SegmentId): boolean {
    return this.#locked.has(id);
  }

  /** Replaces the locks; resolves when they would survive a restart. The mirror follows. */
  async set(segments: readonly SegmentId[]): Promise<void> {
    this.#isTold = true;
    this.#locked = new Set(segments);
    const text = segments.map((segment) => `${JSON.stringify({ segment })}\n`).join("");
    await writeFileAtomically(this.#path, text);
    this.#options.writer.writeText(LOCKS_MIRROR, text, (error) => {
      if (error !== undefined)
        this.#options.log.warn("locks cannot be mirrored on a volume", { reason: error.message });
    });
  }

  /** Waits for the volume no longer. */
  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
  }

  #mirror(): Promise<string> {
    const { writer, clock, log, volume } = this.#options;
    return new Promise((resolve) => {
      const ask = (): void =>
        writer.readText(LOCKS_MIRROR, (error, text) => {
          if (this.#closed) return;
          if (error !== undefined && isPassing(error)) {
            this.#retry = clock.after(RETRY_MS, ask);
            return;
          }
          if (error !== undefined)
            log.warn("the locks of a volume cannot be read", { volume, reason: error.message });
          resolve(text);
        });
      ask();
    });
  }
}

/**
 * True if the volume may well tell later: it is away, another one, without a marker that can be read, or its thread ended. One
 * whose list alone is broken is used without: recording goes first.
 */
function isPassing({ systemCode, message }: VolumeWriteError): boolean {
  return systemCode.startsWith("NJ_") || healthOf({ code: systemCode, message }) === "offline";
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The segment that a line of the mirror names; undefined for a line that is none. */
export function lockedId(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || !("segment" in value)) return undefined;
    return typeof value.segment === "string" ? value.segment : undefined;
  } catch {
    return undefined;
  }
}
