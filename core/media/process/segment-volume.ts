// What a recording file needs of the volume that it lies on: the seam between recorder and volumes, so that the
// one is tested without the other.
import type { VolumeId } from "../../domain/ids.ts";

/** What the volume tells of a file. */
export interface VolumeFileEvents {
  /** Everything below this offset is on the disk. */
  synced(bytes: number): void;
  /** A write or sync failed, or the volume is gone: the file is not written any more. Told at most once. */
  failed(error: Error): void;
}

/** A file that is being written on a volume. Calls after a failure do nothing. */
export interface VolumeFile {
  /** `onDone` runs when the bytes can be read from the file. The pieces are not to change before. */
  append(pieces: readonly Uint8Array[], onDone: () => void): void;
  /** Appends `moov`, syncs, patches, syncs; `onDone` runs when all is durable, with the sum of a file that carries one. */
  finish(
    end: { readonly moov: Uint8Array; readonly patch: Uint8Array; readonly patchOffset: number },
    onDone: (sha256?: string) => void,
  ): void;
  /**
   * A provisional file is wanted after all: moves it to `path`, and corrects `patch` in it. `onDone` runs when it can
   * be read there.
   */
  claim(
    path: string,
    patch: { readonly bytes: Uint8Array; readonly offset: number },
    onDone: () => void,
  ): void;
  /** Deletes a provisional file. */
  discard(): void;
  /** No more will be written; what is there stays for recovery. */
  abandon(): void;
}

export interface SegmentVolume {
  readonly id: VolumeId;
  /** True while new files may be begun on it. */
  readonly accepts: boolean;
  /** True while another volume would serve better. */
  readonly isSlow: boolean;
  /** True while provisional files may be begun and go on: it is in order, and has room. */
  readonly takesProvisional: boolean;
  /** True while files that are begun on it are to end with a checksum. */
  readonly wantsChecksums: boolean;
  /** Notes a file that is about to be opened, unless it is provisional; gives its place in the order of writing. */
  takeWriteSequence(path: string): number;
  create(
    path: string,
    writeSequence: number,
    header: Uint8Array,
    events: VolumeFileEvents,
    checksum: boolean,
  ): VolumeFile;
}

/** Chooses volumes. */
export interface SegmentVolumes {
  /** The first volume of the list that accepts files. */
  pick(ids: readonly VolumeId[]): SegmentVolume | undefined;
  /**
   * Where to try once more what would be lost otherwise: the first of the list that is not in `tried`, whatever is
   * known of it, as long as it is the right volume and not full.
   */
  lastResort(ids: readonly VolumeId[], tried: ReadonlySet<SegmentVolume>): SegmentVolume | undefined;
  /** Why none of the list accepts files, for people. */
  problem(ids: readonly VolumeId[]): string;
}
