// What follows from events: finds the rules that an event concerns and has their actions done. It waits for nobody and is
// waited for by nobody; what came of each action is kept with the event, and the last ones in memory for the page.
import type { Clock } from "../clock.ts";
import type { DeepReadonly } from "../config/config-store.ts";
import type { LinkageActionConfig, LinkageConfig, LinkageRule } from "../config/linkage-config.ts";
import type { EventAction } from "../domain/alarm-event.ts";
import { linkageActionName } from "../domain/linkage-actions.ts";
import type { HookEvent } from "../plugin/contract/hook-data.ts";
import type { LinkageAccount, LinkageAction, LinkagePicture } from "../plugin/contract/linkage-action.ts";
import { ActionRunner, type ActionTask, type KeptTask, type KeptTasks } from "./action-runner.ts";
import { isAbout } from "./rule-match.ts";

const MOST_LATELY = 100;
const MOST_RESTS = 10_000;
/** Events whose pictures are held for the actions that still want them, and how many characters of base64 all of them are. */
const MOST_PICTURED = 32;
const MOST_HELD = 16_000_000;
/** Of one event: they are one message to a plugin's process. */
const MOST_OF_EVENT = 3_000_000;
const PICTURE_PAUSE_MS = 1_000;
/** Taken later than this, a picture shows something else than the event. */
const LATE_PICTURE_MS = 60_000;

export interface LinkageParts {
  readonly clock: Clock;
  /** Where what waits outlives the recorder; absent: nothing does. */
  readonly kept?: KeptTasks;
  config(): DeepReadonly<LinkageConfig>;
  /** The arming profile in force. */
  profile(): string;
  recorderName(): string;
  timeZone(): string;
  cameraName(camera: string): string | undefined;
  findAction(source: string): LinkageAction | undefined;
  /** The recorder does it itself, no plugin. */
  isOwnAction(source: string): boolean;
  /** The newest picture of a camera. */
  picture(camera: string): Promise<LinkagePicture>;
  /** The accounts that may see an event of this camera, or of the recorder; undefined: the action is not to know them. */
  accounts?(source: string, camera: string | undefined): Promise<readonly LinkageAccount[] | undefined>;
  /** The name of the alarm input that keeps an action from being done for events of this camera; undefined: none does. */
  disarmedBy?(action: string, camera: string | undefined): string | undefined;
  /** Keeps what came of an action with its event. */
  note(eventId: number, result: EventAction): void;
  /** A rule is followed for an event; then, each by itself, what came of its actions. For whoever listens outside. */
  tell?(told: LinkageTold): void;
}

/** That a rule is followed, or what came of one of its actions. */
export interface LinkageTold {
  readonly rule: { readonly id: string; readonly name: string };
  readonly event: HookEvent;
  /** Absent: the rule has just been followed. */
  readonly result?: EventAction;
}

/** What somebody outside wants done. */
export interface WantedActions {
  readonly rule: { readonly id: string; readonly name: string };
  readonly actions: DeepReadonly<LinkageRule>["actions"];
  /** An event that there is; absent: one is made up, and nothing is kept of it. */
  readonly event?: HookEvent;
  readonly camera?: string;
}

/** What was done lately. */
export interface LatelyDone extends EventAction {
  readonly event: number;
  readonly type: string;
  readonly camera?: string;
}

/** Pictures of one event: how many were asked for, and how large those are that there are by now. */
interface Pictured {
  readonly most: number;
  readonly taken: Promise<readonly LinkagePicture[]>;
  size: number;
}

export class LinkageEngine {
  readonly #parts: LinkageParts;
  readonly #runner: ActionRunner;
  readonly #rests = new Map<string, number>();
  readonly #pictures = new Map<string, Pictured>();
  #lately: readonly LatelyDone[] = [];
  #madeUps = 0;
  #runs = 0;
  /** Those that somebody outside wants done, until what came of them is kept. */
  readonly #wanted = new Set<Promise<unknown>>();

