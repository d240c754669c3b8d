// Puts alarm inputs and outputs into the recorder: what they are told by, whom they tell, their secrets, and the faces that the
// API and MQTT ask.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { Inputs } from "../alarm-io/inputs.ts";
import { type CameraDriverConfig, Outputs } from "../alarm-io/outputs.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config/config-schema.ts";
import type { ConfigStore, FrozenConfig } from "../config/config-store.ts";
import { outputOrigins } from "../config/output-config.ts";
import type { SecretStore } from "../config/secret-store.ts";
import type { Db } from "../db/db.ts";
import type { EventReport } from "../domain/alarm-event.ts";
import { NightjarError } from "../errors.ts";
import type { InputView, OutputView } from "../http/alarm-io-schemas.ts";
import type { ChangeFeed } from "../http/change-feed.ts";
import type { AlarmIoService as AlarmIoFace } from "../http/services.ts";
import type { Log } from "../log.ts";
import type { AlarmIoControl } from "../mqtt/alarm-io-control.ts";
import type { MqttService } from "../mqtt/mqtt-service.ts";
import type { AuditLog } from "../users/audit-log.ts";

const TOKEN_BYTES = 24;

export interface AlarmIoParts {
  readonly db: Db;
  readonly config: ConfigStore;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: { report(report: EventReport): void; end(report: EventReport): void };
  readonly audit: Pick<AuditLog, "record">;
  publish(topic: string, payload: string): Promise<void>;
  switchCamera(driver: CameraDriverConfig, on: boolean, signal: AbortSignal): Promise<void>;
  contactOf(camera: string, input: string): boolean | undefined;
  ownPorts(): readonly number[];
  outputChanged(output: OutputView): void;
  inputChanged(input: InputView): void;
  /** Topics of other programs that are listened to may be others now, or some are gone. */
  settingsChanged(): void;
}

export class AlarmIo implements AlarmIoFace, AlarmIoControl {
  readonly outputsOf: Outputs;
  readonly inputsOf: Inputs;
  readonly #parts: AlarmIoParts;
  #stopFollowing: () => void = () => undefined;

  constructor(parts: AlarmIoParts) {
    this.#parts = parts;
    const { secrets, config } = parts;
    const common = { ...parts, config: () => config.get() };
    this.outputsOf = new Outputs({
      ...common,
      authorization: (id) => secrets.get(authorizationOf(id)),
      changed: (id) => {
        const view = this.outputs().find((one) => one.id === id);
        if (view !== undefined) parts.outputChanged(view);
      },
    });
    this.inputsOf = new Inputs({
      ...common,
      changed: (id) => {
        const view = this.inputs().find((one) => one.id === id);
        if (view !== undefined) parts.inputChanged(view);
      },
      disarmed: (input, isDisarmed, by) =>
        parts.audit.record({
          userName: by ?? "input",
          remoteAddress: "",
          action: isDisarmed ? "linkage-disarmed" : "linkage-rearmed",
          detail: { input },
        }),
    });
  }

