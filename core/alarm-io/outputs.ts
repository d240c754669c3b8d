// All alarm outputs: makes and ends them as config.json says, keeps which are on over a restart, and tells of every change.
// After a restart a latch is as it was; what was on for a time is switched off.
import { isDeepStrictEqual } from "node:util";
import { scheduleContext } from "../alarm/arming.ts";
import type { Clock } from "../clock.ts";
import type { DeepReadonly, FrozenConfig } from "../config/config-store.ts";
import type { OutputConfig, OutputDriverConfig } from "../config/output-config.ts";
import type { Db } from "../db/db.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import { ScheduleClock } from "../domain/schedule-clock.ts";
import { NightjarError } from "../errors.ts";
import type { OutputWish } from "../linkage/core-actions.ts";
import type { Log } from "../log.ts";
import { httpCall } from "./http-call.ts";
import { KeptValue } from "./kept-value.ts";
import { Output, type OutputDriver, type OutputState } from "./output.ts";

const KEY = "outputs";
/** Somebody who tries an output hears it for so long at most. */
const TEST_SECONDS = 5;

export interface OutputsParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  config(): FrozenConfig;
  /** Sends a message of an output over MQTT. Rejects with `NJ_MQTT_AWAY`. */
  publish(topic: string, payload: string): Promise<void>;
  /** What an output's device wants to see before it obeys over HTTP. */
  authorization(output: string): string | undefined;
  /** Switches what a camera has. */
  switchCamera(driver: CameraDriverConfig, on: boolean, signal: AbortSignal): Promise<void>;
  /** TCP ports that the recorder has opened: no output is switched by them. */
  ownPorts(): readonly number[];
  /** Called with each change of an output's state. */
  changed(output: string): void;
}

/** An output that is a camera's relay, siren or light. */
export type CameraDriverConfig = DeepReadonly<Extract<OutputDriverConfig, { kind: "camera" }>>;

interface Stored {
  readonly isLatched: boolean;
  readonly sinceMs?: number;
  readonly by?: string;
}

export class Outputs {
  readonly #parts: OutputsParts;
  readonly #outputs = new Map<string, Output>();
  /** That are on although the settings know them no more: their devices are told until they obey. */
  readonly #abandoned = new Set<Output>();
  readonly #schedules = new Map<string, ScheduleClock>();
  readonly #kept: KeptValue;

  constructor(parts: OutputsParts) {
    this.#parts = parts;
    this.#kept = new KeptValue({ ...parts, key: KEY, value: () => this.#stored() });
  }

