// Puts linkage into the recorder: which actions there are, what they reach of recording, pictures and pages, where what came
// of them is kept, and the face that the API asks.
import { setTimeout as pause } from "node:timers/promises";
import type { EventEngine } from "../alarm/event-engine.ts";
import { actionView, eventView } from "../alarm/event-view.ts";
import type { Inputs } from "../alarm-io/inputs.ts";
import type { Outputs } from "../alarm-io/outputs.ts";
import type { CameraList } from "../cameras/camera-list.ts";
import type { Clock, Timer } from "../clock.ts";
import type { ConfigStore } from "../config/config-store.ts";
import type { Db } from "../db/db.ts";
import type { EventAction } from "../domain/alarm-event.ts";
import type { CameraId } from "../domain/ids.ts";
import { linkageActionName, pluginActionName } from "../domain/linkage-actions.ts";
import { time90kFromMs } from "../domain/time.ts";
import { NightjarError } from "../errors.ts";
import type { LinkageService as LinkageFace } from "../http/services.ts";
import { type CameraActionParts, cameraActions } from "../linkage/camera-actions.ts";
import { CapturedPictures } from "../linkage/captured-pictures.ts";
import { coreActions } from "../linkage/core-actions.ts";
import { hintSound } from "../linkage/hint-sounds.ts";
import { LinkageEngine, type LinkageTold, type WantedActions } from "../linkage/linkage-engine.ts";
import { ownTargetProblems } from "../linkage/own-target-problems.ts";
import { type ScreenParts, screenActions } from "../linkage/screen-actions.ts";
import { WaitingActions } from "../linkage/waiting-actions.ts";
import type { Log } from "../log.ts";
import type { LinkageCause, LinkageNames, LinkageResults } from "../mqtt/request-parts.ts";
import type { CapturedPicture, HookEvent } from "../plugin/contract/hook-data.ts";
import type { LinkageAccount, LinkageAction } from "../plugin/contract/linkage-action.ts";
import type { PluginRegistries } from "../plugin/host/plugin-registries.ts";
import { settingsProblems } from "../plugin/host/settings-problems.ts";
import type { RecordingService } from "../recording/recording-service.ts";

const PICTURE_WIDTH = 1_280;
/** Results are kept in batches: a storm of events must not become a storm of writes. */
const NOTE_PAUSE_MS = 100;
/** Somebody who tries an action sees so much of its recording. */
const TEST_RECORDING_MS = 10_000;
/** In the place of a rule, where a flow wants an action by itself. */
const FLOW = { id: "flow", name: "Flow" };

export interface LinkageServiceParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly db: Db;
  readonly config: ConfigStore;
  readonly engine: EventEngine;
  readonly list: Pick<CameraList, "find">;
  readonly recording: Pick<RecordingService, "recordForEvent">;
  /** Walls and open pages. */
  readonly screens: ScreenParts & { ended(event: number): void };
  /** Cameras that rules turn, with their sirens and lights. */
  readonly abilities: CameraActionParts;
  /** Alarm outputs that rules switch, and inputs that disarm actions. */
  readonly alarmIo: {
    readonly outputsOf: Pick<Outputs, "wish">;
    readonly inputsOf: Pick<Inputs, "disarmedBy">;
  };
  /** Folder of the pictures that are kept. */
  readonly folder: string;
  /** TCP ports that the recorder has opened: nothing is sent to them. */
  ownPorts(): readonly number[];
  /** Those that bring actions. */
  readonly plugins: {
    readonly registries: Pick<PluginRegistries, "linkageActions">;
    /** It came with Nightjar: its actions may have the ids of the table. */
    isBundled(plugin: string): boolean;
    /** It has leave to know accounts. */
    mayKnowAccounts(plugin: string): boolean;
  };
  /** The accounts that may see an event of this camera; undefined: of the recorder itself. */
  accountsSeeing(camera: string | undefined): Promise<readonly LinkageAccount[]>;
  /** A picture was kept with an event. */
  captured(picture: CapturedPicture): void;
  /** An event that is kept; undefined: there is none. */
  findEvent(id: number): Promise<HookEvent | undefined>;
  /** For whoever listens outside. */
  tell(told: LinkageTold): void;
  snapshot(camera: string, width: number): Promise<{ readonly jpeg: Buffer; readonly timeMs: number }>;
}

export class LinkageService implements LinkageFace {
  readonly #parts: LinkageServiceParts;
  readonly #captures: CapturedPictures;
  readonly #core: readonly LinkageAction[];
  readonly #engine: LinkageEngine;
  readonly #waiting: WaitingActions;
  #notes = new Map<number, EventAction[]>();
  #noting: Timer | undefined;
  #stop: (() => void) | undefined;

