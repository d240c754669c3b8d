// MQTT as a whole: the broker that the settings want, the states and events that go out, the requests that come in. A
// change of the settings begins anew; nothing here is waited for by recording or by the API.
import { join } from "node:path";
import type { Clock, Timer } from "../clock.ts";
import type { FrozenConfig } from "../config/config-store.ts";
import type { MqttConfig } from "../config/mqtt-config.ts";
import type { Db } from "../db/db.ts";
import { plainFacts } from "../domain/facts.ts";
import { NightjarError } from "../errors.ts";
import type { Change } from "../http/change.ts";
import type { MqttState } from "../http/mqtt-schemas.ts";
import type { CameraService, DetectionService, StatusService } from "../http/services.ts";
import type { StatusProblem } from "../http/wire-schemas.ts";
import type { LinkageTold } from "../linkage/linkage-engine.ts";
import type { Log } from "../log.ts";
import { RUN_FOLDER } from "../supervisor/process-contract.ts";
import { machineFigures } from "../system/machine-state.ts";
import type { Users } from "../users/users.ts";
import type { AlarmIoControl } from "./alarm-io-control.ts";
import { AlarmIoStates } from "./alarm-io-states.ts";
import type { Broker, BrokerEvents, OutgoingMessage } from "./broker.ts";
import { BrokerLogin } from "./broker-login.ts";
import type { BrokerPorts, OpenDoor } from "./broker-ports.ts";
import { DetectStates } from "./detect-states.ts";
import type { EmbeddedBroker } from "./embedded-broker.ts";
import { EventOutbox } from "./event-outbox.ts";
import type { FlowsDoor } from "./flows-door.ts";
import { keptPorts } from "./kept-ports.ts";
import { KeptStates, type WantedStates } from "./kept-states.ts";
import { linkageMessage } from "./linkage-message.ts";
import { PluginTopics } from "./plugin-topics.ts";
import { RecorderStates, type RecorderStatesOptions } from "./recorder-states.ts";
import type { ArmingControl, LinkageControl, RequestsOptions } from "./request-parts.ts";
import { Requests } from "./requests.ts";
import { SnapshotTopics } from "./snapshot-topics.ts";
import { type AuxiliaryStates, pathOf, SwitchStates } from "./switch-states.ts";
import { topicOf } from "./topics.ts";
import { WebDoor } from "./web-door.ts";

const HEALTH_MS = 60_000;

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

/** What is open of the broker that is wanted now. */
interface Running {
  readonly wanted: string;
  readonly broker: Broker;
  readonly embedded?: EmbeddedBroker;
  readonly ports?: BrokerPorts;
  readonly login?: BrokerLogin;
}

