// What the recorder tells over MQTT: its states, those of its cameras, detectors, inputs, outputs and rules, and its events.
// Nothing is told while there is no broker; when one is up, all states are told anew.
import type { Clock, Timer } from "../clock.ts";
import type { FrozenConfig } from "../config/config-store.ts";
import type { Db } from "../db/db.ts";
import type { Change } from "../http/change.ts";
import type { CameraService, DetectionService, StatusService } from "../http/services.ts";
import type { LinkageTold } from "../linkage/linkage-engine.ts";
import type { Log } from "../log.ts";
import { machineFigures } from "../system/machine-state.ts";
import type { AlarmIoControl } from "./alarm-io-control.ts";
import { AlarmIoStates } from "./alarm-io-states.ts";
import type { OutgoingMessage } from "./broker.ts";
import { DetectStates } from "./detect-states.ts";
import { EventOutbox } from "./event-outbox.ts";
import { KeptStates, type WantedStates } from "./kept-states.ts";
import { linkageMessage } from "./linkage-message.ts";
import { RecorderStates, type RecorderStatesOptions } from "./recorder-states.ts";
import type { ArmingControl } from "./request-parts.ts";
import { type AuxiliaryStates, pathOf, SwitchStates } from "./switch-states.ts";
import { topicOf } from "./topics.ts";

const HEALTH_MS = 60_000;

export interface RecorderTopicsOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly db: Db;
  readonly cameras: CameraService;
  readonly status: StatusService;
  readonly arming: ArmingControl;
  readonly alarmIo: AlarmIoControl;
  readonly abilities: AuxiliaryStates;
  readonly detection: Pick<DetectionService, "of">;
  /** All plugins, as they are. */
  readonly pluginList: RecorderStatesOptions["plugins"];
  config(): FrozenConfig;
  /** What topics begin with. */
  readonly base: () => string;
  /** Where links lead to. */
  readonly webAddress: () => string;
  readonly publish: (message: OutgoingMessage) => Promise<void>;
  /** Messages reach somebody. */
  readonly isUp: () => boolean;
}

export class RecorderTopics {
  readonly #options: RecorderTopicsOptions;
  readonly #states: RecorderStates;
  readonly #detections: DetectStates;
  readonly #alarmIo: AlarmIoStates;
  readonly #switches: SwitchStates;
  readonly #rules: KeptStates;
  readonly #outbox: EventOutbox;
  #timer: Timer | undefined;

  constructor(options: RecorderTopicsOptions) {
    this.#options = options;
    const { pluginList, config, isUp, ...parts } = options;
    const common = { ...parts, node: config().node.id };
    this.#states = new RecorderStates({ ...common, machine: machineFigures, plugins: pluginList });
    this.#detections = new DetectStates(common);
    this.#alarmIo = new AlarmIoStates(common);
    this.#rules = new KeptStates({ ...common, key: "mqtt.arming-rules" });
    this.#switches = new SwitchStates(common);
    this.#outbox = new EventOutbox(common);
  }

  /** Begins to tell once a minute how the recorder is. */
  start(): void {
    this.#timer = this.#options.clock.every(HEALTH_MS, () => this.#health());
  }

  /** There is a broker: whatever it knows may be old. */
  all(): void {
    this.#watched(this.#states.all());
    this.#watched(this.#detections.all());
    this.#watched(this.#alarmIo.all());
    this.#watched(this.#switches.all());
    this.#watched(this.#rules.all(this.#ruleStates()));
    this.#outbox.kick();
  }

  /** Something in the recorder has changed. */
  take(change: Change): void {
    if (!this.#options.isUp()) return;
    switch (change.type) {
      case "camera":
        this.#states.camera(change.camera);
        this.#watched(this.#detections.camera(change.camera.id));
        this.#watched(this.#states.remember(change.camera.id));
        this.#watched(this.#switches.camera(change.camera.id));
        return;
      case "camera-removed":
        this.#watched(this.#states.cameraRemoved(change.camera));
        this.#watched(this.#detections.cameraRemoved(change.camera));
        this.#watched(this.#switches.camera(change.camera));
        return;
      case "volume":
        this.#states.volume(change.volume);
        return;
      case "problems":
        this.#health();
        return;
      case "event":
        this.#outbox.kick();
        this.#watched(this.#detections.take(change.event));
        return;
      case "output":
        this.#alarmIo.output(change.output);
        return;
      case "input":
        this.#alarmIo.input(change.input);
        return;
      case "coverage":
      case "plugin-job":
        return;
    }
  }

  /** A linkage rule is followed, or something came of one of its actions. */
  linkageTold(told: LinkageTold): void {
    if (!this.#options.isUp()) return;
    const { base, clock, publish } = this.#options;
    const node = this.#options.config().node.id;
    const topic = topicOf(base(), "linkageEvent", { node, rule: told.rule.id });
    const payload = JSON.stringify(linkageMessage(told, node, clock.wallMs()));
    this.#watched(publish({ topic, payload, qos: 1, retain: false }));
  }

  /** Arming profiles, or the one in force, may be others now. */
  armingChanged(): void {
    if (!this.#options.isUp()) return;
    this.#states.arming();
    this.#watched(this.#rules.follow("", this.#ruleStates()));
  }

  /** What a camera can do, or which of its sirens and lights is on, may be another. */
  abilitiesChanged(camera: string): void {
    if (this.#options.isUp()) this.#watched(this.#switches.camera(camera));
  }

  /** There may be other alarm inputs and outputs now. */
  alarmIoChanged(): void {
    if (this.#options.isUp()) this.#watched(this.#alarmIo.settingsChanged());
  }

  /** Nobody waits for events any more: those that are kept for a broker go. */
  forgetEvents(): Promise<void> {
    return this.#outbox.forget();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Resolves when what is known of events told is written down. */
  close(): Promise<void> {
    return this.#outbox.close();
  }

  #health(): void {
    if (!this.#options.isUp()) return;
    this.#watched(this.#states.health());
    this.#watched(this.#switches.detectorsChanged());
    this.#watched(this.#rules.follow("", this.#ruleStates()));
  }

  #ruleStates(): WantedStates {
    const { arming, config } = this.#options;
    const node = config().node.id;
    const { rules } = arming.arming();
    return new Map(
      rules.map(({ id, armed }) => [pathOf("armingRuleState", { node, rule: id }), armed ? "ON" : "OFF"]),
    );
  }

  #watched(work: Promise<void>): void {
    work.catch((error: unknown) => this.#options.log.debug("MQTT failed", { reason: String(error) }));
  }
}
