// The broker that the settings want, embedded or another's, with the doors that lead to it: begun, followed through changes of
// the settings, ended. What is said over it is others' business.
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import type { FrozenConfig } from "../config/config-store.ts";
import type { MqttConfig } from "../config/mqtt-config.ts";
import type { Db } from "../db/db.ts";
import { plainFacts } from "../domain/facts.ts";
import { NightjarError } from "../errors.ts";
import type { MqttState } from "../http/mqtt-schemas.ts";
import type { StatusProblem } from "../http/wire-schemas.ts";
import type { Log } from "../log.ts";
import { RUN_FOLDER } from "../supervisor/process-contract.ts";
import type { Users } from "../users/users.ts";
import type { Broker, BrokerEvents, OutgoingMessage } from "./broker.ts";
import { BrokerLogin } from "./broker-login.ts";
import type { BrokerPorts, OpenDoor } from "./broker-ports.ts";
import type { EmbeddedBroker } from "./embedded-broker.ts";
import type { FlowsDoor } from "./flows-door.ts";
import { keptPorts } from "./kept-ports.ts";
import { WebDoor } from "./web-door.ts";

export interface BrokerConnectionOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly db: Db;
  readonly users: Users;
  /** Where flows of the recorder's own connect, and who they are. */
  readonly flowsDoor: Pick<FlowsDoor, "open" | "close">;
  readonly events: BrokerEvents;
  config(): FrozenConfig;
  /** Of another broker. */
  password(): string | undefined;
  /** Topics of other programs that somebody in the recorder listens to. */
  heardTopics(): string[];
  /** No broker is wanted any more. */
  onOff(): Promise<void>;
}

/** What is open of the broker that is wanted now. */
interface Running {
  readonly wanted: string;
  readonly broker: Broker;
  readonly embedded?: EmbeddedBroker;
  readonly ports?: BrokerPorts;
  readonly login?: BrokerLogin;
}

export class BrokerConnection {
  readonly #options: BrokerConnectionOptions;
  readonly #webDoor: WebDoor;
  #running: Running | undefined;
  #failure: string | undefined;
  #tail: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: BrokerConnectionOptions) {
    this.#options = options;
    this.#webDoor = new WebDoor(join(options.dataDir, RUN_FOLDER));
  }

  /** Settings or the password may be others now; resolves when the broker that they want is on its way. */
  follow(): Promise<void> {
    this.#tail = this.#tail.then(() => this.#apply());
    return this.#tail;
  }

  /** Messages reach somebody. */
  get isUp(): boolean {
    return this.#running?.broker.state.status === "running";
  }

  /** Rejects with `NJ_MQTT_AWAY` where there is no broker. */
  publish(message: OutgoingMessage): Promise<void> {
    const broker = this.#running?.broker;
    if (broker !== undefined) return broker.publish(message);
    return Promise.reject(new NightjarError("NJ_MQTT_AWAY", "unavailable", "there is no MQTT broker"));
  }

  /** Other topics may be listened to now. */
  listenAnew(): void {
    this.#running?.broker.listen(this.#options.heardTopics());
  }

  /** The gateway listens: there may be a certificate now, or another one. */
  lookForCertificate(): void {
    void this.#running?.ports?.lookForCertificate();
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
      ...this.#caseAway(),
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
    const ports = this.#running?.ports?.problems ?? [];
    return [
      ...ports.map(({ message, context }) => ({
        ...{ code: "port", severity: "warning" as const, message },
        ...plainFacts({ context }),
      })),
      ...(this.#failure === undefined
        ? []
        : [{ code: "mqtt", severity: "warning" as const, message: `MQTT: ${this.#failure}` }]),
      ...this.#away(),
    ];
  }

  /** Which trouble it is that another's broker cannot be used for; undefined: none. */
  #caseAway(): { readonly case: string } | undefined {
    const state = this.#running?.broker.state;
    if (this.#mqtt.broker !== "external" || state?.status !== "failed") return undefined;
    return { case: state.fault ?? "away" };
  }

  /** Another's broker cannot be used. */
  #away(): StatusProblem[] {
    const away = this.#caseAway();
    if (away === undefined) return [];
    const { external } = this.#mqtt;
    const { reason = "" } = this.#running?.broker.state ?? {};
    return [
      {
        ...{ code: "mqtt", severity: "warning" },
        message: `the MQTT broker cannot be reached at ${external.url}: ${reason}; events wait for it, and it is tried again`,
        context: { ...away, url: external.url, reason },
      },
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
    await this.#tail;
    await this.#options.flowsDoor.close();
    await this.#webDoor.close();
    await this.#end();
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
      else await this.#options.onOff();
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
      this.#options.log.error("MQTT could not be started", { reason: this.#failure });
    }
  }

  async #startEmbedded(wanted: string): Promise<void> {
    const { clock, log, users, dataDir, db, events } = this.#options;
    // Loaded only where it is wanted: most of what a broker is made of is of no use otherwise.
    const { EmbeddedBroker } = await import("./embedded-broker.ts");
    const { BrokerPorts } = await import("./broker-ports.ts");
    const login = new BrokerLogin(users, clock, log);
    const broker = new EmbeddedBroker({ base: this.#mqtt.base, login, events, clock, log });
    const ports = new BrokerPorts({
      dataDir,
      log,
      clock,
      kept: keptPorts(db),
      accept: (socket, place) => broker.handle(socket, place),
    });
    this.#running = { wanted, broker, embedded: broker, ports, login };
    this.listenAnew();
    await broker.start();
    await ports.open(this.#mqtt);
  }

  async #startExternal(wanted: string): Promise<void> {
    const { clock, log, events } = this.#options;
    const { ExternalBroker } = await import("./external-broker.ts");
    const broker = new ExternalBroker({
      ...this.#mqtt.external,
      password: this.#options.password(),
      base: this.#mqtt.base,
      node: this.#options.config().node.id,
      events,
      clock,
      log,
    });
    this.#running = { wanted, broker };
    this.listenAnew();
    broker.start();
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    running.login?.close();
    await running.ports?.close();
    await running.broker.close();
  }
}
