// What a storage plugin registers: a driver that makes the folder of a volume ready (has a share mounted, a disk unlocked) and
// says whether it still is. It never stands between the recorder and the disk: the recorder writes to the folder itself.
import type { TObject } from "typebox";

/** A volume that a driver looks after. */
export interface StorageRequest {
  /** Absolute path of the folder, as its owner wrote it in config.json: recordings go there and nowhere else. */
  readonly path: string;
  /** What config.json says of it for the driver, checked by its schema, defaults filled in. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** How a folder is. More fields may come. */
export interface StorageHealth {
  /** False: nothing is written there until it has been made ready anew. */
  readonly ready: boolean;
  /** For people: what is wrong and what to do. */
  readonly reason?: string;
}

/**
 * A kind of storage. One driver answers for each volume of config.json that names it. It must stand in `nightjar.provides` of
 * package.json, as `storage-driver:<id>`. Calls about one volume come one after the other; one that was given up counts as
 * over. A driver that fails, hangs or dies makes its volumes unavailable within five seconds, and touches nothing else.
 */
export interface StorageDriver {
  /** `nas`, `vault` … In config.json it is named together with its package. */
  readonly id: string;
  readonly displayName: string;
  /** TypeBox schema of what config.json says of a volume. No secrets: they belong to the plugin's own settings. */
  readonly configSchema: TObject;
  /**
   * True if its folders are mounts of their own. The recorder then looks itself, and writes there only while something is
   * mounted, whatever the driver says: never to the disk below. False: folders on a disk that is there anyway.
   */
  readonly mounts: boolean;
  /**
   * Makes the folder ready; ten seconds. Called at the start of the recorder, which may be a second one while recordings go
   * on, and again with growing pauses while the folder is not ready: what is ready is left as it is. What takes longer goes
   * on after the answer, and `health` says when it is done. Throws with a message for people.
   */
  prepare(request: StorageRequest, context: { readonly signal: AbortSignal }): Promise<void>;
  /** Says how the folder is now; asked every second, two seconds. */
  health(request: StorageRequest, context: { readonly signal: AbortSignal }): Promise<StorageHealth>;
  /**
   * The volume is the driver's no longer: its owner has changed config.json. The last files may be open for some seconds.
   * Never called when the recorder or the plugin stops: recordings go on meanwhile.
   */
  release?(request: StorageRequest, context: { readonly signal: AbortSignal }): Promise<void>;
}
