// The broker within (MQTT 3.1.1, QoS 0 and 1): aedes between a door that lets in whoever Nightjar knows and an access list
// that judges every message both ways. Everything that a client can make it keep has a bound; sessions are not kept.
import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { Aedes, type Client } from "aedes";
import type { Clock } from "../clock.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Principal } from "../users/principal.ts";
import { judgePublish, mayReceive, maySubscribe } from "./access.ts";
import { BoundedConnection, type CutReason } from "./bounded-connection.ts";
import type { Broker, BrokerEvents, BrokerState, OutgoingMessage } from "./broker.ts";
import type { BrokerLogin, SignedInClient } from "./broker-login.ts";
import { RetainedBound } from "./retained-bound.ts";
import { matches } from "./topic-filters.ts";

export const SUBSCRIPTIONS_PER_CLIENT = 1_000;
const CLIENT_ID_LIMIT = 128;
const CONNECT_MS = 10_000;
/** Where what is not handed on goes: nobody can subscribe to it. */
const NOWHERE = "$SYS/nowhere";

/** Where a connection comes from. */
export interface ClientPlace {
  readonly address: string;
  readonly isSecure: boolean;
  /** The client has proved who it is. */
  signedIn?(): void;
  /** How clients from there sign in, where it is not with an account. Throws `NJ_UNAUTHENTICATED`. */
  signIn?(name: string | undefined, password: string | undefined): SignedInClient;
}

/** What is known of a connection. */
interface Guest {
  readonly place: ClientPlace;
  readonly filters: Set<string>;
  login: SignedInClient | undefined;
  id: string | undefined;
  /** It asked for a session and gave no name for it. */
  isNameless: boolean;
}

/** A client as pages show it. */
export interface BrokerClient {
  readonly id: string;
  readonly userName: string;
  readonly token: string | undefined;
  readonly address: string;
  readonly isSecure: boolean;
  readonly subscriptions: number;
}

export class EmbeddedBroker implements Broker {
  readonly #base: string;
  readonly #login: BrokerLogin;
  readonly #events: BrokerEvents;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #guests = new Map<Client, Guest>();
  /** Also of those that have left: their wills are judged after that. */
  readonly #known = new WeakMap<Client, Guest>();
  readonly #owners = new Map<string, { readonly userName: string; readonly guest: Guest }>();
  readonly #retained = new RetainedBound();
  readonly #aedes: Aedes;
  #heard: ReadonlySet<string> = new Set();
  #state: BrokerState;

  constructor(options: {
    readonly base: string;
    readonly login: BrokerLogin;
    readonly events: BrokerEvents;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#base = options.base;
    this.#login = options.login;
    this.#events = options.events;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#state = { status: "starting", sinceMs: options.clock.wallMs() };
    this.#aedes = new Aedes({
      connectTimeout: CONNECT_MS,
      drainTimeout: 300,
      queueLimit: 100,
      preConnect: (client, packet, done) => {
        // Sessions that outlive their connection would be queues that nobody empties.
        const wantsSession = packet.clean === false;
        packet.clean = true;
        if (packet.will !== undefined) packet.will.qos = packet.will.qos === 0 ? 0 : 1;
        const id = packet.clientId ?? "";
        const guest = this.#guests.get(client);
        // A session without a name nobody could come back to (MQTT-3.1.3-8).
        if (guest !== undefined) guest.isNameless = wantsSession && id === "";
        const isSound = id.length <= CLIENT_ID_LIMIT && !/[\p{Cc}\uFFFD/+#]/u.test(id);
        done(isSound ? null : new Error("client id refused"), isSound && guest !== undefined);
      },
      authenticate: (client, name, password, done) => {
        this.#authenticate(client, name, password?.toString("utf8")).then(
          () => done(null, true),
          (error: unknown) => done(connectError(error), false),
        );
      },
      authorizeSubscribe: (client, subscription, done) => {
        const guest = this.#guests.get(client);
        const principal = guest?.login?.principal;
        const filter = subscription.topic;
        const isAllowed =
          guest !== undefined &&
          principal !== undefined &&
          maySubscribe(principal, this.#base, filter) &&
          (guest.filters.has(filter) || guest.filters.size < SUBSCRIPTIONS_PER_CLIENT);
        if (isAllowed) guest.filters.add(filter);
        done(null, isAllowed ? subscription : null);
      },
      authorizePublish: (client, packet, done) =>
        done(client === null ? null : this.#takeFrom(client, packet)),
      authorizeForward: (client, packet) => {
        const principal = this.#guests.get(client)?.login?.principal;
        return principal !== undefined && mayReceive(principal, this.#base, packet.topic) ? packet : null;
      },
    });
    this.#aedes.on("unsubscribe", (filters, client) => {
      for (const filter of filters) this.#guests.get(client)?.filters.delete(filter);
    });
    this.#aedes.on("clientDisconnect", (client) => this.#leave(client));
    // What a client did wrong is its own business: the connection is over, and that is all.
    this.#aedes.on("clientError", (client, error) => this.#noteFault(client, error));
    this.#aedes.on("connectionError", (client, error) => this.#noteFault(client, error));
    const emitter: EventEmitter = this.#aedes;
    emitter.on("error", (error: unknown) =>
      this.#log.error("the MQTT broker failed", { reason: String(error) }),
    );
  }

