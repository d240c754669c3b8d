// MQTT as a whole: the broker that the settings want, what goes out over it, the requests that come in. A change of the
// settings begins anew; nothing here is waited for by recording or by the API.
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import type { FrozenConfig } from "../config/config-store.ts";
import type { Db } from "../db/db.ts";
import type { Change } from "../http/change.ts";
import type { MqttState } from "../http/mqtt-schemas.ts";
import type { CameraService, DetectionService, StatusService } from "../http/services.ts";
import type { StatusProblem } from "../http/wire-schemas.ts";
import type { LinkageTold } from "../linkage/linkage-engine.ts";
import type { Log } from "../log.ts";
import type { Users } from "../users/users.ts";
import type { AlarmIoControl } from "./alarm-io-control.ts";
import type { BrokerEvents, OutgoingMessage } from "./broker.ts";
import { BrokerConnection } from "./broker-connection.ts";
import type { OpenDoor } from "./broker-ports.ts";
import type { FlowsDoor } from "./flows-door.ts";
import { KeptPictures } from "./kept-pictures.ts";
import { PluginTopics } from "./plugin-topics.ts";
import type { RecorderStatesOptions } from "./recorder-states.ts";
import { RecorderTopics } from "./recorder-topics.ts";
import type { ArmingControl, LinkageControl, RequestsOptions } from "./request-parts.ts";
import { Requests } from "./requests.ts";
import { SnapshotTopics } from "./snapshot-topics.ts";
import type { AuxiliaryStates } from "./switch-states.ts";

/** Below the data directory. */
const PICTURES_FOLDER = "mqtt-pictures";

export interface MqttServiceOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly db: Db;
  readonly users: Users;
  readonly cameras: CameraService;
  readonly status: StatusService;
  readonly snapshot: RequestsOptions["snapshot"];
  readonly linkage: LinkageControl;
  readonly arming: ArmingControl;
  readonly explain: RequestsOptions["explain"];
  readonly endPopups: RequestsOptions["endPopups"];
  readonly alarmIo: AlarmIoControl;
  readonly abilities: RequestsOptions["abilities"] & AuxiliaryStates;
  readonly detection: Pick<DetectionService, "of" | "change">;
  /** Where flows of the recorder's own connect, and who they are. */
  readonly flowsDoor: Pick<FlowsDoor, "open" | "close">;
  /** All plugins, as they are. */
  readonly pluginList: RecorderStatesOptions["plugins"];
  /** True for a plugin that is installed and switched on. */
  readonly isPluginPresent: (plugin: string) => boolean;
  config(): FrozenConfig;
  /** Of another broker. */
  password(): string | undefined;
}

export class MqttService {
  readonly #options: MqttServiceOptions;
  readonly #broker: BrokerConnection;
  readonly #topics: RecorderTopics;
  readonly #requests: Requests;
  readonly #pictures: SnapshotTopics;
  /** Topics of plugins' own, whatever broker there is. */
  readonly plugins: PluginTopics;

