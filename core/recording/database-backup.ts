// Keeps a copy of the database on each volume: daily, and soon after accounts or locks changed
// (docs/design/storage-and-quota.md). SQLite writes the copy into the data directory; `media` puts it onto the volumes. As it reads
// every page, it is also what finds damage in parts that nobody asks for.
import { createHash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Timer } from "../clock.ts";
import type { Db } from "../db/db.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import type { VolumeId } from "../domain/ids.ts";
import type { Log } from "../log.ts";
import type { MediaClient } from "./media-client.ts";

const LOOK_MS = 60_000;
/** Several changes in a row share a copy. */
const LEAST_MS = 10 * 60_000;
/** After a failure: a volume that is full or away is rarely better within minutes. */
const AFTER_FAILURE_MS = 60 * 60_000;
const DAY_MS = 86_400_000;
const STORE_TIMEOUT_MS = 660_000;
const STATE_KEY = "recording.backup";

export interface DatabaseBackupOptions {
  readonly db: Db;
  readonly media: MediaClient;
  readonly clock: Clock;
  readonly log: Log;
  /** `<data>/backup`, for the copy on its way. */
  readonly folder: string;
  readonly volumes: () => readonly VolumeId[];
}

/** When the last copy was made, and of what. */
interface BackupState {
  readonly atMs: number;
  readonly digest: string;
  /** Volumes that have it. */
  readonly volumes: readonly string[];
}

export class DatabaseBackup {
  readonly #options: DatabaseBackupOptions;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #nextTryMs = Number.NEGATIVE_INFINITY;

  constructor(options: DatabaseBackupOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = this.#options.clock.every(LOOK_MS, () => void this.lookAfter());
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#running;
  }

  /** Makes a copy if one is due. Never rejects: failures are logged and tried again an hour later. */
  lookAfter(): Promise<void> {
    const { clock, media, log } = this.#options;
    if (this.#running !== undefined) return this.#running;
    if (!media.isUp || clock.monotonicMs() < this.#nextTryMs) return Promise.resolve();
    this.#running = this.#look()
      .catch((error: unknown) => log.warn("the database was not copied", { reason: String(error) }))
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  async #look(): Promise<void> {
    const { db, clock, volumes } = this.#options;
    const wanted = volumes();
    const digest = await digestOf(db);
    const state = await this.#state();
    const ageMs = clock.wallMs() - (state?.atMs ?? Number.NEGATIVE_INFINITY);
    const isFresh = state !== undefined && state.digest === digest && ageMs >= 0 && ageMs < DAY_MS;
    const missing = isFresh ? wanted.filter((volume) => !state.volumes.includes(volume)) : wanted;
    if (missing.length === 0) return;
    this.#nextTryMs = clock.monotonicMs() + AFTER_FAILURE_MS;
    const isWhole = await this.#copy(missing, {
      atMs: clock.wallMs(),
      digest,
      volumes: isFresh ? state.volumes : [],
    });
    if (isWhole) this.#nextTryMs = clock.monotonicMs() + LEAST_MS;
  }

  /** True if every volume took it. */
  async #copy(volumes: readonly VolumeId[], state: BackupState): Promise<boolean> {
    const { db, media, log, folder } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, "nightjar.db");
    await rm(file, { force: true });
    const done = new Set(state.volumes);
    try {
      await db.backup(file);
      for (const volume of volumes) {
        try {
          const { sizeBytes } = await media.request("storeBackup", { volume, file }, STORE_TIMEOUT_MS);
          done.add(volume);
          log.info("the database was copied onto a volume", { volume, sizeBytes });
        } catch (error) {
          log.warn("the database was not copied onto a volume", { volume, reason: String(error) });
        }
      }
    } finally {
      await rm(file, { force: true });
    }
    await keyValuesTable(db).set(STATE_KEY, { ...state, volumes: [...done] });
    return volumes.every((volume) => done.has(volume));
  }

  async #state(): Promise<BackupState | undefined> {
    const value = await keyValuesTable(this.#options.db).get(STATE_KEY);
    if (typeof value !== "object" || value === null) return undefined;
    const { atMs, digest, volumes } = value as Record<string, unknown>;
    if (typeof atMs !== "number" || typeof digest !== "string" || !Array.isArray(volumes)) return undefined;
    return { atMs, digest, volumes: volumes.map(String) };
  }
}

/** Changes with the accounts and the locks: what no file on a volume could bring back. */
async function digestOf(db: Db): Promise<string> {
  const hash = createHash("sha256");
  for (const table of ["users order by name", "locks order by segment_id"]) {
    hash.update(JSON.stringify(await db.all(`select * from ${table}`)));
  }
  return hash.digest("base64");
}
