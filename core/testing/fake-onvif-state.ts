// The state of a fake ONVIF device: where it looks, its presets, relays, inputs and subscriptions, and what it has to tell.
import type { PtzVelocity } from "../plugin/contract/camera-abilities.ts";

/** A media profile of a fake device; what is left out is that of an ordinary one. */
export interface FakeOnvifProfile {
  readonly token?: string;
  /** The video source: two of them make a device with two channels. */
  readonly source?: string;
  readonly encoding?: "H264" | "H265" | "JPEG";
  readonly width?: number;
  readonly height?: number;
  /** Where its pictures are; the device names its own host in it. */
  readonly url?: string;
}

/** Where a fake device looks, in its own numbers: each from -1 to 1. */
export interface FakeOnvifView {
  readonly pan: number;
  readonly tilt: number;
  readonly zoom: number;
}

/** A preset of a fake device; its name is as it stands in XML. */
export interface FakeOnvifPreset extends FakeOnvifView {
  readonly name: string;
}

/** How a fake device is now, and what happens to it. */
export interface FakeOnvifScene {
  readonly position: FakeOnvifView;
  /** True while it turns or zooms. */
  readonly isMoving: boolean;
  readonly presets: ReadonlyMap<string, FakeOnvifPreset>;
  readonly relays: ReadonlyMap<string, boolean>;
  /** By the first part of their words: `tt:Siren`. */
  readonly auxiliary: ReadonlyMap<string, boolean>;
  /** The patrol that runs. */
  readonly tour: string | undefined;
  /** Who listens. */
  readonly subscriptions: ReadonlyMap<string, unknown>;
  turnTo(position: FakeOnvifView): void;
  /** A contact closes or opens: `input0`, `input1`. */
  setInput(token: string, closed: boolean): void;
  setMotion(isOn: boolean): void;
  /** How far its clock is ahead. */
  setClock(offsetMs: number): void;
  /** Tells all who listen; the message as `onvifMessage` makes it. */
  tell(message: string): void;
  /** As a device that was switched off and on again. */
  forgetSubscriptions(): void;
}

/** How a fake device is, all of it given. */
export interface FakeOnvifSettings {
  readonly profiles: readonly Required<FakeOnvifProfile>[];
  readonly hasPtz: boolean;
  readonly media2: boolean;
  readonly auxiliary: readonly string[];
  readonly clockOffsetMs: number;
  /** The host that it names in its addresses; undefined: the one that it is reached at. */
  readonly namedHost: string | undefined;
  /** A reference that requests of a subscription must bring. */
  readonly hasReference: boolean;
}

interface Subscription {
  readonly waiting: string[];
  wake: (() => void) | undefined;
}

/** Units a second at full speed. */
const SPEED = 1;

export class FakeOnvifState implements FakeOnvifScene {
  readonly options: FakeOnvifSettings;
  readonly presets = new Map<string, FakeOnvifPreset>([
    ["1", { name: "Gate", pan: -0.5, tilt: 0.1, zoom: 0 }],
    ["2", { name: "Yard &amp; shed", pan: 0.5, tilt: 0.2, zoom: 0.4 }],
  ]);
  readonly relays = new Map([
    ["relay0", false],
    ["relay1", false],
  ]);
  readonly inputs = new Map([
    ["input0", false],
    ["input1", false],
  ]);
  readonly auxiliary = new Map<string, boolean>();
  readonly subscriptions = new Map<string, Subscription>();
  /** The patrol that runs. */
  tour: string | undefined;
  port = 0;
  isSecure = false;
  clockOffsetMs: number;
  #position: FakeOnvifView = { pan: 0, tilt: 0, zoom: 0 };
  #moving: { readonly velocity: PtzVelocity; readonly sinceMs: number; readonly untilMs: number } | undefined;
  #motion = false;
  #number = 0;

  constructor(options: FakeOnvifSettings) {
    this.options = options;
    this.clockOffsetMs = options.clockOffsetMs;
  }

