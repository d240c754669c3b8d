// All alarm inputs: makes and ends them as config.json says, hears their signals, raises events, and knows which linkage
// actions are disarmed. What a contact said last outlives a restart: an alarm that lasts is told of again.
import { isDeepStrictEqual } from "node:util";
import { scheduleContext } from "../alarm/arming.ts";
import type { Clock, Timer } from "../clock.ts";
import type { DeepReadonly, FrozenConfig } from "../config/config-store.ts";
import type { InputConfig } from "../config/input-config.ts";
import type { Db } from "../db/db.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import type { EventReport } from "../domain/alarm-event.ts";
import { ScheduleClock } from "../domain/schedule-clock.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import { Input, type InputState } from "./input.ts";
import { KeptValue } from "./kept-value.ts";
import { signalOf } from "./mqtt-signal.ts";

const KEY = "inputs";
const EDGES_MS = 1_000;

export interface InputsParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  config(): FrozenConfig;
  /** Who is told of alarms as events. */
  readonly events: { report(report: EventReport): void; end(report: EventReport): void };
  /** How a contact at a camera is, as far as that is known. */
  contactOf(camera: string, input: string): boolean | undefined;
  /** Called with each change of an input's state. */
  changed(input: string): void;
  /** Linkage actions are disarmed, or armed again, by an input. */
  disarmed(input: string, isDisarmed: boolean, by: string | undefined): void;
}

export class Inputs {
  readonly #parts: InputsParts;
  readonly #inputs = new Map<string, Input>();
  readonly #schedules = new Map<string, ScheduleClock>();
  /** Events that go on, by input. */
  readonly #raised = new Map<string, readonly EventReport[]>();
  /** While an input with a schedule is active, at whose edges its alarm begins and ends. */
  #edges: Timer | undefined;
  readonly #kept: KeptValue;

  constructor(parts: InputsParts) {
    this.#parts = parts;
    this.#kept = new KeptValue({ ...parts, key: KEY, value: () => this.#stored() });
  }

