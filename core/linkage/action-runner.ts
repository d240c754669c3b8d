// Does actions: a bounded queue for each, few at once, each within its time, tried again with growing pauses until it would
// be too late. An action whose server is away fills its own queue and holds up no other. What came of each is told once.
import type { Clock, Timer } from "../clock.ts";
import type { EventAction, EventCapture } from "../domain/alarm-event.ts";
import { contextOf, type Facts } from "../domain/facts.ts";
import { type ErrorKind, NightjarError, toPlainError } from "../errors.ts";
import type { LinkageAction, LinkageRequest } from "../plugin/contract/linkage-action.ts";
import { withinLimit } from "./action-limit.ts";
import { actionSettings } from "./action-settings.ts";

/** Of one action, waiting, resting or running; beyond it what comes is not done, and the event says so. */
export const MOST_TASKS = 1_000;
/** Of all actions of plugins. The recorder's own need no server and are soon over: those of plugins never keep them out. */
const MOST_OF_PLUGINS = 4_000;
const MOST_OF_ACTION = 2;
const LIMIT_MS = 30_000;
const PAUSES_MS = [2_000, 10_000, 60_000, 300_000, 1_800_000];
/** Of an action that there is not: its plugin may be on its way back. */
const AGE_OF_UNKNOWN_MS = 60_000;
/** Before those that waited when the recorder ended are tried: plugins start meanwhile. */
const TAKEN_UP_AFTER_MS = 5_000;
/** What may be done later than this is worth keeping over a restart. */
const KEPT_FROM_SECONDS = 60;
const NOTE_LIMIT = 300;
const TRIED_AGAIN: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  "unavailable",
  "deadline-exceeded",
  "resource-exhausted",
  "internal",
]);

/** An action of a rule, because of one event. */
export interface ActionTask {
  /** As rules name it: `record`, `email`, `nightjar-linkage-lamp/lamp`. */
  readonly source: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly request: Omit<LinkageRequest, "config" | "pictures" | "accounts">;
  /** The event as it is kept, where the request may name another camera. */
  readonly kept?: LinkageRequest["event"];
  /** Monotonic: when the event asked for it. */
  readonly sinceMs: number;
}

/** An action that waits. */
export interface KeptTask {
  readonly task: ActionTask;
  readonly tries: number;
  /** How late it may still be done; its plugin may not be there to say it. */
  readonly maxAgeSeconds: number;
}

/** Where what waits outlives the recorder. Both return at once. */
export interface KeptTasks {
  keep(kept: KeptTask): void;
  /** It is over; of most, nothing was kept. */
  forget(task: ActionTask): void;
}

export interface ActionRunnerOptions {
  readonly clock: Clock;
  /** Absent: nothing outlives the recorder. */
  readonly kept?: KeptTasks;
  /** The action now; undefined: there is none. */
  find(source: string): LinkageAction | undefined;
  /** The recorder does it itself, no plugin. Names do not tell: those of bundled plugins are as short. */
  isOwn(source: string): boolean;
  /** Pictures of the task's event, at most so many; none where there are none. */
  pictures(task: ActionTask, most: number): Promise<LinkageRequest["pictures"]>;
  /** The accounts that may see the task's event now; undefined: its plugin is not to know them. */
  accounts(task: ActionTask): Promise<LinkageRequest["accounts"]>;
  /** What came of a task, once. */
  over(task: ActionTask, result: EventAction): void;
}

interface Entry {
  readonly task: ActionTask;
  /** Before this one. */
  readonly tries: number;
  /** As it was when it came; its plugin may have gone. */
  readonly maxAgeSeconds?: number;
  /** What came of the last try. */
  readonly failure?: Outcome;
}

/** What there is of one action. */
interface Lane {
  readonly waiting: Entry[];
  readonly running: Set<Entry>;
  /** Between two tries. */
  resting: number;
}

export class ActionRunner {
  readonly #options: ActionRunnerOptions;
  /** By action; those with nothing to do are not kept. */
  readonly #lanes = new Map<string, Lane>();
  readonly #rests = new Map<Timer, Entry>();
  /** Those that somebody waits for: each is told when the recorder stops. */
  readonly #tried = new Set<(stopped: NightjarError) => void>();
  readonly #end = new AbortController();

  constructor(options: ActionRunnerOptions) {
    this.#options = options;
  }

