// Puts what cameras can do besides sending pictures into the recorder: listens to the events of all enabled cameras and passes them
// to the event engine, to alarm inputs and outputs; turns cameras for people and rules; switches relays, sirens and lights.
import { KeptValue } from "../alarm-io/kept-value.ts";
import { Output } from "../alarm-io/output.ts";
import type { CameraDriverConfig } from "../alarm-io/outputs.ts";
import { AUXILIARY_PARTS } from "../cameras/ability-answers.ts";
import { CameraControl } from "../cameras/camera-control.ts";
import { CameraEvents } from "../cameras/camera-events.ts";
import type { CameraList } from "../cameras/camera-list.ts";
import { KnownPresets } from "../cameras/known-presets.ts";
import { PtzHead, type PtzOrder, type PtzTarget } from "../cameras/ptz-head.ts";
import type { Clock } from "../clock.ts";
import type { OutputConfig } from "../config/output-config.ts";
import type { Db } from "../db/db.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import type { EventReport } from "../domain/alarm-event.ts";
import { isEventType } from "../domain/event-types.ts";
import { NightjarError } from "../errors.ts";
import type { CameraAbilityService } from "../http/services.ts";
import type { SirenWish } from "../linkage/camera-actions.ts";
import type { Log } from "../log.ts";
import type {
  AuxiliaryPart,
  CameraCapabilities,
  CameraPart,
  CameraReport,
  PtzVelocity,
} from "../plugin/contract/camera-abilities.ts";
import type { DescribedAbilities } from "../plugin/contract/hook-data.ts";

/** Of one camera: as many contacts as a driver can name. */
const MOST_CONTACTS = 300;
/** Presets of one camera that others are told of. */
const MOST_DESCRIBED = 50;
const SIRENS_KEY = "camera-sirens";

export interface CameraAbilitiesParts {
  readonly db: Db;
  readonly list: Pick<CameraList, "access" | "all" | "find">;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: { report(report: EventReport): void; end(report: EventReport): void };
  /** Who is told how contacts and relays are. */
  inputs(): { reported(camera: string, input: string, closed: boolean): void };
  outputs(): { reported(camera: string, relay: string, on: boolean): void };
  /** What a camera can do, or which of its sirens, lights and wipers is on, is another. */
  changed?(camera: string): void;
  /** Who looks at pictures is told that the camera sees something itself. */
  detection(): { wake(camera: string): void };
}

interface Listening {
  readonly settings: string;
  readonly events: CameraEvents;
}

export class CameraAbilitiesDesk implements CameraAbilityService {
  readonly #parts: CameraAbilitiesParts;
  readonly #control: CameraControl;
  readonly #presets: KnownPresets;
  readonly #listening = new Map<string, Listening>();
  readonly #heads = new Map<string, PtzHead>();
  readonly #contacts = new Map<string, Map<string, boolean>>();
  readonly #sirens = new Map<string, Output>();
  /** Which sirens and lights are on: a process that is killed leaves them to the next one. */
  readonly #keptSirens: KeptValue;
  #isRunning = false;

