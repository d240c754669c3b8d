// Which segments of a volume are locked, as core said last: kept in `<data>/media/` and mirrored in
// `<volume>/locks.jsonl`, one line `{"segment":"<id>"}` each (data plane, section 3).
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SegmentId, VolumeId } from "../../domain/ids.ts";
import type { Log } from "../../log.ts";
import type { VolumeWriter } from "../store/volume-writer.ts";
import { writeFileAtomically } from "./atomic-file.ts";

/** Of a volume's locks, in its folder. */
export const LOCKS_MIRROR = "locks.jsonl";

export class VolumeLocks {
  readonly #path: string;
  readonly #writer: Pick<VolumeWriter, "writeText">;
  readonly #log: Log;
  #locked = new Set<string>();

  constructor(folder: string, volume: VolumeId, writer: Pick<VolumeWriter, "writeText">, log: Log) {
    this.#path = join(folder, `locks-${volume}.jsonl`);
    this.#writer = writer;
    this.#log = log;
  }

  /** Reads the locks, from the mirror on the volume if the data directory has lost them. */
  async open(volumePath: string): Promise<void> {
    const text = (await textOf(this.#path)) ?? (await textOf(join(volumePath, LOCKS_MIRROR))) ?? "";
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
    this.#locked = new Set(segments);
    const text = segments.map((segment) => `${JSON.stringify({ segment })}\n`).join("");
    await writeFileAtomically(this.#path, text);
    this.#writer.writeText(LOCKS_MIRROR, text, (error) => {
      if (error !== undefined)
        this.#log.warn("locks cannot be mirrored on a volume", { reason: error.message });
    });
  }
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
