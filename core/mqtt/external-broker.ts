// Somebody else's broker (MQTT 3.1.1): one connection, kept up with pauses that grow, with the last will that says when
// this recorder is gone. A broker that stands still is given up like one that is gone. What could not be handed over before
// that is told so, and sent anew by whoever knows what is still true.
import { Socket } from "node:net";
import { connect, type MqttClient } from "mqtt";
import type { Clock, Timer } from "../clock.ts";
import type { Log } from "../log.ts";
import { AckWatch, type BrokerFault, brokerAway, type Outgoing } from "./ack-watch.ts";
import type { Broker, BrokerEvents, BrokerState, OutgoingMessage } from "./broker.ts";
import { type BrokerReason, brokerReason } from "./broker-reasons.ts";
import { PLUGIN_SET_LEVELS, TOPICS, topicOf } from "./topics.ts";

const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** A connection that stood so long was of use. */
const OF_USE_MS = 60_000;
const CONNECT_MS = 10_000;
const KEEPALIVE_SECONDS = 30;
/** Who asks is not known: that is what the audit log says. */
const ACTOR = "mqtt";

export interface ExternalBrokerOptions {
  readonly url: string;
  readonly username: string;
  readonly password: string | undefined;
  /** PEM; empty: public authorities. */
  readonly ca: string;
  readonly acceptRequests: boolean;
  readonly base: string;
  readonly node: string;
  readonly events: BrokerEvents;
  readonly clock: Clock;
  readonly log: Log;
}

