// Actions that wait for somebody who is away, kept over restarts of the recorder: a mail that is a night late is better than
// none. Written in one transaction a second, so that what waits for less than that costs nothing.
import type { Clock, Timer } from "../clock.ts";
import type { Db } from "../db/db.ts";
import {
  listWaitingActions,
  putWaitingAction,
  removeWaitingAction,
  type WaitingActionRow,
} from "../db/tables/waiting-actions-table.ts";
import { linkageActionName } from "../domain/linkage-actions.ts";
import type { Log } from "../log.ts";
import type { ActionTask, KeptTask, KeptTasks } from "./action-runner.ts";

const WRITE_PAUSE_MS = 1_000;
/** As many as wait at most. */
const MOST_TAKEN_UP = 4_000;

export interface WaitingActionsOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
}

export class WaitingActions implements KeptTasks {
  readonly #options: WaitingActionsOptions;
  /** What the database is to know, by request; undefined: nothing any more. */
  #unwritten = new Map<string, WaitingActionRow | undefined>();
  readonly #written = new Set<string>();
  #timer: Timer | undefined;
  #tail: Promise<void> = Promise.resolve();

  constructor(options: WaitingActionsOptions) {
    this.#options = options;
  }

  keep({ task, tries, maxAgeSeconds }: KeptTask): void {
    const { clock } = this.#options;
    const { sinceMs, ...rest } = task;
    const request = task.request.id;
    this.#write(request, {
      ...{ request, tries, maxAgeSeconds },
      sinceMs: Math.round(clock.wallMs() - (clock.monotonicMs() - sinceMs)),
      task: JSON.stringify(rest),
    });
  }

  forget({ request: { id } }: ActionTask): void {
    if (this.#written.has(id)) this.#write(id, undefined);
    else this.#unwritten.delete(id);
  }

  /** What waited when the recorder ended, to be taken up. What cannot be read is logged and let go of. */
  async takenUp(): Promise<KeptTask[]> {
    const { db, clock, log } = this.#options;
    const found: KeptTask[] = [];
    for (const { request, sinceMs, tries, maxAgeSeconds, task } of await listWaitingActions(
      db,
      MOST_TAKEN_UP,
    )) {
      this.#written.add(request);
      try {
        const ageMs = Math.max(0, clock.wallMs() - sinceMs);
        const rest = JSON.parse(task) as Omit<ActionTask, "sinceMs">;
        // Before an update it may have been called otherwise.
        const source = linkageActionName(rest.source);
        const sinceMonotonicMs = clock.monotonicMs() - ageMs;
        found.push({ task: { ...rest, source, sinceMs: sinceMonotonicMs }, tries, maxAgeSeconds });
      } catch (error) {
        log.warn("an action that waited cannot be taken up", { request, reason: String(error) });
        this.#write(request, undefined);
      }
    }
    return found;
  }

  /** Resolves when all that is known is written. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#flush();
  }

  #write(request: string, row: WaitingActionRow | undefined): void {
    this.#unwritten.set(request, row);
    this.#timer ??= this.#options.clock.after(WRITE_PAUSE_MS, () => {
      this.#timer = undefined;
      void this.#flush();
    });
  }

  #flush(): Promise<void> {
    this.#tail = this.#tail.then(() => this.#writeAll());
    return this.#tail;
  }

  async #writeAll(): Promise<void> {
    const { db, log } = this.#options;
    const all = this.#unwritten;
    if (all.size === 0) return;
    this.#unwritten = new Map();
    for (const [request, row] of all) {
      if (row === undefined) this.#written.delete(request);
      else this.#written.add(request);
    }
    try {
      await db.transaction(async (writer) => {
        for (const [request, row] of all) {
          if (row === undefined) await removeWaitingAction(writer, request);
          else await putWaitingAction(writer, row);
        }
      });
    } catch (error) {
      log.warn("actions that wait could not be kept: a restart forgets them", {
        actions: all.size,
        reason: String(error),
      });
    }
  }
}