  /** Call with the event engine started. */
  async start(): Promise<void> {
    const before = await keyValuesTable(this.#parts.db).get(KEY);
    this.settingsChanged();
    for (const [id, closed] of Object.entries((before ?? {}) as Readonly<Record<string, boolean>>))
      if (typeof closed === "boolean") this.#inputs.get(id)?.signal(closed, "restart");
  }

  /** Events that go on are left to their engine, which ends them as those of a process that ended. */
  async stop(): Promise<void> {
    this.#edges?.cancel();
    for (const input of this.#inputs.values()) input.halt();
    await this.#kept.close();
  }

  /** The settings may be others now: those that have changed begin anew, with what their contact said last. */
  settingsChanged(): void {
    const { inputs } = this.#parts.config();
    const context = scheduleContext(this.#parts.config());
    this.#schedules.clear();
    for (const { id, schedule } of inputs)
      if (schedule !== undefined) this.#schedules.set(id, new ScheduleClock(schedule, context));
    const said = new Map<string, InputState>();
    for (const [id, input] of this.#inputs) {
      const config = inputs.find((one) => one.id === id);
      if (config?.enabled === true && isDeepStrictEqual(config, input.config)) continue;
      input.close();
      this.#inputs.delete(id);
      if (isDeepStrictEqual(config?.source, input.config.source)) said.set(id, input.state);
    }
    for (const config of inputs) {
      if (!config.enabled || this.#inputs.has(config.id)) continue;
      const input = this.#make(config);
      this.#inputs.set(config.id, input);
      const { closed, by } = said.get(config.id) ?? this.#atCamera(config);
      if (closed !== undefined && config.holdSeconds === 0) input.signal(closed, by ?? "settings");
    }
    this.#lookAtEdges();
    this.#kept.changed();
  }

  /** How an input is; undefined: it is off, or there is none. */
  stateOf(id: string): InputState | undefined {
    return this.#inputs.get(id)?.state;
  }

  /** Whether its alarms count now: its own schedule. */
  isArmed(id: string): boolean {
    return this.#schedules.get(id)?.isOn(this.#parts.clock.wallMs()) !== false;
  }

  /** Somebody closes or opens a virtual contact. Throws `NJ_INPUT_NOT_FOUND`, `NJ_INPUT_KIND`. */
  set(id: string, closed: boolean, by: string): void {
    const input = this.#find(id);
    if (input.config.source.kind !== "virtual") {
      throw new NightjarError(
        "NJ_INPUT_KIND",
        "failed-precondition",
        `the input "${input.config.name}" is no virtual one: its sensor alone says how it is`,
      );
    }
    input.signal(closed, by);
  }

  /** Whoever knows an input's token says how it is. Who it was has been checked. Throws `NJ_INPUT_NOT_FOUND`. */
  called(id: string, closed: boolean): void {
    const input = this.#inputs.get(id);
    if (input?.config.source.kind !== "http") throw noInput();
    input.signal(closed, "http");
  }

  /** A camera tells how one of its contacts is. */
  reported(camera: string, contact: string, closed: boolean): void {
    for (const input of this.#inputs.values()) {
      const { source } = input.config;
      if (source.kind === "camera" && source.camera === camera && source.input === contact)
        input.signal(closed, "camera");
    }
  }

  /** Topics on which sensors speak. */
  topics(): readonly string[] {
    return [...this.#inputs.values()].flatMap(({ config: { source } }) =>
      source.kind === "mqtt" ? [source.topic] : [],
    );
  }

  /** A message that came on one of these topics. */
  heard(topic: string, payload: Buffer, isKept = false): void {
    for (const input of this.#inputs.values()) {
      const { source, holdSeconds } = input.config;
      if (source.kind !== "mqtt" || source.topic !== topic) continue;
      // A press that was kept at the broker is an old one.
      if (isKept && holdSeconds > 0) continue;
      const closed = signalOf(source, payload);
      if (closed !== undefined) input.signal(closed, "mqtt");
    }
  }

  /** The input that keeps an action from being done for events of a camera (undefined: of the recorder); undefined: none. */
  disarmedBy(action: string, camera: string | undefined): string | undefined {
    for (const [id, { config, state }] of this.#inputs) {
      if (config.use !== "one-key-disarm" || !state.active || !this.isArmed(id)) continue;
      const isAction = config.disarms.length === 0 || config.disarms.includes(action);
      const isCamera =
        config.cameras.length === 0 || (camera !== undefined && config.cameras.includes(camera));
      if (isAction && isCamera) return config.name;
    }
    return undefined;
  }

  /** What a camera has told of a contact before there was an input for it. */
  #atCamera({ source }: DeepReadonly<InputConfig>): { readonly closed?: boolean; readonly by?: string } {
    const closed = source.kind === "camera" ? this.#parts.contactOf(source.camera, source.input) : undefined;
    return closed === undefined ? {} : { closed, by: "camera" };
  }

  #find(id: string): Input {
    const input = this.#inputs.get(id);
    if (input === undefined) throw noInput();
    return input;
  }

  #make(config: DeepReadonly<InputConfig>): Input {
    const { clock } = this.#parts;
    const input: Input = new Input({
      ...{ config, clock },
      turned: (active) => this.#turned(input, active),
      changed: () => {
        this.#kept.changed();
        this.#parts.changed(config.id);
      },
    });
    return input;
  }

  #turned({ config, state }: Input, active: boolean): void {
    const { id, use } = config;
    if (use === "one-key-disarm") this.#parts.disarmed(id, active, state.by);
    else if (!active) this.#lower(id);
    else if (this.isArmed(id)) this.#raise(config);
    if (active && use === "alarm" && this.#schedules.has(id))
      this.#edges ??= this.#parts.clock.every(EDGES_MS, () => this.#lookAtEdges());
  }

  /** A door that stands open when its schedule begins alarms then; one whose schedule ends does so no more. */
  #lookAtEdges(): void {
    let isWatched = false;
    for (const [id, { config, state }] of this.#inputs) {
      if (!state.active || config.use !== "alarm") continue;
      isWatched ||= this.#schedules.has(id);
      if (!this.isArmed(id)) this.#lower(id);
      else if (!this.#raised.has(id)) this.#raise(config);
    }
    if (isWatched) return;
    this.#edges?.cancel();
    this.#edges = undefined;
  }

  #lower(id: string): void {
    const { events, clock } = this.#parts;
    for (const report of this.#raised.get(id) ?? []) events.end({ ...report, timeMs: clock.wallMs() });
    this.#raised.delete(id);
  }

  #raise({ id, name, cameras }: DeepReadonly<InputConfig>): void {
    const { events, clock } = this.#parts;
    const ofCameras = cameras.length === 0 ? [undefined] : cameras;
    const reports = ofCameras.map(
      (camera): EventReport => ({
        ...{ type: "alarm-input", camera, source: "input", subject: id },
        ...{ timeMs: clock.wallMs(), lasts: true, detail: { input: id, name } },
      }),
    );
    this.#raised.set(id, reports);
    for (const report of reports) events.report(report);
  }

  #stored(): Readonly<Record<string, boolean>> {
    return Object.fromEntries(
      [...this.#inputs].flatMap(([id, { state, config }]) =>
        state.closed === undefined || config.holdSeconds > 0 ? [] : [[id, state.closed]],
      ),
    );
  }
}

function noInput(): NightjarError {
  return new NightjarError(
    "NJ_INPUT_NOT_FOUND",
    "not-found",
    "there is no such input, or it is switched off",
  );
}
