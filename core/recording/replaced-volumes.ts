// What follows in the index when the disk of a volume was replaced: the recordings of the one that is gone are missing from then
// on, those of one that came back are found again. A batch at a time, and on after a restart.
import type { Clock } from "../clock.ts";
import type { Db } from "../db/db.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import type { VolumeId } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import { rebuildIndex, restoreLocks } from "./index-rebuild.ts";
import type { MediaClient } from "./media-client.ts";
import type { Retention } from "./retention.ts";
import { unindexSegment } from "./segment-indexing.ts";

const KEY = "recording.replaced-volumes";
const RETRY_MS = 30_000;
/** What is taken out at once: what is recorded meanwhile does not wait long for its turn. */
const BATCH = 64;

interface Task {
  readonly volume: VolumeId;
  readonly kind: "gone" | "back";
}

export interface ReplacedVolumesOptions {
  readonly db: Db;
  readonly media: MediaClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly retention: Pick<Retention, "isHeld" | "renewSoon">;
  /** Resolves when `media` knows the volumes that there are now. */
  settled(): Promise<void>;
}

export class ReplacedVolumes {
  readonly #options: ReplacedVolumesOptions;
  readonly #stop = new AbortController();
  #tasks: readonly Task[] = [];
  #running: Promise<void> | undefined;

  constructor(options: ReplacedVolumesOptions) {
    this.#options = options;
    const { retention } = options;
    const isHeld = retention.isHeld;
    // What an index without most of its rows calls the oldest is not.
    retention.isHeld = (volume) => isHeld(volume) || this.#tasks.some((task) => isTask(task, volume, "back"));
  }

  /** Takes up what a former process left. */
  async load(): Promise<void> {
    const kept = await keyValuesTable(this.#options.db).get(KEY);
    // Written by this file alone.
    if (Array.isArray(kept)) this.#tasks = kept as Task[];
    this.#work();
  }

  /** The disk of a volume is not there any more; what it held counts as missing. Durable when it resolves. */
  async gone(volume: VolumeId): Promise<void> {
    await this.#add({ volume, kind: "gone" });
  }

  /** A volume that was gone is in use again. Durable when it resolves. */
  async back(volume: VolumeId): Promise<void> {
    await this.#add({ volume, kind: "back" });
  }

  async stop(): Promise<void> {
    this.#stop.abort(new NightjarError("NJ_LINK_CLOSED", "unavailable", "the process stops"));
    await this.#running;
  }

  async #add(task: Task): Promise<void> {
    await this.#keep([...this.#tasks.filter(({ volume }) => volume !== task.volume), task]);
    this.#work();
  }

  async #keep(tasks: readonly Task[]): Promise<void> {
    this.#tasks = tasks;
    await keyValuesTable(this.#options.db).set(KEY, tasks);
  }

  #work(): void {
    if (this.#running !== undefined || this.#tasks.length === 0 || this.#stop.signal.aborted) return;
    this.#running = this.#workAll()
      .catch((error: unknown) => {
        if (this.#stop.signal.aborted) return;
        const { log, clock } = this.#options;
        log.warn("the index does not follow the replaced disk yet; trying again", { reason: String(error) });
        clock.after(RETRY_MS, () => this.#work());
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  async #workAll(): Promise<void> {
    for (;;) {
      const [task] = this.#tasks;
      if (task === undefined) return;
      if (task.kind === "gone") await this.#takeOut(task);
      else await this.#findAgain(task.volume);
      this.#stop.signal.throwIfAborted();
      await this.#keep(this.#tasks.filter((other) => other !== task));
      this.#options.retention.renewSoon();
    }
  }

  async #takeOut(task: Task): Promise<void> {
    const { db, log } = this.#options;
    let missing = 0;
    // One that came back meanwhile is no longer among the tasks as gone.
    while (this.#tasks.includes(task)) {
      this.#stop.signal.throwIfAborted();
      const rows = await db.all<{ id: string }>(
        `select id from segments where volume_number = (select number from volumes where id = ?)
         order by write_sequence limit ${BATCH}`,
        [task.volume],
      );
      if (rows.length === 0) break;
      await db.transaction(async (writer) => {
        for (const { id } of rows) await unindexSegment(writer, id);
      });
      missing += rows.length;
    }
    log.notice("the recordings of a replaced disk are missing", { volume: task.volume, files: missing });
  }

  async #findAgain(volume: VolumeId): Promise<void> {
    const { db, media, log, clock } = this.#options;
    const rebuild = { db, media, log, nowMs: () => Math.round(clock.wallMs()) };
    await this.#options.settled();
    await restoreLocks(rebuild, volume);
    const { added } = await rebuildIndex(rebuild, volume, { signal: this.#stop.signal });
    log.notice("the recordings of a disk that is back were found again", { volume, files: added });
  }
}

function isTask(task: Task, volume: VolumeId, kind: Task["kind"]): boolean {
  return task.volume === volume && task.kind === kind;
}