  get state(): BrokerState {
    return this.#state;
  }

  /** Who is connected. */
  clients(): BrokerClient[] {
    return [...this.#guests.values()].flatMap(({ id, login, place, filters }) =>
      id === undefined || login === undefined
        ? []
        : [
            {
              id,
              userName: login.principal.userName,
              token: login.principal.token?.name,
              address: place.address,
              isSecure: place.isSecure,
              subscriptions: filters.size,
            },
          ],
    );
  }

  async start(): Promise<void> {
    await this.#aedes.listen();
    this.#state = { status: "running", sinceMs: this.#clock.wallMs() };
    this.#events.up();
  }

  /** Takes a connection. */
  handle(transport: Duplex, place: ClientPlace): void {
    const connection = new BoundedConnection(transport, this.#clock, (reason) =>
      this.#noteCut(place, reason),
    );
    const client = this.#aedes.handle(connection);
    const guest: Guest = { place, filters: new Set(), login: undefined, id: undefined, isNameless: false };
    this.#guests.set(client, guest);
    this.#known.set(client, guest);
    connection.once("close", () => this.#leave(client));
  }

  publish(message: OutgoingMessage): Promise<void> {
    // What one part of the recorder sends another one may listen for.
    const payload = Buffer.isBuffer(message.payload) ? message.payload : Buffer.from(message.payload);
    if (this.#heard.has(message.topic)) this.#hear(message.topic, payload);
    return new Promise((resolve, reject) => {
      this.#aedes.publish(
        {
          cmd: "publish",
          dup: false,
          topic: message.topic,
          payload,
          qos: message.qos,
          retain: message.retain,
        },
        (error) => {
          if (error)
            reject(new NightjarError("NJ_MQTT_AWAY", "unavailable", "the broker has ended", {}, error));
          else resolve();
        },
      );
    });
  }

  listen(topics: readonly string[]): void {
    this.#heard = new Set(topics);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#aedes.close(() => resolve()));
  }

  async #authenticate(client: Client, name: string | undefined, password: string | undefined): Promise<void> {
    const guest = this.#guests.get(client);
    if (guest === undefined) throw new NightjarError("NJ_MQTT_AWAY", "unavailable", "the client has gone");
    if (guest.isNameless)
      throw new NightjarError(
        "NJ_MQTT_CLIENT_ID",
        "permission-denied",
        "a client without an id has no session to come back to",
      );
    const { place } = guest;
    const info = {
      address: place.address,
      secure: place.isSecure,
      userAgent: `MQTT ${client.id}`.slice(0, 200),
    };
    const login =
      place.signIn?.(name, password) ??
      (await this.#login.signIn(name, password, info, () => {
        guest.login = undefined;
        client.close();
      }));
    if (!this.#guests.has(client)) {
      login.end();
      throw new NightjarError("NJ_MQTT_AWAY", "unavailable", "the client has gone");
    }
    // Taking over an id cuts its connection: nobody does that to another account.
    const owner = this.#owners.get(client.id);
    if (owner !== undefined && owner.userName !== login.principal.userName) {
      login.end();
      throw new NightjarError(
        "NJ_MQTT_CLIENT_ID",
        "permission-denied",
        "another account's client has this client id",
      );
    }
    this.#owners.set(client.id, { userName: login.principal.userName, guest });
    guest.login = login;
    guest.id = client.id;
    place.signedIn?.();
    this.#events.changed();
  }

  /** Judges what a client publishes. Answers an error where the connection must end. */
  #takeFrom(client: Client, packet: PublishedPacket): Error | null {
    const guest = this.#known.get(client);
    const principal = guest?.login?.principal;
    if (guest === undefined || principal === undefined) return new Error("not signed in");
    const { topic } = packet;
    const payload = Buffer.from(packet.payload);
    const verdict = judgePublish(principal, this.#base, { topic, retain: packet.retain });
    if (verdict === "malformed") return new Error("malformed topic");
    if (verdict === "forwarded") {
      if (packet.retain && !this.#retained.admit(topic, payload.length)) packet.retain = false;
      this.#hear(topic, payload);
      return null;
    }
    packet.topic = NOWHERE;
    packet.payload = Buffer.alloc(0);
    packet.retain = false;
    if (verdict === "taken") this.#pass(guest.place, principal, topic, payload);
    else this.#log.debug("an MQTT message was dropped", { client: client.id, user: principal.userName });
    return null;
  }

  #hear(topic: string, payload: Buffer): void {
    if (this.#heard.has(topic)) this.#events.heard(topic, payload, false);
  }

  #pass(place: ClientPlace, principal: Principal, topic: string, payload: Buffer): void {
    const { userName, sessionId, token } = principal;
    this.#events.message({
      topic,
      payload,
      principal,
      actor: { userName, sessionId, address: place.address, token },
      answer: (to, text) => this.#answer(principal, to, text),
    });
  }

  /** To the clients of the account, and of the token where there is one, that have subscribed to answers. */
  #answer(asker: Principal, topic: string, payload: string): void {
    for (const [client, { login, filters }] of this.#guests) {
      const who = login?.principal;
      if (who === undefined || who.userName !== asker.userName || who.token?.id !== asker.token?.id) continue;
      if (![...filters].some((filter) => matches(filter, topic))) continue;
      client.publish(
        { cmd: "publish", dup: false, topic, payload: Buffer.from(payload), qos: 1, retain: false },
        () => undefined,
      );
    }
  }

  #leave(client: Client): void {
    const guest = this.#guests.get(client);
    if (guest === undefined) return;
    this.#guests.delete(client);
    if (guest.id !== undefined && this.#owners.get(guest.id)?.guest === guest) this.#owners.delete(guest.id);
    guest.login?.end();
    this.#events.changed();
  }

  #noteCut(place: ClientPlace, reason: CutReason): void {
    this.#log.notice("an MQTT client was cut off", { address: place.address, reason });
  }

  #noteFault(client: Client, error: Error): void {
    this.#log.debug("an MQTT client failed", { client: client.id ?? "", reason: error.message });
  }
}

/** What of a packet is judged and changed. */
interface PublishedPacket {
  topic: string;
  payload: Buffer | string;
  retain: boolean;
}

/** MQTT 3.1.1 §3.2.2.3. */
function connectError(error: unknown): Error & { returnCode: 2 | 3 | 4 | 5 } {
  const isOurs = error instanceof NightjarError;
  const code = isOurs ? error.code : "";
  const kind = isOurs ? error.kind : "internal";
  const returnCode =
    code === "NJ_MQTT_CLIENT_ID" ? 2 : kind === "unauthenticated" ? 4 : kind === "permission-denied" ? 5 : 3;
  return Object.assign(new Error(code === "" ? "the log-in failed" : code), { returnCode } as const);
}
