// How what can be switched at cameras stands, as retained states: detection, each of its detectors, siren, light and wiper. A
// plugin that has gone takes the states of its detectors along, a camera that cannot do something any more that of it.
import type { DetectionService } from "../http/services.ts";
import type { AuxiliaryPart } from "../plugin/contract/camera-abilities.ts";
import { KeptStates, type KeptStatesOptions } from "./kept-states.ts";
import { detectorLevels } from "./plain-commands.ts";
import { type TopicIds, type TopicName, topicOf } from "./topics.ts";

/** More detectors than any sensible camera has. */
const MOST_DETECTORS = 32;

/** Sirens, lights and wipers of cameras, as far as it is known by now which have one. */
export interface AuxiliaryStates {
  auxiliaryStates(camera: string): readonly { readonly part: AuxiliaryPart; readonly on: boolean }[];
}

export interface SwitchStatesOptions extends Omit<KeptStatesOptions, "key"> {
  readonly cameras: { list(): readonly { readonly id: string }[] };
  readonly detection: Pick<DetectionService, "of">;
  readonly abilities: AuxiliaryStates;
}

export class SwitchStates {
  readonly #options: SwitchStatesOptions;
  readonly #states: KeptStates;

  constructor(options: SwitchStatesOptions) {
    this.#options = options;
    this.#states = new KeptStates({ ...options, key: "mqtt.switches" });
  }

  /** The broker is there (again): publishes everything. */
  all(): Promise<void> {
    return this.#states.all(
      new Map(this.#options.cameras.list().flatMap(({ id }) => [...this.#statesOf(id)])),
    );
  }

  /** A camera, its settings, or what it can do is another; or it has gone. */
  camera(id: string): Promise<void> {
    return this.#states.follow(`camera/${id}/`, this.#statesOf(id));
  }

  /** Plugins may have come or gone. */
  async detectorsChanged(): Promise<void> {
    for (const { id } of this.#options.cameras.list()) await this.camera(id);
  }

  #statesOf(camera: string): Map<string, string> {
    const states = new Map<string, string>();
    const put = (name: TopicName, ids: TopicIds, isOn: boolean): void =>
      void states.set(pathOf(name, { camera, ...ids }), isOn ? "ON" : "OFF");
    const detection = this.#options.detection.of(camera);
    if (detection === undefined) return states;
    put("detectionState", {}, detection.enabled);
    for (const { detector, enabled } of detection.detectors
      .filter(({ isPresent }) => isPresent)
      .slice(0, MOST_DETECTORS))
      put("detectorState", detectorLevels(detector), enabled);
    for (const { part, on } of this.#options.abilities.auxiliaryStates(camera))
      put("auxiliaryState", { part }, on);
    return states;
  }
}

/** A topic without its base. */
export function pathOf(name: TopicName, ids: TopicIds): string {
  return topicOf("", name, ids).slice(1);
}