  constructor(options: MqttServiceOptions) {
    this.#options = options;
    const { db, clock, log, cameras, status, users, snapshot, linkage, arming, alarmIo } = options;
    const { explain, endPopups, abilities, detection } = options;
    const node = options.config().node.id;
    const common = {
      ...{ db, clock, log, node, cameras, status, arming, alarmIo },
      base: () => options.config().mqtt.base,
      webAddress: () => options.config().mqtt.webAddress || options.config().network.basePath,
    };
    const publish = (message: OutgoingMessage): Promise<void> => this.#broker.publish(message);
    this.#broker = new BrokerConnection({
      ...options,
      events: this.#events(),
      heardTopics: () => this.#heardTopics(),
      onOff: () => this.#topics.forgetEvents(),
    });
    this.#topics = new RecorderTopics({
      ...{ ...common, abilities, detection, publish },
      pluginList: options.pluginList,
      config: () => options.config(),
      isUp: () => this.#broker.isUp,
    });
    this.#pictures = new SnapshotTopics({
      ...{ ...common, snapshot, publish },
      kept: new KeptPictures(join(options.dataDir, PICTURES_FOLDER), log),
      ofEvents: () => options.config().mqtt.eventPictures,
      isUp: () => this.#broker.isUp,
    });
    const acts = {
      ...{ snapshot, linkage, explain, endPopups, abilities, detection },
      publishSnapshot: this.#pictures.publish.bind(this.#pictures),
    };
    this.#requests = new Requests({ ...common, ...acts, audit: users.audit });
    this.plugins = new PluginTopics({
      ...{ db, log, node, base: common.base, publish },
      audit: users.audit,
      isPresent: options.isPluginPresent,
      heardChanged: () => this.#broker.listenAnew(),
    });
  }

  /** Begins; resolves when the broker that the settings want is on its way. */
  start(): Promise<void> {
    this.#topics.start();
    return this.settingsChanged();
  }

  /** Settings or the password may be others now. */
  settingsChanged(): Promise<void> {
    return this.#broker.follow();
  }

  /** The gateway listens: there may be a certificate now, or another one. */
  lookForCertificate(): void {
    this.#broker.lookForCertificate();
  }

  /** Something in the recorder has changed. */
  take(change: Change): void {
    this.#topics.take(change);
    if (change.type === "event") this.#pictures.event(change.event);
    if (change.type === "camera-removed") this.#watched(this.#pictures.cameraRemoved(change.camera));
  }

  /** A linkage rule is followed, or something came of one of its actions. */
  linkageTold(told: LinkageTold): void {
    this.#topics.linkageTold(told);
  }

  /** Arming profiles, or the one in force, may be others now. */
  armingChanged(): void {
    this.#topics.armingChanged();
  }

  /** What a camera can do, or which of its sirens and lights is on, may be another. */
  abilitiesChanged(camera: string): void {
    this.#topics.abilitiesChanged(camera);
  }

  /** There may be other alarm inputs and outputs now. */
  alarmIoChanged(): void {
    this.#broker.listenAnew();
    this.#topics.alarmIoChanged();
  }

  /** Sends a message of an alarm output, to a topic of other programs. Rejects with `NJ_MQTT_AWAY`. */
  publishOther(topic: string, payload: string): Promise<void> {
    return this.#broker.publish({ topic, payload, qos: 1, retain: false });
  }

  /** What the gateway says where it hands in WebSockets; undefined: there are none. */
  get webWord(): string | undefined {
    return this.#broker.webWord;
  }

  /** How it is, for pages. */
  state(): MqttState {
    return this.#broker.state();
  }

  /** What is wrong, for the list of the recorder's problems. */
  problems(): StatusProblem[] {
    return this.#broker.problems();
  }

  /** Ports that are open. */
  doors(): (OpenDoor & { readonly kind: "mqtt" | "mqtts" })[] {
    return this.#broker.doors();
  }

  async close(): Promise<void> {
    this.#topics.stop();
    this.#pictures.close();
    await this.#broker.close();
    await this.plugins.settled();
    await this.#topics.close();
  }

  #events(): BrokerEvents {
    return {
      up: () => {
        this.#topics.all();
        this.#watched(this.#pictures.all());
        this.#watched(this.plugins.all());
      },
      changed: () => undefined,
      message: (message) => {
        if (!this.plugins.take(message)) this.#watched(this.#requests.take(message));
      },
      heard: (topic, payload, isKept) => {
        // What is kept at a sensor's topic is how the sensor is; what is kept for a plugin is an old command.
        this.#options.alarmIo.heard(topic, payload, isKept);
        if (!isKept) this.plugins.hear(topic, payload);
      },
    };
  }

  /** Topics of other programs that somebody in the recorder listens to. */
  #heardTopics(): string[] {
    return [...new Set([...this.plugins.heardTopics(), ...this.#options.alarmIo.topics()])];
  }

  #watched(work: Promise<void>): void {
    work.catch((error: unknown) => this.#options.log.debug("MQTT failed", { reason: String(error) }));
  }
}