  constructor(parts: LinkageServiceParts) {
    const { clock, config, list, recording } = parts;
    this.#parts = parts;
    this.#captures = new CapturedPictures(parts.folder);
    this.#waiting = new WaitingActions({ db: parts.db, clock, log: parts.log });
    const own = coreActions({
      record(camera, { event, isTest }, seconds) {
        if (event.id > 0) return recording.recordForEvent(camera as CameraId, event.id, seconds);
        const nowMs = clock.wallMs();
        const cause = {
          eventId: event.id,
          type: event.type,
          camera: event.camera,
          eventTime90k: time90kFromMs(nowMs),
          until90k: time90kFromMs(nowMs + (isTest ? TEST_RECORDING_MS : 0)),
        };
        return recording.recordForEvent(camera as CameraId, cause, isTest ? 0 : seconds);
      },
      capture: async (camera, { event, isTest }) => {
        const { jpeg, timeMs } = await parts.snapshot(camera, PICTURE_WIDTH);
        // A picture of a test belongs to no event: that it could be taken is all there is to know.
        if (isTest) return { file: 0, camera, atMs: timeMs };
        if (event.id < 0) throw noEvent();
        const kept = await this.#captures.keep(event.id, camera, timeMs, jpeg);
        parts.captured({
          ...{ event: event.id, camera: camera as CameraId, file: kept.file, sizeBytes: jpeg.length },
          time: new Date(kept.atMs).toISOString(),
        });
        return kept;
      },
      setOutputs: (ids, wish) => parts.alarmIo.outputsOf.wish(ids, wish),
      wait: (ms, signal) => pause(ms, undefined, { signal }),
    });
    this.#core = [...own, ...screenActions(parts.screens), ...cameraActions(parts.abilities)];
    this.#engine = new LinkageEngine({
      ...{ clock, kept: this.#waiting },
      config: () => config.get().linkage,
      profile: () => config.get().alarms.profile,
      recorderName: () => config.get().node.name,
      timeZone: () => config.get().timeZone,
      cameraName: (camera) => list.find(camera)?.camera.name,
      findAction: (source) => this.#find(source)?.action,
      isOwnAction: (source) => this.#core.some(({ id }) => id === source),
      picture: async (camera) => {
        const { jpeg, timeMs } = await parts.snapshot(camera, PICTURE_WIDTH);
        return { camera, timeMs, jpeg: jpeg.toString("base64") };
      },
      accounts: async (source, camera) => {
        const plugin = this.#find(source)?.plugin;
        if (plugin === undefined || !parts.plugins.mayKnowAccounts(plugin)) return undefined;
        return parts.accountsSeeing(camera);
      },
      disarmedBy: (action, camera) => parts.alarmIo.inputsOf.disarmedBy(action, camera),
      note: (eventId, result) => this.#note(eventId, result),
      tell: (told) => parts.tell(told),
    });
  }

  async start(): Promise<void> {
    await this.#captures.open();
    this.#engine.takeUp(await this.#waiting.takenUp());
    this.#stop = this.#parts.engine.onEvent("linkage", (event, phase, isNew, isSaid) => {
      // What is told again because of what was done is no news.
      if (isSaid) return;
      if (isNew) {
        this.#engine.take(eventView(event), "start");
        const sound = hintSound(eventView(event), this.#parts.config.get().alarms.hints);
        if (sound !== undefined) this.#parts.screens.sound(sound);
      }
      if (phase !== "end") return;
      this.#engine.take(eventView(event), "end");
      this.#parts.screens.ended(event.id);
    });
  }

  async stop(): Promise<void> {
    this.#stop?.();
    await this.#engine.close();
    this.#noting?.cancel();
    await this.#writeNotes();
    await this.#waiting.close();
  }

  actions(): ReturnType<LinkageFace["actions"]> {
    return this.#all().map(({ source, plugin, action }) => ({
      source,
      displayName: action.displayName,
      ...(plugin === undefined ? {} : { plugin }),
      configSchema: action.configSchema as unknown as Record<string, unknown>,
      maxAgeSeconds: action.maxAgeSeconds,
    }));
  }

  lately(): ReturnType<LinkageFace["lately"]> {
    return this.#engine.lately.map(({ event, type, camera, ...result }) => ({
      event,
      type,
      ...(camera === undefined ? {} : { camera }),
      ...actionView(result),
    }));
  }

  problemsOf(rules: Parameters<LinkageFace["problemsOf"]>[0]): ReturnType<LinkageFace["problemsOf"]> {
    const ownPorts = this.#parts.ownPorts();
    return rules.flatMap(({ actions }, rule) =>
      actions.flatMap(({ action, settings }, index) => {
        const path = `/rules/${rule}/actions/${index}`;
        const known = this.#find(action)?.action;
        // One whose plugin is away stays as it is.
        if (known === undefined) return [];
        return [
          ...settingsProblems(known.configSchema, settings),
          ...ownTargetProblems(known.configSchema, settings, ownPorts),
        ].map((problem) => ({ ...problem, path: `${path}/settings${problem.path}` }));
      }),
    );
  }

  /** Why a rule cannot have an action with these settings; undefined: it can. */
  actionProblem(
    source: string,
    settings: Readonly<Record<string, unknown>>,
  ): "unknown-action" | "settings" | undefined {
    const known = this.#find(source)?.action;
    if (known === undefined) return "unknown-action";
    return settingsProblems(known.configSchema, settings).length > 0 ? "settings" : undefined;
  }

  async test(...[rule, camera]: Parameters<LinkageFace["test"]>): ReturnType<LinkageFace["test"]> {
    return (await this.#engine.test(rule, camera)).map(actionView);
  }

  /** The rules and actions that there are, by what people call them. */
  names(): LinkageNames {
    return {
      rules: this.#parts.config.get().linkage.rules.map(({ id, name }) => ({ id, name })),
      actions: this.#all().map(({ source, action }) => ({ id: source, name: action.displayName })),
    };
  }

  /** Does all actions of a rule, whatever the rule waits for. Throws `NJ_LINKAGE_RULE_NOT_FOUND`, `NJ_EVENT_NOT_FOUND`. */
  async runRule(id: string, cause: LinkageCause): Promise<LinkageResults> {
    const rule = this.#parts.config.get().linkage.rules.find((one) => one.id === id);
    if (rule === undefined)
      throw new NightjarError("NJ_LINKAGE_RULE_NOT_FOUND", "not-found", "there is no such rule");
    const { name, actions, cameras } = rule;
    const camera = cause.camera ?? (cause.event === undefined ? cameras?.[0] : undefined);
    return this.#run(
      { rule: { id, name }, actions },
      { ...cause, ...(camera === undefined ? {} : { camera }) },
    );
  }

  /** Does one action that no rule need name. Throws `NJ_EVENT_NOT_FOUND`. */
  runAction(
    action: string,
    settings: Readonly<Record<string, unknown>>,
    cause: LinkageCause,
  ): Promise<LinkageResults> {
    return this.#run({ rule: FLOW, actions: [{ action, settings: { ...settings } }] }, cause);
  }

  async #run(
    wanted: Pick<WantedActions, "rule" | "actions">,
    { event: id, camera }: LinkageCause,
  ): Promise<LinkageResults> {
    const event = id === undefined ? undefined : await this.#parts.findEvent(id);
    if (id !== undefined && event === undefined)
      throw new NightjarError("NJ_EVENT_NOT_FOUND", "not-found", "there is no such event");
    const done = await this.#engine.run({
      ...wanted,
      ...(event === undefined ? {} : { event }),
      ...(camera === undefined ? {} : { camera }),
    });
    return done.map(actionView);
  }

  capture(event: number, file: number): ReturnType<LinkageFace["capture"]> {
    return this.#captures.find(event, file);
  }

  #all() {
    const own = this.#core.map((action) => ({ source: action.id, plugin: undefined, action }));
    const { plugins } = this.#parts;
    const others = plugins.registries.linkageActions.owned().map(({ entry, plugin }) => ({
      source: pluginActionName(plugin, entry.id, plugins.isBundled(plugin)),
      ...{ plugin, action: entry },
    }));
    return [...own, ...others];
  }

  /** By the name that it has, or one that it had. */
  #find(given: string) {
    const name = linkageActionName(given);
    return this.#all().find(({ source }) => source === name);
  }

  #note(eventId: number, result: EventAction): void {
    const known = this.#notes.get(eventId);
    if (known === undefined) this.#notes.set(eventId, [result]);
    else known.push(result);
    this.#noting ??= this.#parts.clock.after(NOTE_PAUSE_MS, () => {
      this.#noting = undefined;
      void this.#writeNotes();
    });
  }

  async #writeNotes(): Promise<void> {
    const notes = this.#notes;
    if (notes.size === 0) return;
    this.#notes = new Map();
    try {
      await this.#parts.engine.noteActions(notes);
    } catch (error) {
      this.#parts.log.warn("what was done because of events could not be kept with them", {
        events: notes.size,
        reason: String(error),
      });
    }
  }
}

function noEvent(): NightjarError {
  return new NightjarError(
    "NJ_LINKAGE_NO_EVENT",
    "failed-precondition",
    "pictures are kept with an event, and none was named",
  );
}