  /** Alarms that still last are told of again: call when whoever records because of them listens. */
  async start(): Promise<void> {
    await this.outputsOf.start();
    await this.inputsOf.start();
    this.#stopFollowing = this.#parts.config.onChange("alarm inputs and outputs", (next, previous) => {
      if (isOther(next, previous)) this.#apply();
    });
    this.#apply();
  }

  async stop(): Promise<void> {
    this.#stopFollowing();
    await this.inputsOf.stop();
    await this.outputsOf.stop();
  }

  outputs(): OutputView[] {
    return this.#config().outputs.map(({ id, name, enabled, driver, dwellSeconds }) => {
      const { on = false, sinceMs, offAtMs, by, reason } = this.outputsOf.stateOf(id) ?? {};
      return {
        ...{ id, name, kind: driver.kind, enabled, armed: this.outputsOf.isArmed(id), on, dwellSeconds },
        ...(sinceMs === undefined ? {} : { since: new Date(sinceMs).toISOString() }),
        ...(offAtMs === undefined ? {} : { offAt: new Date(offAtMs).toISOString() }),
        ...(by === undefined ? {} : { by }),
        ...(reason === undefined ? {} : { reason }),
      };
    });
  }

  inputs(): InputView[] {
    return this.#config().inputs.map(({ id, name, enabled, source, use, cameras }) => {
      const { active = false, closed, sinceMs, by } = this.inputsOf.stateOf(id) ?? {};
      return {
        ...{ id, name, kind: source.kind, enabled, use, active, armed: this.inputsOf.isArmed(id) },
        contact:
          closed === undefined ? ("unknown" as const) : closed ? ("closed" as const) : ("open" as const),
        cameras: [...cameras],
        ...(sinceMs === undefined ? {} : { since: new Date(sinceMs).toISOString() }),
        ...(by === undefined ? {} : { by }),
      };
    });
  }

  setOutput(id: string, on: boolean, by: string, dwellSeconds?: number): Promise<void> {
    return this.outputsOf.set(id, on, by, dwellSeconds);
  }

  setAllOutputs(on: boolean, by: string): Promise<void> {
    return this.outputsOf.setAll(on, by);
  }

  setInput(id: string, closed: boolean, by: string): void {
    this.inputsOf.set(id, closed, by);
  }

  signalInput(id: string, token: string, closed: boolean): void {
    const known = this.#parts.secrets.find(tokenOf(id));
    // Of one length, so that time tells nothing.
    if (known === undefined || !timingSafeEqual(hashOf(token), hashOf(known)))
      throw new NightjarError(
        "NJ_INPUT_NOT_FOUND",
        "not-found",
        "there is no such input, or it is switched off",
      );
    this.inputsOf.called(id, closed);
  }

  outputSettings(): ReturnType<AlarmIoFace["outputSettings"]> {
    const outputs = structuredClone(this.#config().outputs) as Config["outputs"];
    const authorized = outputs
      .map(({ id }) => id)
      .filter((id) => this.#parts.secrets.has(authorizationOf(id)));
    return { stamp: stampOf(outputs), outputs, authorized };
  }

  inputSettings(): ReturnType<AlarmIoFace["inputSettings"]> {
    const inputs = structuredClone(this.#config().inputs) as Config["inputs"];
    const tokens = inputs.map(({ id }) => id).filter((id) => this.#parts.secrets.has(tokenOf(id)));
    return { stamp: stampOf(inputs), inputs, tokens };
  }

  async changeOutputs(outputs: Config["outputs"], stamp: string | undefined): Promise<void> {
    const { config, secrets } = this.#parts;
    const edit = (draft: Config): void => {
      checkStamp(draft.outputs, stamp);
      draft.outputs = outputs;
    };
    // What was meant for one device is not told to another one: it goes before that one is in force. One without a device before
    // may have the id of one that was taken out of config.json by hand.
    await config.updateAfter(edit, async (next, { outputs: before }) => {
      for (const { id, driver } of next.outputs) {
        const old = before.find((one) => one.id === id)?.driver;
        if (old === undefined || outputOrigins(old) !== outputOrigins(driver))
          await secrets.delete(authorizationOf(id));
      }
    });
    await this.#forgetSecrets("output/", outputs, ({ driver }) => driver.kind === "http");
  }

  async changeInputs(inputs: Config["inputs"], stamp: string | undefined): Promise<void> {
    const { config, secrets } = this.#parts;
    const edit = (draft: Config): void => {
      checkStamp(draft.inputs, stamp);
      draft.inputs = inputs;
    };
    await config.updateAfter(edit, async (next, { inputs: before }) => {
      const old = new Set(before.map(({ id }) => id));
      for (const { id } of next.inputs) if (!old.has(id)) await secrets.delete(tokenOf(id));
    });
    await this.#forgetSecrets("input/", inputs, ({ source }) => source.kind === "http");
  }

  async setAuthorization(id: string, authorization: string | undefined): Promise<void> {
    if (!this.#config().outputs.some((one) => one.id === id))
      throw new NightjarError("NJ_OUTPUT_NOT_FOUND", "not-found", `there is no output "${id}"`);
    const { secrets } = this.#parts;
    if (authorization === undefined) await secrets.delete(authorizationOf(id));
    else await secrets.set(authorizationOf(id), authorization);
  }

  async newToken(id: string): Promise<string> {
    if (!this.#config().inputs.some((one) => one.id === id && one.source.kind === "http"))
      throw new NightjarError(
        "NJ_INPUT_NOT_FOUND",
        "not-found",
        `there is no input "${id}" that is called over HTTP`,
      );
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    await this.#parts.secrets.set(tokenOf(id), token);
    return token;
  }

  /** Topics of other programs that are listened to. */
  topics(): readonly string[] {
    return [...new Set([...this.inputsOf.topics(), ...this.outputsOf.topics()])];
  }

  /** A message that came on one of them. */
  heard(topic: string, payload: Buffer, isKept: boolean): void {
    this.inputsOf.heard(topic, payload, isKept);
    this.outputsOf.heard(topic, payload);
  }

  #config(): FrozenConfig {
    return this.#parts.config.get();
  }

  #apply(): void {
    this.outputsOf.settingsChanged();
    this.inputsOf.settingsChanged();
    for (const output of this.outputs()) this.#parts.outputChanged(output);
    for (const input of this.inputs()) this.#parts.inputChanged(input);
    this.#parts.settingsChanged();
  }

  /** A secret of one that is gone must not be that of another one which gets its id later. */
  async #forgetSecrets<T extends { readonly id: string }>(
    prefix: string,
    present: readonly T[],
    isKept: (one: T) => boolean,
  ): Promise<void> {
    const { secrets } = this.#parts;
    const kept = new Set(present.filter(isKept).map(({ id }) => id));
    for (const name of secrets.names(prefix))
      if (!kept.has(name.split("/")[1] ?? "")) await secrets.delete(name);
  }
}

/** Makes them, with what they are told by and whom they tell in the core process. */
export function alarmInputsAndOutputs({
  users,
  changes,
  mqtt,
  abilities,
  ...parts
}: Pick<AlarmIoParts, "db" | "config" | "secrets" | "clock" | "log" | "events" | "ownPorts"> & {
  /** Cameras, which have relays and contacts of their own. */
  readonly abilities: Pick<AlarmIoParts, "switchCamera" | "contactOf">;
  readonly users: { readonly audit: AuditLog };
  readonly changes: Pick<ChangeFeed, "publish">;
  mqtt(): Pick<MqttService, "publishOther" | "alarmIoChanged">;
}): AlarmIo {
  return new AlarmIo({
    ...{ ...parts, audit: users.audit },
    publish: (topic, payload) => mqtt().publishOther(topic, payload),
    switchCamera: (driver, on, signal) => abilities.switchCamera(driver, on, signal),
    contactOf: (camera, input) => abilities.contactOf(camera, input),
    outputChanged: (output) => changes.publish({ type: "output", output }),
    inputChanged: (input) => changes.publish({ type: "input", input }),
    settingsChanged: () => mqtt().alarmIoChanged(),
  });
}

function isOther(next: FrozenConfig, previous: FrozenConfig): boolean {
  return (["inputs", "outputs", "alarms", "timeZone"] as const).some(
    (part) => JSON.stringify(next[part]) !== JSON.stringify(previous[part]),
  );
}

function authorizationOf(output: string): string {
  return `output/${output}/authorization`;
}

function tokenOf(input: string): string {
  return `input/${input}/token`;
}

function hashOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

function stampOf(settings: unknown): string {
  return createHash("sha256").update(JSON.stringify(settings)).digest("hex").slice(0, 32);
}

function checkStamp(settings: unknown, stamp: string | undefined): void {
  if (stamp === undefined || stamp === stampOf(settings)) return;
  throw new NightjarError(
    "NJ_ALARM_IO_CHANGED",
    "failed-precondition",
    "the settings have been changed meanwhile; nothing was changed now",
  );
}