  /** Where it looks now. */
  get position(): FakeOnvifView {
    const moving = this.#moving;
    if (moving === undefined) return this.#position;
    const seconds = (Math.min(performance.now(), moving.untilMs) - moving.sinceMs) / 1_000;
    const along = (from: number, speed: number): number =>
      Math.min(1, Math.max(-1, from + speed * SPEED * seconds));
    return {
      pan: along(this.#position.pan, moving.velocity.pan),
      tilt: along(this.#position.tilt, moving.velocity.tilt),
      zoom: along(this.#position.zoom, moving.velocity.zoom),
    };
  }

  /** True while it turns or zooms. */
  get isMoving(): boolean {
    return this.#moving !== undefined && performance.now() < this.#moving.untilMs;
  }

  move(velocity: PtzVelocity, forMs: number): void {
    this.#position = this.position;
    const sinceMs = performance.now();
    this.#moving = { velocity, sinceMs, untilMs: sinceMs + forMs };
  }

  halt(): void {
    this.turnTo(this.position);
  }

  turnTo(position: FakeOnvifView): void {
    this.#moving = undefined;
    this.#position = position;
  }

  goToPreset(token: string): boolean {
    const preset = this.presets.get(token);
    if (preset === undefined) return false;
    this.turnTo({ pan: preset.pan, tilt: preset.tilt, zoom: preset.zoom });
    return true;
  }

  keepPreset(name: string, token = String(this.presets.size + 1)): string {
    this.presets.set(token, { name, ...this.position });
    return token;
  }

  setRelay(token: string, on: boolean): void {
    this.relays.set(token, on);
    this.tell(relayMessage(token, on, "Changed"));
  }

  setInput(token: string, closed: boolean): void {
    this.inputs.set(token, closed);
    this.tell(inputMessage(token, closed, "Changed"));
  }

  setMotion(isOn: boolean): void {
    this.#motion = isOn;
    this.tell(motionMessage(isOn, "Changed"));
  }

  setClock(offsetMs: number): void {
    this.clockOffsetMs = offsetMs;
  }

  /** An address of its own, as it names it. */
  named(path: string): string {
    const { namedHost } = this.options;
    return `${this.isSecure ? "https" : "http"}://${namedHost ?? `127.0.0.1:${this.port}`}/onvif/${path}`;
  }

  streamUrl(token: string): string {
    const { profiles, namedHost } = this.options;
    const url = new URL(profiles.find((profile) => profile.token === token)?.url ?? "rtsp://127.0.0.1/none");
    if (namedHost !== undefined) url.hostname = namedHost.split(":")[0] ?? namedHost;
    return url.href.replaceAll("&", "&amp;");
  }

  subscribe(): string {
    this.#number += 1;
    const id = `sub${this.#number}`;
    this.subscriptions.set(id, { waiting: [], wake: undefined });
    return id;
  }

  /** All states, as after SetSynchronizationPoint. */
  tellAll(id: string): void {
    const subscription = this.subscriptions.get(id);
    if (subscription === undefined) return;
    subscription.waiting.push(
      motionMessage(this.#motion, "Initialized"),
      ...[...this.inputs].map(([token, closed]) => inputMessage(token, closed, "Initialized")),
      ...[...this.relays].map(([token, on]) => relayMessage(token, on, "Initialized")),
    );
    subscription.wake?.();
  }

  /** Tells all who listen. */
  tell(message: string): void {
    for (const subscription of this.subscriptions.values()) {
      subscription.waiting.push(message);
      subscription.wake?.();
    }
  }

  /** As a device that was switched off and on again. */
  forgetSubscriptions(): void {
    for (const { wake } of this.subscriptions.values()) wake?.();
    this.subscriptions.clear();
  }

  /** What has come for a subscription, for a while at most; undefined: there is none. */
  async pulled(id: string, waitMs: number, signal: AbortSignal): Promise<readonly string[] | undefined> {
    const subscription = this.subscriptions.get(id);
    if (subscription === undefined) return undefined;
    if (subscription.waiting.length === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        subscription.wake = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener("abort", () => subscription.wake?.(), { once: true });
      });
      subscription.wake = undefined;
    }
    return this.subscriptions.has(id) ? subscription.waiting.splice(0) : undefined;
  }
}

/** A notification as devices write them. */
export function onvifMessage(
  topic: string,
  source: Readonly<Record<string, string>>,
  data: Readonly<Record<string, string>>,
  operation: "Initialized" | "Changed" | "Deleted" = "Changed",
): string {
  const items = (all: Readonly<Record<string, string>>): string =>
    Object.entries(all)
      .map(([name, value]) => `<tt:SimpleItem Name="${name}" Value="${value}"/>`)
      .join("");
  return `<wsnt:NotificationMessage><wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">
    ${topic}
  </wsnt:Topic><wsnt:Message><tt:Message UtcTime="2026-01-01T00:00:00Z" PropertyOperation="${operation}"><tt:Source>${items(source)}</tt:Source><tt:Data>${items(data)}</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>`;
}

type Operation = "Initialized" | "Changed";

function motionMessage(isOn: boolean, operation: Operation): string {
  const source = { VideoSourceConfigurationToken: "source0-config", Rule: "MyMotionDetectorRule" };
  return onvifMessage(
    "tns1:RuleEngine/CellMotionDetector/Motion",
    source,
    { IsMotion: String(isOn) },
    operation,
  );
}

function inputMessage(token: string, closed: boolean, operation: Operation): string {
  // Some say 1 and 0.
  const state = { LogicalState: closed ? "1" : "false" };
  return onvifMessage("tns1:Device/Trigger/DigitalInput", { InputToken: token }, state, operation);
}

function relayMessage(token: string, on: boolean, operation: Operation): string {
  const state = { LogicalState: on ? "active" : "inactive" };
  return onvifMessage("tns1:Device/Trigger/Relay", { RelayToken: token }, state, operation);
}
