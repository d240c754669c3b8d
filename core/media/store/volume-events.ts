// What a volume writer is told at its start, and what it tells of its volume and its files.
import type { Clock } from "../../clock.ts";
import type { Facts } from "../../domain/facts.ts";
import type { VolumeId } from "../../domain/ids.ts";
import type { Log } from "../../log.ts";
import type { SystemErrorCode } from "./volume-fault.ts";

/** A file being written on a volume; never used twice in the life of a writer. */
export type FileToken = number;

export type VolumeHealth = "normal" | "offline" | "read-only" | "error" | "mismatch";

export type VolumeEvent =
  /** Everything up to `bytes` of the file, its name included, survives a power loss. */
  | { readonly kind: "synced"; readonly token: FileToken; readonly bytes: number }
  /**
   * The file can no longer be written to; nothing is retried. What lies beyond `syncedBytes` may be lost and is to be
   * written again elsewhere. Comes once per file, which is then closed.
   */
  | {
      readonly kind: "failed";
      readonly token: FileToken;
      readonly code: SystemErrorCode;
      readonly message: string;
      readonly syncedBytes: number;
    }
  | { readonly kind: "space"; readonly freeBytes: number; readonly totalBytes: number }
  /** A sync round ended: `ms` is what a power loss costs beyond the five seconds between two syncs of a file. */
  | { readonly kind: "round"; readonly ms: number; readonly files: number }
  /** The disk takes too long to sync, `ms` (as above) so far: see `sync-rounds.ts`. Repeated while it lasts, and once at the end. */
  | { readonly kind: "slow"; readonly ms: number }
  | {
      readonly kind: "state";
      readonly status: VolumeHealth;
      readonly message: string;
      /** What the message names, and which case of the status it is. */
      readonly context?: Facts;
    };

export interface VolumeWriterOptions {
  /** Root of the volume: must exist. */
  readonly path: string;
  /** Its marker's UUID; probing reports `mismatch` for another one. Undefined: not checked. */
  readonly id: VolumeId | undefined;
  readonly log: Log;
  readonly onEvent: (event: VolumeEvent) => void;
  readonly clock?: Clock;
}