  /** How many wait, rest between two tries, or run. */
  get size(): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + sizeOf(lane), 0);
  }

  /** Takes a task; returns at once. */
  add(task: ActionTask): void {
    if (this.#end.signal.aborted) return;
    const { source } = task;
    const lane = this.#laneOf(source);
    const isFull = sizeOf(lane) >= MOST_TASKS;
    if (isFull || (this.#isOfPlugin(source) && this.#sizeOfPlugins() >= MOST_OF_PLUGINS)) {
      this.#tell(task, 0, { status: "dropped" });
      return;
    }
    this.#lanes.set(source, lane);
    const maxAgeSeconds = this.#options.find(source)?.maxAgeSeconds;
    const entry: Entry = { task, tries: 0, ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }) };
    lane.waiting.push(entry);
    this.#next(source, lane);
    if (lane.waiting.includes(entry)) this.#keep(entry);
  }

  /** Takes up what waited when the recorder ended. */
  takeUp({ task, tries, maxAgeSeconds }: KeptTask): void {
    if (this.#end.signal.aborted) return;
    const lane = this.#laneOf(task.source);
    this.#lanes.set(task.source, lane);
    this.#rest({ task, tries, maxAgeSeconds }, lane, TAKEN_UP_AFTER_MS);
  }

  /** Does it now, once, and gives what came of it: for somebody who tries it. */
  async tryOnce(task: ActionTask): Promise<EventAction> {
    if (this.#end.signal.aborted) return this.#result(task, 0, failureOf(stoppedMeanwhile()));
    const stopped = Promise.withResolvers<never>();
    this.#tried.add(stopped.reject);
    try {
      const done = await Promise.race([this.#attempt(task), stopped.promise]);
      return this.#result(task, 1, { status: "done", ...done });
    } catch (error) {
      return this.#result(task, 1, failureOf(error));
    } finally {
      this.#tried.delete(stopped.reject);
    }
  }

  /** What came of a task that is not to be done, because an alarm input of this name disarms it. */
  disarmed(task: ActionTask, input: string): EventAction {
    return this.#result(task, 0, { status: "disarmed", note: input.slice(0, NOTE_LIMIT) });
  }

  /** What runs is given up. What waits or was given up is kept where it may be done later; else what became of it is told. */
  close(): void {
    if (this.#end.signal.aborted) return;
    const lanes = [...this.#lanes.values()];
    this.#end.abort();
    for (const { running } of lanes) {
      for (const entry of [...running]) {
        if (this.#keep(entry)) continue;
        // First: whatever it still answers was told.
        running.delete(entry);
        this.#tell(entry.task, entry.tries + 1, failureOf(stoppedMeanwhile()));
      }
    }
    for (const reject of this.#tried) reject(stoppedMeanwhile());
    const left = [...lanes.flatMap(({ waiting }) => waiting), ...this.#rests.values()];
    this.#lanes.clear();
    for (const timer of this.#rests.keys()) timer.cancel();
    this.#rests.clear();
    for (const entry of left)
      if (!this.#keep(entry)) this.#tell(entry.task, entry.tries, entry.failure ?? NOT_BEGUN);
  }

  #laneOf(source: string): Lane {
    return this.#lanes.get(source) ?? { waiting: [], running: new Set(), resting: 0 };
  }

  /** True where it is there again after a restart. */
  #keep(entry: Entry): boolean {
    const { task, tries } = entry;
    const { kept } = this.#options;
    const maxAgeSeconds = this.#maxAgeSeconds(entry) ?? 0;
    if (kept === undefined || maxAgeSeconds <= KEPT_FROM_SECONDS) return false;
    kept.keep({ task, tries, maxAgeSeconds });
    return true;
  }

  #maxAgeSeconds({ task, maxAgeSeconds }: Entry): number | undefined {
    return this.#options.find(task.source)?.maxAgeSeconds ?? maxAgeSeconds;
  }

  #next(source: string, lane: Lane): void {
    if (this.#end.signal.aborted) return;
    while (lane.running.size < MOST_OF_ACTION) {
      const entry = lane.waiting.shift();
      if (entry === undefined) break;
      lane.running.add(entry);
      void this.#work(entry, lane).finally(() => {
        lane.running.delete(entry);
        this.#next(source, lane);
      });
    }
    if (sizeOf(lane) === 0) this.#lanes.delete(source);
  }

  async #work(entry: Entry, lane: Lane): Promise<void> {
    const { task } = entry;
    if (this.#isLate(entry, 0)) {
      this.#tell(task, entry.tries, { status: "expired" });
      return;
    }
    const tries = entry.tries + 1;
    try {
      const done = await this.#attempt(task);
      if (lane.running.has(entry)) this.#tell(task, tries, { status: "done", ...done });
    } catch (error) {
      if (this.#end.signal.aborted) return;
      const failure = failureOf(error);
      const pauseMs = PAUSES_MS[Math.min(tries, PAUSES_MS.length) - 1] ?? 0;
      if (!TRIED_AGAIN.has(failure.kind) || this.#isLate(entry, pauseMs)) {
        this.#tell(task, tries, failure);
        return;
      }
      const next = { ...entry, tries, failure };
      this.#keep(next);
      this.#rest(next, lane, pauseMs);
    }
  }

  #rest(entry: Entry, lane: Lane, pauseMs: number): void {
    lane.resting += 1;
    const timer = this.#options.clock.after(pauseMs, () => {
      this.#rests.delete(timer);
      lane.resting -= 1;
      lane.waiting.push(entry);
      this.#next(entry.task.source, lane);
    });
    this.#rests.set(timer, entry);
  }

  async #attempt(task: ActionTask): Promise<{ note?: string; captures?: readonly EventCapture[] }> {
    const action = this.#options.find(task.source);
    if (action === undefined) {
      throw new NightjarError(
        "NJ_LINKAGE_ACTION_AWAY",
        "unavailable",
        `there is no action "${task.source}": its plugin is missing, switched off or has ended`,
        { action: task.source },
      );
    }
    const config = actionSettings(action, task.settings);
    const most = wantedPictures(action, config);
    const pictures = most === 0 ? [] : await this.#options.pictures(task, most);
    // Asked last, and at each try: what somebody may not see any more he is not told of.
    const accounts = action.wantsAccounts === true ? await this.#options.accounts(task) : undefined;
    const told = { ...task.request, config, pictures, ...(accounts === undefined ? {} : { accounts }) };
    const done = (await withinLimit(this.#options.clock, LIMIT_MS, `the action ${task.source}`, (overrun) =>
      action.run(told, { signal: AbortSignal.any([this.#end.signal, overrun]) }),
    )) as { readonly note?: unknown; readonly captures?: readonly EventCapture[] } | undefined;
    return {
      ...(typeof done?.note === "string" ? { note: done.note.slice(0, NOTE_LIMIT) } : {}),
      // Files are the recorder's own: a plugin cannot name any.
      ...(this.#isOfPlugin(task.source) || done?.captures === undefined ? {} : { captures: done.captures }),
    };
  }

  #isLate(entry: Entry, pauseMs: number): boolean {
    const seconds = this.#maxAgeSeconds(entry);
    const mostMs = seconds === undefined ? AGE_OF_UNKNOWN_MS : seconds * 1_000;
    return this.#options.clock.monotonicMs() - entry.task.sinceMs + pauseMs > mostMs;
  }

  /** Also where it is away: the recorder's own are always there. */
  #isOfPlugin(source: string): boolean {
    return !this.#options.isOwn(source);
  }

  #sizeOfPlugins(): number {
    let size = 0;
    for (const [source, lane] of this.#lanes) if (this.#isOfPlugin(source)) size += sizeOf(lane);
    return size;
  }

  #tell(task: ActionTask, attempts: number, outcome: Outcome): void {
    this.#options.kept?.forget(task);
    this.#options.over(task, this.#result(task, attempts, outcome));
  }

  #result(
    task: ActionTask,
    attempts: number,
    { status, note, code, context, captures }: Outcome,
  ): EventAction {
    return {
      rule: task.request.rule.id,
      action: task.source,
      status,
      atMs: this.#options.clock.wallMs(),
      attempts,
      ...(note === undefined ? {} : { note }),
      ...(code === undefined ? {} : { code }),
      ...(context === undefined ? {} : { context }),
      ...(captures === undefined ? {} : { captures }),
    };
  }
}

const NOT_BEGUN: Outcome = {
  ...{ status: "expired", code: "NJ_LINKAGE_STOPPED" },
  ...{ note: "the recorder was stopped before", context: { case: "before" } },
};

function stoppedMeanwhile(): NightjarError {
  return new NightjarError(
    "NJ_LINKAGE_STOPPED",
    "unavailable",
    "the recorder was stopped while the action was being done: whether it was done is not known",
  );
}

function sizeOf({ waiting, running, resting }: Lane): number {
  return waiting.length + running.size + resting;
}

/** What the action can use, or less where the rule says so. */
function wantedPictures(
  { wantsPictures, picturesField }: LinkageAction,
  config: LinkageRequest["config"],
): number {
  const asked = picturesField === undefined ? undefined : config[picturesField];
  return typeof asked === "number" ? Math.max(0, Math.min(wantsPictures, Math.floor(asked))) : wantsPictures;
}

interface Outcome {
  readonly status: EventAction["status"];
  readonly note?: string;
  readonly code?: string;
  readonly context?: Facts;
  readonly captures?: readonly EventCapture[];
}

function failureOf(error: unknown): Outcome & { readonly kind: ErrorKind } {
  const { code, kind, message, context = {} } = toPlainError(error);
  const note = message.slice(0, NOTE_LIMIT);
  return { status: "failed", kind, code, note, ...contextOf(context, note) };
}
