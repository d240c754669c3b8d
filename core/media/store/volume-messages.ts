// Messages between a volume's main-thread face and its threads: the writer, which appends, and the sync threads,
// which sync, delete, probe and recover. All calls in the threads are synchronous: a hung disk stops them alone.
import type { RecoveryResult } from "./recover-segment.ts";

/** A system call that failed, as it crosses threads. */
export interface ThreadFault {
  /** `ENOSPC`, `EIO` …; `UNKNOWN` if the system gave none. */
  readonly code: string;
  readonly message: string;
}

export interface VolumeThreadData {
  readonly volumePath: string;
  /** The marker's UUID that is expected; undefined: any. */
  readonly volumeId: string | undefined;
}

export type WriterOperation =
  | {
      readonly kind: "create";
      readonly token: number;
      readonly path: string;
      readonly at: number;
      readonly length: number;
      /** Sum what is appended, and of the first bytes those from here on; undefined: no checksum. */
      readonly checksumFrom: number | undefined;
    }
  | {
      readonly kind: "append";
      readonly id: number;
      readonly token: number;
      /** Triples: index into `buffers` (-1: the batch's own bytes), offset, length. */
      readonly spans: readonly number[];
      /** Nothing will follow: a file with a checksum gets its box. */
      readonly isLast: boolean;
    }
  | {
      readonly kind: "patch";
      readonly id: number;
      readonly token: number;
      readonly offset: number;
      readonly at: number;
      readonly length: number;
    }
  /** Gives an open file another name, which must not exist. */
  | {
      readonly kind: "move";
      readonly id: number;
      readonly token: number;
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: "text"; readonly id: number; readonly path: string; readonly text: string }
  | { readonly kind: "close"; readonly token: number }
  /** Its view of the slabs that it has written keeps them in memory until it collects. */
  | { readonly kind: "give-back" };

/** What was asked for in one turn of the main thread's loop. */
export interface WriterBatch {
  readonly operations: readonly WriterOperation[];
  readonly buffers: readonly SharedArrayBuffer[];
  /** Copies of the pieces that do not lie in shared memory. */
  readonly bytes: Uint8Array;
}

export interface WriterReply {
  /** Ids of operations that succeeded. */
  readonly done: readonly number[];
  /** Files that got their checksum, by the operation that was their last. */
  readonly summed: readonly { readonly id: number; readonly sha256: string }[];
  readonly created: readonly {
    readonly token: number;
    readonly descriptor: number;
    /** Directories whose entries changed, to be synced with the file's first round. */
    readonly directories: readonly string[];
  }[];
  /** Files that have another name now, with the directories whose entries changed. */
  readonly moved: readonly { readonly token: number; readonly directories: readonly string[] }[];
  /** Tokens that can no longer be written to. */
  readonly failed: readonly { readonly token: number; readonly fault: ThreadFault }[];
  /** Operations that failed or came after their file had failed. */
  readonly refused: readonly { readonly id: number; readonly fault: ThreadFault }[];
}

export type SyncTask =
  | { readonly kind: "file"; readonly token: number; readonly descriptor: number }
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "remove"; readonly path: string }
  /** Deletes the files of a folder, but for those named; a folder that is not there is empty. */
  | { readonly kind: "clear"; readonly folder: string; readonly spared: readonly string[] }
  | { readonly kind: "probe"; readonly id: string | undefined; readonly write: boolean }
  /** Reads a small text file, if the right volume is there; a file that is not there is empty. */
  | { readonly kind: "text"; readonly id: string | undefined; readonly path: string }
  | {
      readonly kind: "recover";
      readonly path: string;
      readonly reasonBits: number | undefined;
      readonly checksum: boolean;
    };

export interface ProbeOutcome {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** What became of a task; without a fault it succeeded. */
export interface SyncOutcome {
  readonly fault?: ThreadFault;
  readonly probe?: ProbeOutcome;
  readonly recovery?: RecoveryResult;
  readonly text?: string;
}

export interface SyncJob {
  readonly job: number;
  readonly tasks: readonly SyncTask[];
}

/** A sync thread's first word: it is loaded, and what it does not answer from now on is up to the disk. */
export const SYNC_THREAD_UP = "up";

/** One outcome per task, in order. */
export interface SyncReply {
  readonly job: number;
  readonly outcomes: readonly SyncOutcome[];
}