  async start(): Promise<void> {
    const before = await keyValuesTable(this.#parts.db).get(KEY);
    this.settingsChanged();
    for (const [id, stored] of Object.entries((before ?? {}) as Readonly<Record<string, Stored>>))
      this.#outputs.get(id)?.restore(stored);
  }

  async stop(): Promise<void> {
    for (const output of [...this.#outputs.values(), ...this.#abandoned]) output.close();
    await this.#kept.close();
  }

  /** The settings may be others now. One that is switched otherwise, or not any more, is switched off as it was switched on. */
  settingsChanged(): void {
    const { outputs } = this.#parts.config();
    for (const [id, output] of this.#outputs) {
      const config = outputs.find((one) => one.id === id);
      if (config?.enabled === true && isDeepStrictEqual(config.driver, output.config.driver)) {
        output.rename(config);
        continue;
      }
      this.#outputs.delete(id);
      this.#abandon(output);
    }
    const context = scheduleContext(this.#parts.config());
    this.#schedules.clear();
    for (const config of outputs) {
      if (config.schedule !== undefined)
        this.#schedules.set(config.id, new ScheduleClock(config.schedule, context));
      if (!config.enabled || this.#outputs.has(config.id)) continue;
      const output = this.#make(config);
      this.#outputs.set(config.id, output);
      this.#takeOver(output);
    }
    this.#kept.changed();
  }

  /** How an output is; undefined: it is off by its settings, or there is none. */
  stateOf(id: string): OutputState | undefined {
    return this.#outputs.get(id)?.state;
  }

  /** Whether linkage may trigger it now. */
  isArmed(id: string): boolean {
    return this.#schedules.get(id)?.isOn(this.#parts.clock.wallMs()) !== false;
  }

  /** By hand: schedules have no say. Throws `NJ_OUTPUT_NOT_FOUND`, `NJ_OUTPUT_OFF`, and what the device's way throws. */
  async set(id: string, on: boolean, by: string, dwellSeconds?: number): Promise<void> {
    const output = this.#find(id);
    await (on ? output.trigger(by, dwellSeconds) : output.clear(by));
  }

  /** All that are enabled; those that fail do not keep the others. Throws for the first that failed. */
  async setAll(on: boolean, by: string): Promise<void> {
    const done = await Promise.allSettled([...this.#outputs.keys()].map((id) => this.set(id, on, by)));
    const failed = done.find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** What a rule wants. Answers the outputs that were left alone because they are not armed. */
  async wish(
    ids: readonly string[],
    { on, by, dwellSeconds, isTest }: OutputWish,
  ): Promise<readonly string[]> {
    const outputs = ids.flatMap((id) => this.#outputs.get(id) ?? []);
    const unarmed = isTest || !on ? [] : outputs.filter(({ config }) => !this.isArmed(config.id));
    const work = outputs
      .filter((output) => !unarmed.includes(output))
      .map((output) => {
        if (!on) return output.clear(by);
        const seconds = dwellSeconds ?? output.config.dwellSeconds;
        const short = seconds === 0 ? TEST_SECONDS : Math.min(seconds, TEST_SECONDS);
        return output.trigger(by, isTest ? short : seconds);
      });
    const failed = (await Promise.allSettled(work)).find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    // Those that there are have been switched all the same.
    for (const id of ids) this.#find(id);
    return unarmed.map(({ config }) => config.name);
  }

  /** Topics on which devices say how they are. */
  topics(): readonly string[] {
    return [...this.#outputs.values()].flatMap(({ config: { driver } }) =>
      driver.kind === "mqtt" && driver.stateTopic !== undefined ? [driver.stateTopic] : [],
    );
  }

  /** A message that came on one of these topics. What is neither word means nothing. */
  heard(topic: string, payload: Buffer): void {
    for (const output of this.#outputs.values()) {
      const { driver } = output.config;
      if (driver.kind !== "mqtt" || driver.stateTopic !== topic) continue;
      for (const on of [true, false]) {
        const word = Buffer.from(on ? driver.on : driver.off);
        if (payload.equals(word)) output.heard(on);
      }
    }
  }

  /** A camera tells how one of its relays is, whoever switched it. */
  reported(camera: string, relay: string, on: boolean): void {
    for (const output of this.#outputs.values()) {
      const { driver } = output.config;
      if (driver.kind === "camera" && driver.camera === camera && driver.relay === relay) output.heard(on);
    }
  }

  #find(id: string): Output {
    const output = this.#outputs.get(id);
    if (output !== undefined) return output;
    const config = this.#parts.config().outputs.find((one) => one.id === id);
    if (config === undefined)
      throw new NightjarError("NJ_OUTPUT_NOT_FOUND", "not-found", `there is no output "${id}"`);
    throw new NightjarError(
      "NJ_OUTPUT_OFF",
      "failed-precondition",
      `the output "${config.name}" is switched off in its settings`,
    );
  }

  #make(config: DeepReadonly<OutputConfig>): Output {
    const { clock, log } = this.#parts;
    const output: Output = new Output({
      ...{ config, clock, log, driver: this.#driverOf(config.id, config.driver) },
      changed: () => {
        if (!output.state.on && this.#abandoned.delete(output)) output.close();
        this.#kept.changed();
        this.#parts.changed(config.id);
      },
    });
    return output;
  }

  #driverOf(id: string, driver: DeepReadonly<OutputDriverConfig>): OutputDriver {
    switch (driver.kind) {
      case "virtual":
        return { set: async () => undefined };
      case "mqtt":
        return { set: (on) => this.#parts.publish(driver.topic, on ? driver.on : driver.off) };
      case "camera":
        return { set: (on, signal) => this.#parts.switchCamera(driver, on, signal) };
      case "http":
        return {
          set: (on, signal) =>
            httpCall(
              on ? driver.on : driver.off,
              this.#parts.authorization(id),
              this.#parts.ownPorts(),
              signal,
            ),
        };
    }
  }

  /** What still goes off by the same device goes off by this one: it is not to switch off what this one switches on later. */
  #takeOver(output: Output): void {
    for (const old of this.#abandoned) {
      if (!isDeepStrictEqual(old.config.driver, output.config.driver)) continue;
      this.#abandoned.delete(old);
      old.close();
      if (!output.state.on) output.restore({ isLatched: false });
    }
  }

  #abandon(output: Output): void {
    if (!output.state.on) {
      output.close();
      return;
    }
    // A device that is away is told once more after pauses, for as long as the recorder runs.
    this.#abandoned.add(output);
    output.clear("settings").catch((error: unknown) =>
      this.#parts.log.warn("an output that is not used any more was not switched off yet", {
        output: output.config.id,
        reason: String(error),
      }),
    );
  }

  #stored(): Readonly<Record<string, Stored>> {
    return Object.fromEntries(
      [...this.#outputs].flatMap(([id, { state }]) => {
        const { on, offAtMs, sinceMs, by } = state;
        if (!on) return [];
        const stored: Stored = {
          isLatched: offAtMs === undefined,
          ...(sinceMs === undefined ? {} : { sinceMs }),
          ...(by === undefined ? {} : { by }),
        };
        return [[id, stored]];
      }),
    );
  }
}
