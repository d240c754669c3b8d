// What a device consists of in Home Assistant's words (device-based MQTT discovery: one message for a device with all its
// entities), and what all of Nightjar's have in common.
import type { RecorderDescription } from "@nightjar/core";

/** One entity: its platform, its topics, its words. */
export type Component = Readonly<Record<string, unknown>> & { readonly platform: string };

/** A discovery message. */
export interface DiscoveryMessage {
  readonly device: Readonly<Record<string, unknown>>;
  readonly origin: Readonly<Record<string, unknown>>;
  readonly components: Readonly<Record<string, Component>>;
  readonly [shared: string]: unknown;
}

/** A device with its place below the discovery prefix. */
export interface DiscoveredDevice {
  readonly id: string;
  /** The camera that it is; undefined: the recorder itself. */
  readonly camera?: string;
  readonly message: DiscoveryMessage;
}

/** Of a recorder whose MQTT is switched on. */
export type PresentRecorder = RecorderDescription & { readonly mqttBase: string };

/** Names, ids and topics that devices are made of. */
export class Names {
  readonly #base: string;
  readonly #node: string;

  constructor({ mqttBase, id }: PresentRecorder) {
    this.#base = mqttBase;
    this.#node = id;
  }

  get recorder(): string {
    return `${this.#base}-${this.#node}`;
  }

  /** Without the recorder's id, as its topics are: another recorder that takes the camera over takes the device over. */
  camera(id: string): string {
    return `${this.#base}-camera-${id}`;
  }

  node(path: string): string {
    return `${this.#base}/node/${this.#node}/${path}`;
  }

  of(camera: string, path: string): string {
    return `${this.#base}/camera/${camera}/${path}`;
  }

  volume(id: string): string {
    return `${this.#base}/storage/${id}/state`;
  }

  /** Whether the recorder is there: its last will says when it is not. */
  recorderIsThere(): Readonly<Record<string, unknown>> {
    return { topic: this.node("state") };
  }
}

/** Words of people, without what breaks a line, and never empty. */
export function lineOf(text: string, otherwise: string): string {
  const line = text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ")
    .trim()
    .slice(0, 200)
    .toWellFormed();
  return line === "" ? otherwise : line;
}

/** Who says it. */
export function originOf({ version }: PresentRecorder): Readonly<Record<string, unknown>> {
  return { name: "Nightjar", sw_version: lineOf(version, "0") };
}