export class MqttService {
  readonly #options: MqttServiceOptions;
  readonly #states: RecorderStates;
  readonly #detections: DetectStates;
  readonly #alarmIoStates: AlarmIoStates;
  readonly #switches: SwitchStates;
  readonly #rules: KeptStates;
  readonly #outbox: EventOutbox;
  readonly #requests: Requests;
  readonly #webDoor: WebDoor;
  /** Topics of plugins' own, whatever broker there is. */
  readonly plugins: PluginTopics;
  #running: Running | undefined;
  #failure: string | undefined;
  #timer: Timer | undefined;
  #tail: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: MqttServiceOptions) {
    this.#options = options;
    const { db, clock, log, cameras, status, users, snapshot, linkage, arming, alarmIo } = options;
    const { explain, endPopups, abilities, detection } = options;
    const node = options.config().node.id;
    const common = {
      ...{ db, clock, log, node, cameras, status, arming, alarmIo },
      base: () => this.#mqtt.base,
      webAddress: () => this.#mqtt.webAddress || options.config().network.basePath,
    };
    const publish = (message: OutgoingMessage): Promise<void> => this.#publish(message);
    this.#states = new RecorderStates({
      ...{ ...common, publish, machine: machineFigures },
      plugins: options.pluginList,
    });
    this.#detections = new DetectStates({ ...common, publish });
    this.#alarmIoStates = new AlarmIoStates({ ...common, publish });
    this.#rules = new KeptStates({ ...common, publish, key: "mqtt.arming-rules" });
    this.#switches = new SwitchStates({ ...common, detection, abilities, publish });
    this.#outbox = new EventOutbox({ ...common, publish });
    const pictures = new SnapshotTopics({ ...common, snapshot, publish });
    const acts = {
      ...{ snapshot, linkage, explain, endPopups, abilities, detection },
      publishSnapshot: pictures.publish.bind(pictures),
    };
    this.#requests = new Requests({ ...common, ...acts, audit: users.audit });
    this.#webDoor = new WebDoor(join(options.dataDir, RUN_FOLDER));
    this.plugins = new PluginTopics({
      ...{ db, log, node, base: common.base, publish },
      audit: users.audit,
      isPresent: options.isPluginPresent,
      heardChanged: () => this.#running?.broker.listen(this.#heardTopics()),
    });
  }

  /** Begins; resolves when the broker that the settings want is on its way. */
  start(): Promise<void> {
    this.#timer = this.#options.clock.every(HEALTH_MS, () => this.#health());
    return this.settingsChanged();
  }

  /** Settings or the password may be others now. */
  settingsChanged(): Promise<void> {
    this.#tail = this.#tail.then(() => this.#apply());
    return this.#tail;
  }

  /** The gateway listens: there may be a certificate now, or another one. */
  lookForCertificate(): void {
    void this.#running?.ports?.lookForCertificate();
  }

  /** Something in the recorder has changed. */
  take(change: Change): void {
    if (this.#running?.broker.state.status !== "running") return;
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
        this.#alarmIoStates.output(change.output);
        return;
      case "input":
        this.#alarmIoStates.input(change.input);
        return;
      case "coverage":
      case "plugin-job":
        return;
    }
  }

  /** A linkage rule is followed, or something came of one of its actions. */
  linkageTold(told: LinkageTold): void {
    if (this.#running?.broker.state.status !== "running") return;
    const { node, mqtt } = this.#options.config();
    const topic = topicOf(mqtt.base, "linkageEvent", { node: node.id, rule: told.rule.id });
    const payload = JSON.stringify(linkageMessage(told, node.id, this.#options.clock.wallMs()));
    this.#watched(this.#publish({ topic, payload, qos: 1, retain: false }));
  }

  /** Arming profiles, or the one in force, may be others now. */
  armingChanged(): void {
    if (this.#running?.broker.state.status !== "running") return;
    this.#states.arming();
    this.#watched(this.#rules.follow("", this.#ruleStates()));
  }

  /** What a camera can do, or which of its sirens and lights is on, may be another. */
  abilitiesChanged(camera: string): void {
    if (this.#running?.broker.state.status === "running") this.#watched(this.#switches.camera(camera));
  }

  /** There may be other alarm inputs and outputs now. */
  alarmIoChanged(): void {
    const broker = this.#running?.broker;
    broker?.listen(this.#heardTopics());
    if (broker?.state.status === "running") this.#watched(this.#alarmIoStates.settingsChanged());
  }

  /** Sends a message of an alarm output, to a topic of other programs. Rejects with `NJ_MQTT_AWAY`. */
  publishOther(topic: string, payload: string): Promise<void> {
    return this.#publish({ topic, payload, qos: 1, retain: false });
  }

  /** What the gateway says where it hands in WebSockets; undefined: there are none. */
  get webWord(): string | undefined {
    return this.#webDoor.word;
  }

  /** How it is, for pages. */
  state(): MqttState {
    const { node, mqtt } = this.#options.config();
    const running = this.#running;
    const state = running?.broker.state;
    const doors = running?.ports?.doors;
    return {
      node: node.id,
      base: mqtt.base,
      status: this.#failure !== undefined ? "failed" : (state?.status ?? "off"),
      ...(this.#failure === undefined && state?.reason === undefined
        ? {}
        : { reason: this.#failure ?? state?.reason ?? "" }),
      ...(state === undefined ? {} : { since: new Date(state.sinceMs).toISOString() }),
      ...(doors?.tcp === undefined ? {} : { tcp: doors.tcp }),
      ...(doors?.tls === undefined ? {} : { tls: doors.tls }),
      clients: (running?.embedded?.clients() ?? []).map(({ token, ...client }) => ({
        ...client,
        ...(token === undefined ? {} : { token }),
      })),
      problems: [
        ...this.problems().map(({ message }) => message),
        ...(running?.ports?.lacksCertificate === true
          ? ["MQTT over TLS waits for the recorder's certificate, which is made with HTTPS or RTSPS"]
          : []),
      ],
    };
  }

  /** What is wrong, for the list of the recorder's problems. */
  problems(): StatusProblem[] {
    const broker = this.#running?.broker.state;
    const isAway = this.#mqtt.broker === "external" && broker?.status === "failed";
    const ports = this.#running?.ports?.problems ?? [];
    const messages = [
      ...(this.#failure === undefined ? [] : [`MQTT: ${this.#failure}`]),
      ...(isAway ? [`the MQTT broker cannot be reached: ${broker.reason ?? ""}`] : []),
    ];
    return [
      ...ports.map(({ message, context }) => ({
        ...{ code: "port", severity: "warning" as const, message },
        ...plainFacts({ context }),
      })),
      ...messages.map((message) => ({ code: "mqtt", severity: "warning" as const, message })),
    ];
  }

  /** Ports that are open. */
  doors(): (OpenDoor & { readonly kind: "mqtt" | "mqtts" })[] {
    const { tcp, tls } = this.#running?.ports?.doors ?? {};
    return [
      ...(tcp === undefined ? [] : [{ kind: "mqtt" as const, ...tcp }]),
      ...(tls === undefined ? [] : [{ kind: "mqtts" as const, ...tls }]),
    ];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#tail;
    await this.#options.flowsDoor.close();
    await this.#webDoor.close();
    await this.#end();
    await this.plugins.settled();
    await this.#outbox.close();
  }

  get #mqtt(): MqttConfig {
    return this.#options.config().mqtt as MqttConfig;
  }

  async #apply(): Promise<void> {
    if (this.#isClosed) return;
    const wanted = JSON.stringify([this.#mqtt, this.#options.password() ?? ""]);
    if (this.#running?.wanted !== wanted) await this.#begin(wanted);
    await this.#followFlows();
    await this.#followWeb();
  }

  /** The gateway has a door of its own, where that is wanted. */
  async #followWeb(): Promise<void> {
    const broker = this.#running?.embedded;
    try {
      if (broker === undefined || !this.#mqtt.webSocket.enabled) await this.#webDoor.close();
      else await this.#webDoor.open(broker);
    } catch (error) {
      this.#options.log.error("MQTT over WebSocket cannot be opened", { reason: String(error) });
    }
  }

  /** Flows have a door of their own, where a broker of ours is behind it. */
  async #followFlows(): Promise<void> {
    const broker = this.#running?.embedded;
    const { flowsDoor, log } = this.#options;
    try {
      if (broker === undefined || !this.#options.config().flows.enabled) await flowsDoor.close();
      else await flowsDoor.open(broker);
    } catch (error) {
      log.error("flows cannot reach the MQTT broker", { reason: String(error) });
    }
  }

  async #begin(wanted: string): Promise<void> {
    this.#failure = undefined;
    try {
      await this.#end();
      if (this.#mqtt.broker === "embedded") await this.#startEmbedded(wanted);
      else if (this.#mqtt.broker === "external" && this.#mqtt.external.url !== "")
        await this.#startExternal(wanted);
      else await this.#outbox.forget();
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
      this.#options.log.error("MQTT could not be started", { reason: this.#failure });
    }
  }

  async #startEmbedded(wanted: string): Promise<void> {
    const { clock, log, users, dataDir, db } = this.#options;
    // Loaded only where it is wanted: most of what a broker is made of is of no use otherwise.
    const { EmbeddedBroker } = await import("./embedded-broker.ts");
    const { BrokerPorts } = await import("./broker-ports.ts");
    const login = new BrokerLogin(users, clock, log);
    const broker = new EmbeddedBroker({ base: this.#mqtt.base, login, events: this.#events(), clock, log });
    const ports = new BrokerPorts({
      dataDir,
      log,
      clock,
      kept: keptPorts(db),
      accept: (socket, place) => broker.handle(socket, place),
    });
    this.#running = { wanted, broker, embedded: broker, ports, login };
    broker.listen(this.#heardTopics());
    await broker.start();
    await ports.open(this.#mqtt);
  }

  async #startExternal(wanted: string): Promise<void> {
    const { clock, log } = this.#options;
    const { ExternalBroker } = await import("./external-broker.ts");
    const broker = new ExternalBroker({
      ...this.#mqtt.external,
      password: this.#options.password(),
      base: this.#mqtt.base,
      node: this.#options.config().node.id,
      events: this.#events(),
      clock,
      log,
    });
    this.#running = { wanted, broker };
    broker.listen(this.#heardTopics());
    broker.start();
  }

  #events(): BrokerEvents {
    return {
      up: () => {
        this.#watched(this.#states.all());
        this.#watched(this.#detections.all());
        this.#watched(this.#alarmIoStates.all());
        this.#watched(this.#switches.all());
        this.#watched(this.#rules.all(this.#ruleStates()));
        this.#watched(this.plugins.all());
        this.#outbox.kick();
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

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    running.login?.close();
    await running.ports?.close();
    await running.broker.close();
  }

  /** Topics of other programs that somebody in the recorder listens to. */
  #heardTopics(): string[] {
    return [...new Set([...this.plugins.heardTopics(), ...this.#options.alarmIo.topics()])];
  }

  #publish(message: OutgoingMessage): Promise<void> {
    const broker = this.#running?.broker;
    if (broker !== undefined) return broker.publish(message);
    return Promise.reject(new NightjarError("NJ_MQTT_AWAY", "unavailable", "there is no MQTT broker"));
  }

  #health(): void {
    if (this.#running?.broker.state.status !== "running") return;
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