  constructor(parts: LinkageParts) {
    this.#parts = parts;
    this.#runner = new ActionRunner({
      clock: parts.clock,
      ...(parts.kept === undefined ? {} : { kept: parts.kept }),
      find: (source) => parts.findAction(source),
      isOwn: (source) => parts.isOwnAction(source),
      pictures: async (task, most) => (await this.#picturesOf(task, most)).slice(0, most),
      accounts: async ({ source, request: { event }, kept }) => {
        const seeing = await parts.accounts?.(source, event.camera);
        if (kept === undefined || kept.camera === event.camera) return seeing;
        // Asked for another camera than the event's: only who may see both.
        const own = await parts.accounts?.(source, kept.camera);
        return own?.filter(({ name }) => seeing?.some((one) => one.name === name));
      },
      over: (task, result) => this.#over(task, result),
    });
  }

  /** The newest first. */
  get lately(): readonly LatelyDone[] {
    return this.#lately;
  }

  /** How many actions wait or run. */
  get pending(): number {
    return this.#runner.size;
  }

  /** An event begins or ends. Returns at once. */
  take(event: HookEvent, at: "start" | "end"): void {
    const { rules } = this.#parts.config();
    if (rules.length === 0) return;
    const profile = this.#parts.profile();
    for (const rule of rules) {
      if (!isAbout(rule, event, at, profile) || this.#rest(rule, event)) continue;
      this.#parts.tell?.({ rule: { id: rule.id, name: rule.name }, event });
      rule.actions.forEach((action, index) => {
        const task = this.#task(rule, action, event, `${event.id}-${at}-${rule.id}-${index}`, false);
        const disarmedBy = this.#parts.disarmedBy?.(task.source, event.camera);
        if (disarmedBy === undefined) this.#runner.add(task);
        else this.#over(task, this.#runner.disarmed(task, disarmedBy));
      });
    }
  }

  /** What waited when the recorder ended is tried again. */
  takeUp(kept: readonly KeptTask[]): void {
    for (const one of kept) this.#runner.takeUp(one);
  }

  /** Does one action, or all of a rule, as for an event that has begun now; nothing is kept of it. */
  test(
    rule: DeepReadonly<Pick<LinkageRule, "id" | "name" | "types" | "cameras" | "actions">>,
    camera: string | undefined,
  ): Promise<readonly EventAction[]> {
    const event = this.#madeUp("test", rule.types?.[0] ?? "motion", camera);
    return Promise.all(
      rule.actions.map((action, index) =>
        this.#runner.tryOnce(this.#task(rule, action, event, `test${event.id}-${index}`, true)),
      ),
    );
  }

  /**
   * Does actions now, each once, because something outside wants it, and gives what came of them. What is done for an event
   * that there is stands with it.
   */
  async run({ rule, actions, event, camera }: WantedActions): Promise<readonly EventAction[]> {
    const cause =
      event === undefined
        ? this.#madeUp("flow", "motion", camera)
        : { ...event, ...(camera === undefined ? {} : { camera }) };
    this.#runs += 1;
    const name = `run-${this.#runs}`;
    const done = async (action: DeepReadonly<LinkageActionConfig>, index: number): Promise<EventAction> => {
      const task = this.#task(rule, action, cause, `${name}-${index}`, false);
      const result = await this.#runner.tryOnce(event === undefined ? task : { ...task, kept: event });
      if (cause.id > 0) this.#over(task, result);
      return result;
    };
    const all = Promise.all(actions.map(done));
    this.#wanted.add(all);
    return all.finally(() => this.#wanted.delete(all));
  }

  /** An event that there is not: its number is below nought, and nothing is kept with it. */
  #madeUp(source: string, type: string, camera: string | undefined): HookEvent {
    this.#madeUps += 1;
    return {
      id: -this.#madeUps,
      type,
      severity: "info",
      ...(camera === undefined ? {} : { camera }),
      source,
      start: new Date(this.#parts.clock.wallMs()).toISOString(),
      objects: [],
      detail: {},
    };
  }

  /** Resolves when what became of everything is told. */
  async close(): Promise<void> {
    this.#runner.close();
    await Promise.all(this.#wanted);
  }

  #task(
    { id, name }: { readonly id: string; readonly name: string },
    { action, settings }: DeepReadonly<LinkageActionConfig>,
    event: HookEvent,
    requestId: string,
    isTest: boolean,
  ): ActionTask {
    const cameraName = event.camera === undefined ? undefined : this.#parts.cameraName(event.camera);
    return {
      source: linkageActionName(action),
      settings: structuredClone(settings) as Record<string, unknown>,
      sinceMs: this.#parts.clock.monotonicMs(),
      request: {
        id: requestId,
        event,
        rule: { id, name },
        ...(cameraName === undefined ? {} : { cameraName }),
        recorderName: this.#parts.recorderName(),
        timeZone: this.#parts.timeZone(),
        isTest,
      },
    };
  }

  /** True while the rule rests for the event's camera; otherwise it begins to rest where it has a time for that. */
  #rest({ id, cooldownSeconds = 0 }: DeepReadonly<LinkageRule>, { camera = "" }: HookEvent): boolean {
    if (cooldownSeconds === 0) return false;
    const nowMs = this.#parts.clock.monotonicMs();
    const key = `${id}/${camera}`;
    if ((this.#rests.get(key) ?? 0) > nowMs) return true;
    if (this.#rests.size >= MOST_RESTS) this.#rests.clear();
    this.#rests.set(key, nowMs + cooldownSeconds * 1_000);
    return false;
  }

  /** The same pictures for all actions of an event: they are taken when the first one wants them, more when another does. */
  #picturesOf({ request: { event }, sinceMs }: ActionTask, most: number): Promise<readonly LinkagePicture[]> {
    const { camera } = event;
    if (camera === undefined) return Promise.resolve([]);
    const key = `${event.id}/${camera}`;
    const known = this.#pictures.get(key);
    if (known !== undefined && known.most >= most) return known.taken;
    if (this.#parts.clock.monotonicMs() - sinceMs > LATE_PICTURE_MS)
      return known?.taken ?? Promise.resolve([]);
    const taken = this.#take(camera, most, known?.taken ?? Promise.resolve([]));
    const entry: Pictured = { most, taken, size: known?.size ?? 0 };
    this.#pictures.set(key, entry);
    void taken.then((pictures) => {
      entry.size = sizeOf(pictures);
      // The next one may have more luck.
      if (pictures.length === 0 && this.#pictures.get(key) === entry) this.#pictures.delete(key);
      this.#forgetPictures();
    });
    this.#forgetPictures();
    return taken;
  }

  /** Adds to the pictures that there are. Never rejects: a mail without its picture is better than none. */
  async #take(
    camera: string,
    most: number,
    before: Promise<readonly LinkagePicture[]>,
  ): Promise<readonly LinkagePicture[]> {
    const pictures = [...(await before)];
    while (pictures.length < most) {
      if (pictures.length > 0) await this.#pause();
      const next = await this.#parts.picture(camera).catch(() => undefined);
      if (next === undefined || sizeOf(pictures) + next.jpeg.length > MOST_OF_EVENT) break;
      pictures.push(next);
    }
    return pictures;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#parts.clock.after(PICTURE_PAUSE_MS, resolve);
    });
  }

  #forgetPictures(): void {
    let held = 0;
    for (const { size } of this.#pictures.values()) held += size;
    for (const [key, { size }] of this.#pictures) {
      if (this.#pictures.size <= MOST_PICTURED && held <= MOST_HELD) return;
      this.#pictures.delete(key);
      held -= size;
    }
  }

  #over({ request: { event, rule } }: ActionTask, result: EventAction): void {
    const { id, type, camera } = event;
    this.#parts.note(id, result);
    this.#parts.tell?.({ rule, event, result });
    const done = { event: id, type, ...(camera === undefined ? {} : { camera }), ...result };
    this.#lately = [done, ...this.#lately].slice(0, MOST_LATELY);
  }
}

function sizeOf(pictures: readonly LinkagePicture[]): number {
  return pictures.reduce((sum, { jpeg }) => sum + jpeg.length, 0);
}