  constructor(parts: CameraAbilitiesParts) {
    this.#parts = parts;
    this.#control = new CameraControl({
      access: (camera) => parts.list.access(camera),
      learned: (camera) => this.#learned(camera),
    });
    this.#presets = new KnownPresets({
      ...{ clock: parts.clock, log: parts.log },
      ask: (camera) => this.#control.presets(camera),
      changed: (camera) => parts.changed?.(camera),
    });
    this.#keptSirens = new KeptValue({ ...parts, key: SIRENS_KEY, value: () => this.#sirensOn() });
  }

  /** Begins to listen. Call with the event engine and alarm inputs started. */
  async start(): Promise<void> {
    const before = await keyValuesTable(this.#parts.db).get(SIRENS_KEY);
    this.#isRunning = true;
    for (const key of Array.isArray(before) ? before : []) {
      const [camera = "", named] = String(key).split("/");
      const part = AUXILIARY_PARTS.find((one) => one === named);
      if (part !== undefined && this.#parts.list.find(camera) !== undefined)
        this.#siren(camera, part).restore({ isLatched: false });
    }
    for (const { camera } of this.#parts.list.all()) this.#follow(camera.id);
  }

  /** What goes on is left to the next process; what can be stopped stops. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    for (const { events } of this.#listening.values()) events.stop(false);
    const heads = [...this.#heads.values()].map((head) => head.close());
    // A siren that nobody is left to end would go on.
    const off = [...this.#sirens.values()].map(async (siren) => {
      if (siren.state.on) await siren.clear("restart");
    });
    await Promise.allSettled([...heads, ...off]);
    for (const siren of this.#sirens.values()) siren.close();
    this.#presets.close();
    await this.#keptSirens.close();
  }

  /** A camera came, went, or is another one now. */
  cameraChanged({ id }: { readonly id: string }): void {
    if (this.#isRunning) this.#follow(id);
  }

  async abilities(camera: string): Promise<CameraCapabilities> {
    return await this.#control.capabilities(camera);
  }

  async presets(camera: string): Promise<readonly CameraPart[]> {
    const presets = await this.#control.presets(camera);
    this.#presets.keep(camera, presets);
    return presets;
  }

  setPreset(
    camera: string,
    wanted: { readonly name: string; readonly preset?: string },
  ): Promise<CameraPart> {
    return this.#control.setPreset(camera, wanted).then(({ id }) => {
      this.#presets.learn(camera);
      return { id, name: wanted.name };
    });
  }

  async removePreset(camera: string, preset: string): Promise<void> {
    await this.#control.removePreset(camera, preset);
    this.#presets.learn(camera);
  }

  move(camera: string, velocity: PtzVelocity): Promise<{ readonly isNew: boolean }> {
    return this.#head(camera).move(velocity);
  }

  stopMoving(camera: string): Promise<void> {
    return this.#head(camera).halt();
  }

  goTo(camera: string, target: PtzTarget): Promise<void> {
    return this.#head(camera).goTo(target);
  }

  /** What a rule wants of a camera. */
  follow(camera: string, order: PtzOrder): Promise<{ readonly goesBack: boolean }> {
    return this.#head(camera).follow(order);
  }

  async switchCamera(
    { camera, relay, part }: CameraDriverConfig,
    on: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    if (relay !== undefined) await this.#control.setRelay(camera, { relay, on }, signal);
    else if (part !== undefined) await this.#control.setAuxiliary(camera, { part, on }, signal);
  }

  contactOf(camera: string, input: string): boolean | undefined {
    return this.#contacts.get(camera)?.get(input);
  }

  /** Has siren and light of cameras go on for a while, or off. Answers the parts that a camera has none of. */
  async siren({ cameras, parts, on, seconds, by }: SirenWish): Promise<readonly string[]> {
    const lacking: string[] = [];
    const work = cameras.flatMap((camera) =>
      parts.map(async (part) => {
        const { auxiliary = [] } = await this.#control.capabilities(camera);
        if (auxiliary.includes(part)) {
          const siren = this.#siren(camera, part);
          await (on ? siren.trigger(by, seconds) : siren.clear(by));
        } else lacking.push(`${camera}: ${part}`);
      }),
    );
    const failed = (await Promise.allSettled(work)).find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return lacking;
  }

  /** Sirens, lights and wipers that a camera has, as far as that is known by now, and which are on. */
  auxiliaryStates(camera: string): readonly { readonly part: AuxiliaryPart; readonly on: boolean }[] {
    const { auxiliary = [] } = this.#control.known(camera) ?? {};
    return [...new Set(auxiliary)].map((part) => ({
      part,
      on: this.#sirens.get(`${camera}/${part}`)?.state.on === true,
    }));
  }

  /** What of a camera can be turned and switched; undefined: it has not said yet. */
  described(camera: string): DescribedAbilities | undefined {
    const can = this.#control.known(camera);
    const presets = can?.ptz?.presets === true ? this.#presets.of(camera) : [];
    if (can === undefined || presets === undefined) return undefined;
    const { move = false, zoom = false } = can.ptz ?? {};
    return {
      ...(move || zoom ? { ptz: { move, zoom } } : {}),
      presets: presets.slice(0, MOST_DESCRIBED),
      auxiliary: [...new Set(can.auxiliary ?? [])],
    };
  }

  #learned(camera: string): void {
    if (this.#control.known(camera)?.ptz?.presets === true) this.#presets.learn(camera);
    else this.#presets.forget(camera);
    this.#parts.changed?.(camera);
  }

  #follow(id: string): void {
    const found = this.#parts.list.find(id)?.camera;
    const settings = found?.enabled === true ? JSON.stringify([found.driver, found.config]) : undefined;
    const present = this.#listening.get(id);
    if (present !== undefined && present.settings === settings) return;
    present?.events.stop(true);
    this.#listening.delete(id);
    this.#contacts.delete(id);
    this.#control.forget(id);
    void this.#heads.get(id)?.close();
    this.#heads.delete(id);
    if (settings === undefined) {
      this.#endSirens(id);
      return;
    }
    const { clock, log } = this.#parts;
    const events = new CameraEvents({
      ...{ camera: id, control: this.#control, clock, log },
      told: (report) => this.#told(id, report),
    });
    this.#listening.set(id, { settings, events });
    events.start();
  }

  #told(camera: string, report: CameraReport): void {
    const { events, inputs, outputs, detection } = this.#parts;
    if (report.kind === "input") {
      const contacts = this.#contacts.get(camera) ?? new Map<string, boolean>();
      this.#contacts.set(camera, contacts);
      if (contacts.size < MOST_CONTACTS || contacts.has(report.input))
        contacts.set(report.input, report.closed);
      inputs().reported(camera, report.input, report.closed);
    } else if (report.kind === "relay") outputs().reported(camera, report.relay, report.on);
    else if (isEventType(report.type)) {
      const { type, rule, phase } = report;
      const event: EventReport = { type, camera, source: "camera", ...(rule === undefined ? {} : { rule }) };
      if (phase !== "end") {
        events.report({ ...event, lasts: phase === "begin" });
        detection().wake(camera);
      }
      if (phase !== "begin") events.end(event);
    }
  }

  #head(camera: string): PtzHead {
    const known = this.#heads.get(camera);
    if (known !== undefined) return known;
    if (this.#parts.list.find(camera) === undefined)
      throw new NightjarError(
        "NJ_CAMERA_NOT_FOUND",
        "not-found",
        `there is no camera "${camera.slice(0, 64)}"`,
      );
    const { clock, log } = this.#parts;
    const head = new PtzHead({ camera, control: this.#control, clock, log });
    this.#heads.set(camera, head);
    return head;
  }

  /** Nothing of a camera that is off or gone goes on: its sirens are told to be off until they are. */
  #endSirens(camera: string): void {
    for (const [key, siren] of this.#sirens) {
      if (!key.startsWith(`${camera}/`)) continue;
      // One that did not answer last may be on all the same.
      if (!siren.state.on && siren.state.reason === undefined) {
        siren.close();
        this.#sirens.delete(key);
        continue;
      }
      siren.clear("settings").then(
        () => {
          // It may be enabled again, and sound, by now.
          if (siren.state.on || this.#sirens.get(key) !== siren) return;
          siren.close();
          this.#sirens.delete(key);
        },
        (error: unknown) =>
          this.#parts.log.warn("a siren of a camera that is off or gone was not switched off yet", {
            camera,
            reason: String(error),
          }),
      );
    }
  }

  #sirensOn(): readonly string[] {
    return [...this.#sirens].filter(([, { state }]) => state.on).map(([key]) => key);
  }

  /** Switched like an alarm output: off after its time, and tried until it is. */
  #siren(camera: string, part: AuxiliaryPart): Output {
    const key = `${camera}/${part}`;
    const known = this.#sirens.get(key);
    if (known !== undefined) return known;
    const driver: CameraDriverConfig = { kind: "camera", camera, part };
    const config: OutputConfig = {
      id: `${camera}-${part}`,
      name: part,
      enabled: true,
      driver,
      dwellSeconds: 5,
    };
    const { clock, log } = this.#parts;
    const siren = new Output({
      ...{ config, clock, log },
      changed: () => {
        this.#keptSirens.changed();
        this.#parts.changed?.(camera);
      },
      driver: { set: (on, signal) => this.switchCamera(driver, on, signal) },
    });
    this.#sirens.set(key, siren);
    return siren;
  }
}