export class ExternalBroker implements Broker {
  readonly #options: ExternalBrokerOptions;
  #heard: readonly string[] = [];
  readonly #unacknowledged: AckWatch;
  #client: MqttClient | undefined;
  #state: BrokerState;
  /** Since a connection was of use. */
  #failures = 0;
  /** When the broker took the connection that there is (monotonic). */
  #connectedMs: number | undefined;
  #hasAcknowledged = false;
  /** The log says that it is away. */
  #isToldAway = false;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(options: ExternalBrokerOptions) {
    this.#options = options;
    this.#unacknowledged = new AckWatch(
      options.clock,
      (fault) => this.#give(fault),
      () => outgoingOf(this.#client),
    );
    this.#state = { status: "connecting", sinceMs: options.clock.wallMs() };
  }

  get state(): BrokerState {
    return this.#state;
  }

  start(): void {
    const { url, username, password, ca, node, log } = this.#options;
    let client: MqttClient;
    try {
      client = connect(url, {
        protocolVersion: 4,
        clientId: `nightjar-${node}`,
        clean: true,
        keepalive: KEEPALIVE_SECONDS,
        connectTimeout: CONNECT_MS,
        // A new connection is begun here: what an old one kept for later may not be true any more.
        reconnectPeriod: 0,
        rejectUnauthorized: true,
        ...(username === "" ? {} : { username }),
        // A password without a name is none (MQTT 3.1.1 §3.1.2.9).
        ...(password === undefined || username === "" ? {} : { password }),
        ...(ca === "" ? {} : { ca }),
        will: { topic: this.#nodeState(), payload: Buffer.from("offline"), qos: 1, retain: true },
      });
    } catch (error) {
      this.#failed({ message: error instanceof Error ? error.message : String(error) });
      return;
    }
    this.#client = client;
    let why: BrokerReason = { message: "the broker closed the connection" };
    client.on("error", (error) => {
      why = brokerReason(error);
    });
    client.on("packetreceive", ({ cmd }) => {
      this.#unacknowledged.heard();
      if (cmd === "puback" && this.#client === client) this.#acknowledged();
    });
    client.on("connect", () => {
      this.#connectedMs = this.#options.clock.monotonicMs();
      // One that was away, and is given up again and again, takes each connection.
      if (this.#isToldAway) log.debug("the MQTT broker takes the connection", { url });
      else log.notice("connected to the MQTT broker", { url });
      this.#setState({ status: "running", sinceMs: this.#options.clock.wallMs() });
      this.#listen(client);
      this.#hear(client, this.#heard);
      this.#options.events.up();
    });
    client.on("message", (topic, payload, { retain }) => {
      if (this.#heard.includes(topic)) {
        this.#options.events.heard(topic, payload, retain);
        return;
      }
      // Whoever left a command to be kept does not mean this moment.
      if (retain || payload.length === 0) return;
      this.#options.events.message({
        topic,
        payload,
        principal: undefined,
        actor: { userName: ACTOR, address: "" },
        answer: (to, text) => {
          this.publish({ topic: to, payload: text, qos: 1, retain: false }).catch((error: unknown) =>
            log.debug("an MQTT answer was not sent", { reason: String(error) }),
          );
        },
      });
    });
    client.on("close", () => {
      if (this.#client !== client) return;
      this.#client = undefined;
      client.end(true);
      this.#failed(why);
    });
  }

  publish({ topic, payload, qos, retain }: OutgoingMessage): Promise<void> {
    const client = this.#client;
    if (client === undefined || !client.connected) return Promise.reject(brokerAway());
    return this.#unacknowledged.hand(Buffer.byteLength(topic) + Buffer.byteLength(payload), (done) =>
      client.publish(topic, payload, { qos, retain }, (error) =>
        done(error instanceof Error ? error : undefined),
      ),
    );
  }

  listen(topics: readonly string[]): void {
    const before = this.#heard;
    this.#heard = topics;
    const client = this.#client;
    if (client?.connected !== true) return;
    const gone = before.filter((topic) => !topics.includes(topic));
    if (gone.length > 0) client.unsubscribe(gone, () => undefined);
    this.#hear(
      client,
      topics.filter((topic) => !before.includes(topic)),
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    const client = this.#client;
    this.#client = undefined;
    if (client === undefined) return;
    if (client.connected) {
      // An orderly end sends no last will, so this is said here; a broker that hangs is not waited for.
      await new Promise<void>((resolve) => {
        const timer = this.#options.clock.after(1_000, resolve);
        client.publish(this.#nodeState(), "offline", { qos: 1, retain: true }, () => {
          timer.cancel();
          resolve();
        });
      });
    }
    client.end(true);
    this.#unacknowledged.giveUp();
  }

  #listen(client: MqttClient): void {
    const { acceptRequests, base, node, log } = this.#options;
    if (!acceptRequests) return;
    const filters = Object.values(TOPICS)
      .filter(({ direction }) => direction === "in")
      .flatMap(({ path }) =>
        path.includes("{below}")
          ? PLUGIN_SET_LEVELS.map((levels) => path.replace("{below}", Array(levels).fill("+").join("/")))
          : [path],
      )
      .map((path) => `${base}/${path.replace("{node}", node).replace(/\{\w+\}/g, "+")}`);
    client.subscribe(filters, { qos: 1 }, (error) => {
      if (error !== null) log.warn("requests are not heard at the MQTT broker", { reason: error.message });
    });
  }

  #hear(client: MqttClient, topics: readonly string[]): void {
    if (topics.length === 0) return;
    client.subscribe([...topics], { qos: 1 }, (error) => {
      if (error !== null)
        this.#options.log.warn("topics of other programs are not heard at the MQTT broker", {
          reason: error.message,
        });
    });
  }

  /** It is there and of no use: a new connection may find it well, and its machine may be another then. */
  #give(fault: BrokerFault): void {
    const client = this.#client;
    if (client === undefined) return;
    this.#client = undefined;
    client.end(true);
    this.#failed(fault, true);
  }

  /** It does what a broker is for, not only takes connections. */
  #acknowledged(): void {
    this.#hasAcknowledged = true;
    if (!this.#isToldAway) return;
    this.#isToldAway = false;
    this.#options.log.notice("connected to the MQTT broker", { url: this.#options.url });
  }

  #failed({ message: reason, case: fault }: BrokerReason, isGivenUp = false): void {
    this.#unacknowledged.giveUp();
    if (this.#isClosed) return;
    if (this.#wasOfUse(isGivenUp)) this.#failures = 0;
    this.#connectedMs = undefined;
    this.#hasAcknowledged = false;
    const { log, url, clock } = this.#options;
    if (this.#isToldAway) log.debug("the MQTT broker is still away", { url, reason });
    else log.warn("the MQTT broker is away", { url, reason });
    this.#isToldAway = true;
    const pauseMs = PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length - 1)] ?? 0;
    this.#failures += 1;
    const sinceMs = this.#state.status === "failed" ? this.#state.sinceMs : clock.wallMs();
    this.#setState({ status: "failed", reason, ...(fault === undefined ? {} : { fault }), sinceMs });
    this.#timer = clock.after(pauseMs, () => this.start());
  }

  /**
   * The next pause is a short one again. One that we give up must have done better than one that ends by itself: it gets all
   * states and pictures with each connection, and would be given up once a second without end.
   */
  #wasOfUse(isGivenUp: boolean): boolean {
    if (this.#connectedMs === undefined) return false;
    const hasStood = this.#options.clock.monotonicMs() - this.#connectedMs >= OF_USE_MS;
    return isGivenUp ? hasStood && this.#hasAcknowledged : hasStood || this.#hasAcknowledged;
  }

  #setState(state: BrokerState): void {
    this.#state = state;
    this.#options.events.changed();
  }

  #nodeState(): string {
    return topicOf(this.#options.base, "nodeState", { node: this.#options.node });
  }
}

/** Of a WebSocket only what waits is known: that it becomes less is seen from that, too. */
function outgoingOf(client: MqttClient | undefined): Outgoing {
  const stream = client?.stream;
  if (stream === undefined) return { waitingBytes: 0, leftBytes: 0 };
  const waitingBytes = stream.writableLength;
  return { waitingBytes, leftBytes: (stream instanceof Socket ? stream.bytesWritten : 0) - waitingBytes };
}
