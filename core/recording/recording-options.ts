// What recording needs of the rest of core: where things lie, what is wished, and who else has a say.
import type { Clock } from "../clock.ts";
import type { Db } from "../db/db.ts";
import type { CameraId, VolumeId } from "../domain/ids.ts";
import type { Log } from "../log.ts";
import type { Rescue } from "./database-rescue.ts";
import type { KeepReason } from "./eviction-veto.ts";
import type { ConfiguredVolume, RecordedCamera } from "./recorded-camera.ts";
import type { EventSink } from "./recorder-events.ts";

/** Given once, when the service is made; what is a function is asked whenever it is needed. */
export interface RecordingServiceOptions {
  readonly db: Db;
  readonly mediaSocketPath: string;
  /** This node's id, part of file names. */
  readonly node: string;
  readonly clock: Clock;
  readonly log: Log;
  /** IANA name: how days are counted. */
  timeZone(): string;
  /** In the owner's order; at least the default volume. */
  volumes(): readonly ConfiguredVolume[];
  cameras(): readonly RecordedCamera[];
  /** Takes what happens to cameras and volumes as events. */
  readonly events: EventSink;
  /** Lets others have a say in what is recorded of the cameras, each time before `media` is told; must not take long. */
  shapeCameras?(cameras: readonly RecordedCamera[]): Promise<readonly RecordedCamera[]>;
  /** Lets others have a say in where the next files of the cameras go; must not take long. */
  placeCameras?(
    cameras: readonly RecordedCamera[],
    volumes: readonly VolumeId[],
  ): Promise<ReadonlyMap<CameraId, readonly VolumeId[]>>;
  /** Asks others whether recordings may be deleted; undefined: nobody has a say. */
  keepReason?(): KeepReason | undefined;
  /** Changes with every start of this process. */
  readonly instance?: string;
  /** Folder of the data directory for copies of the database on their way to the volumes; absent: none are made. */
  readonly backupFolder?: string;
  /** The database took the place of a damaged one: it is completed from the files. */
  readonly rescue?: Rescue | undefined;
  /** The process before this one ended without notice. */
  readonly wasInterrupted?: boolean;
}
