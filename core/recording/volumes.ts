// The recording volumes of this node: which folder is which volume, what state it is in and what lies on it.
// Opens no file on a volume: `media` makes and watches them, the ledger counts (docs/design/storage-and-quota.md).
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import type { Db } from "../db/db.ts";
import { listLedger } from "../db/tables/ledger-table.ts";
import { volumesTable } from "../db/tables/volumes-table.ts";
import { contextOf, type Facts } from "../domain/facts.ts";
import type { VolumeId } from "../domain/ids.ts";
import { NightjarError, toPlainError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { DesiredVolume, VolumeState, VolumeStatus } from "../media/protocol.ts";
import type { MediaClient } from "./media-client.ts";
import type { ConfiguredVolume, VolumeProblem } from "./recorded-camera.ts";

const INITIALISE_TIMEOUT_MS = 15_000;

/** Where recordings go if no volume was chosen. */
export function defaultVolumePath(dataDir: string): string {
  return join(dataDir, "volumes", "default");
}

/** A volume as people see it. */
export interface RecordingVolumeState {
  /** Undefined: it could never be made ready. */
  readonly id: VolumeId | undefined;
  readonly path: string;
  /** `unknown` until `media` has looked. */
  readonly status: VolumeStatus | "unknown";
  readonly message?: string;
  /** Stable name of what is wrong, and what the message names. */
  readonly code?: string;
  readonly context?: Facts;
  readonly freeBytes?: number;
  readonly totalBytes?: number;
  /** Bytes of recordings, from the ledger. */
  readonly usedBytes: number;
  readonly syncMs?: number;
  readonly sinceMs?: number;
}

/** What became of a path whose disk was replaced. */
export interface RenewedVolume {
  readonly id: VolumeId;
  /** Which volume it was before. */
  readonly before: VolumeId | undefined;
  /** False: this recorder had written to it before. */
  readonly isNew: boolean;
}

export class RecordingVolumes {
  readonly #db: Db;
  readonly #media: MediaClient;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #configured: () => readonly ConfiguredVolume[];
  /** Path → id, of volumes that were made ready at some time. */
  readonly #ids = new Map<string, VolumeId>();
  readonly #problems = new Map<string, VolumeProblem>();
  readonly #states = new Map<VolumeId, VolumeState>();

  constructor(options: {
    db: Db;
    media: MediaClient;
    clock: Clock;
    log: Log;
    configured: () => readonly ConfiguredVolume[];
  }) {
    this.#db = options.db;
    this.#media = options.media;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#configured = options.configured;
  }

  /** Reads which path was which volume, so that a desired state can be made before `media` is there. */
  async load(): Promise<void> {
    for (const volume of await volumesTable(this.#db).list()) {
      if (volume.path !== "") this.#ids.set(volume.path, volume.id as VolumeId);
    }
  }

  /**
   * Makes configured folders volumes that never were one. A path that was a volume before is left alone: if its
   * marker is missing now, its disk is not mounted, and a new marker would send recordings to the disk below.
   * True if any volume became known.
   */
  async initialise(): Promise<boolean> {
    let found = false;
    for (const { path, unavailable, isPending } of this.#configured()) {
      if (this.#ids.has(path) || unavailable !== undefined || isPending === true) continue;
      try {
        const { id } = await this.#media.request("initialiseVolume", { path }, INITIALISE_TIMEOUT_MS);
        await volumesTable(this.#db).put(id, path, this.#clock.wallMs());
        this.#ids.set(path, id);
        this.#problems.delete(path);
        found = true;
      } catch (error) {
        const { code, message, context = {} } = toPlainError(error);
        if (this.#problems.get(path)?.message !== message) {
          this.#log.warn("a volume cannot be made ready", { path, reason: message });
        }
        this.#problems.set(path, { message, code, ...contextOf(context, message) });
      }
    }
    return found;
  }

  /**
   * Makes what lies at a path now the volume there, in place of the one that was known: its disk was replaced, and somebody
   * said so. The folder must be there. Throws `NJ_PLACE_TAKEN` for the volume of another recorder, or of another path.
   */
  async renew(path: string): Promise<RenewedVolume> {
    const before = this.#ids.get(path);
    const request = { path, folderExists: true };
    const { id, created } = await this.#media.request("initialiseVolume", request, INITIALISE_TIMEOUT_MS);
    const known = await volumesTable(this.#db).list();
    const isOwn = known.some((volume) => volume.id === id);
    const isElsewhere = this.#configured().some(
      (other) => other.path !== path && this.#ids.get(other.path) === id,
    );
    if (isElsewhere || (!created && !isOwn)) {
      const message = `${path} holds another volume: what lies there was not touched`;
      throw new NightjarError("NJ_PLACE_TAKEN", "failed-precondition", message, { folder: path });
    }
    await this.#db.transaction((writer) => volumesTable(writer).put(id, path, this.#clock.wallMs()));
    for (const [other, its] of this.#ids) if (its === id) this.#ids.delete(other);
    this.#ids.set(path, id);
    this.#problems.delete(path);
    if (before !== undefined && before !== id) this.#states.delete(before);
    return { id, before, isNew: created };
  }

  /** Ids in the owner's order: where streams are written. */
  ids(): VolumeId[] {
    return this.desired().map((volume) => volume.id);
  }

  desired(): DesiredVolume[] {
    return this.#configured().flatMap((volume): DesiredVolume[] => {
      const id = this.#ids.get(volume.path);
      if (id === undefined || volume.unavailable !== undefined) return [];
      return [
        {
          id,
          path: volume.path,
          ...(volume.reserveBytes === undefined ? {} : { reserveBytes: volume.reserveBytes }),
          ...(volume.exactReserve === undefined ? {} : { exactReserve: volume.exactReserve }),
          overwrite: volume.overwrite ?? true,
          ...(volume.checksums === true ? { checksums: true } : {}),
        },
      ];
    });
  }

  /** Takes a state that `media` reported. */
  take(state: VolumeState): void {
    this.#states.set(state.volume, state);
  }

  /** Where a volume is mounted, as far as is known. */
  pathOf(id: VolumeId): string | undefined {
    for (const [path, known] of this.#ids) if (known === id) return path;
    return undefined;
  }

  /** All configured volumes with their states and what lies on them. */
  async states(): Promise<RecordingVolumeState[]> {
    const [rows, ledger] = await Promise.all([volumesTable(this.#db).list(), listLedger(this.#db)]);
    const numberOf = new Map(rows.map((row) => [row.id, row.number]));
    return this.#configured().map(({ path, unavailable, replaced }) => {
      const id = this.#ids.get(path);
      const number = id === undefined ? undefined : numberOf.get(id);
      const usedBytes = ledger.reduce(
        (sum, row) => (row.volumeNumber === number ? sum + row.sizeBytes : sum),
        0,
      );
      if (unavailable !== undefined) return { id, path, status: "offline", ...unavailable, usedBytes };
      const state = id === undefined ? undefined : this.#states.get(id);
      if (state === undefined) {
        const problem = this.#problems.get(path);
        return { id, path, status: problem === undefined ? "unknown" : "error", ...problem, usedBytes };
      }
      const { volume: _, ...rest } = state;
      if (state.status === "normal") return { id, path, usedBytes, ...rest };
      return { id, path, usedBytes, ...rest, code: `volume-${state.status}`, ...replaced };
    });
  }
}
