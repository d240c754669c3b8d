// The embedded broker behind a real TCP port, with real accounts and tokens, and clients of the package `mqtt`.
import { once } from "node:events";
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { connect, type IClientOptions, type MqttClient } from "mqtt";
import { systemClock } from "../../../core/clock.ts";
import type { Right } from "../../../core/domain/roles.ts";
import { silentLog } from "../../../core/log.ts";
import type { IncomingMessage } from "../../../core/mqtt/broker.ts";
import { BrokerLogin } from "../../../core/mqtt/broker-login.ts";
import { EmbeddedBroker } from "../../../core/mqtt/embedded-broker.ts";
import { ACTOR, GOOD_PASSWORD, type UsersFixture, usersFixture } from "../users/users-fixture.ts";

export interface BrokerFixture extends UsersFixture {
  readonly broker: EmbeddedBroker;
  readonly port: number;
  /** What Nightjar took. */
  readonly taken: IncomingMessage[];
  /** What was said on topics of other programs that are listened to: `topic payload`. */
  readonly heard: string[];
  /** Connects, and waits until that is accepted. Without a name: as nobody. */
  client(name: string, options?: IClientOptions): Promise<TestClient>;
  /** A connection that speaks for itself. */
  raw(): Promise<Socket>;
  /** A token of an account. */
  token(
    userName: string,
    rights: readonly Right[],
    cameras?: readonly string[],
  ): Promise<{ secret: string; id: string }>;
  say(topic: string, payload: string, retain?: boolean): Promise<void>;
}

export interface TestClient {
  readonly mqtt: MqttClient;
  /** `topic payload`, as they came. */
  readonly got: string[];
  /** Resolves when the connection is over. */
  gone(): Promise<void>;
  /** What is granted: 0, 1, or 128 for no. */
  subscribe(...filters: string[]): Promise<number[]>;
  publish(topic: string, payload: string, options?: { retain?: boolean; qos?: 0 | 1 }): Promise<void>;
}

/** ann is an administrator, bob an operator of `yard` and `gate`, eve a viewer of `yard`. */
export async function brokerFixture(t: TestContext): Promise<BrokerFixture> {
  const fixture = await usersFixture(t);
  const { accounts } = fixture.users;
  await accounts.create({ name: "ann", role: "administrator", password: GOOD_PASSWORD }, ACTOR);
  await accounts.create(
    { name: "bob", role: "operator", password: GOOD_PASSWORD, cameras: ["yard", "gate"] },
    ACTOR,
  );
  await accounts.create({ name: "eve", role: "viewer", password: GOOD_PASSWORD, cameras: ["yard"] }, ACTOR);
  const taken: IncomingMessage[] = [];
  const heard: string[] = [];
  const login = new BrokerLogin(fixture.users, systemClock, silentLog);
  const broker = new EmbeddedBroker({
    base: "nightjar",
    login,
    clock: systemClock,
    log: silentLog,
    events: {
      up: () => undefined,
      changed: () => undefined,
      message: (message) => void taken.push(message),
      heard: (topic, payload) => void heard.push(`${topic} ${payload.toString()}`),
    },
  });
  await broker.start();
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    broker.handle(socket, { address: "127.0.0.1", isSecure: false });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const opened = new Set<MqttClient | Socket>();
  t.after(async () => {
    for (const one of opened) {
      if ("destroy" in one) one.destroy();
      else one.end(true);
    }
    login.close();
    await broker.close();
    server.close();
  });
  return {
    ...fixture,
    broker,
    port,
    taken,
    heard,
    async client(name, options = {}) {
      const mqtt = connect(`mqtt://127.0.0.1:${port}`, {
        protocolVersion: 4,
        reconnectPeriod: 0,
        ...(name === "" ? {} : { username: name, password: GOOD_PASSWORD }),
        ...options,
      });
      opened.add(mqtt);
      const got: string[] = [];
      mqtt.on("message", (topic, payload) => void got.push(`${topic} ${payload.toString()}`));
      await new Promise<void>((resolve, reject) => {
        mqtt.once("connect", () => resolve());
        mqtt.once("error", reject);
        mqtt.once("close", () => reject(new Error("closed")));
      });
      mqtt.on("error", () => undefined);
      return {
        mqtt,
        got,
        gone: () => new Promise((resolve) => mqtt.once("close", () => resolve())),
        subscribe: (...filters) =>
          new Promise((resolve, reject) => {
            mqtt.subscribe(filters, { qos: 1 }, (error, granted, packet) => {
              // The package takes a refusal for an error; what was granted stands in the packet.
              const codes = packet?.granted as number[] | undefined;
              if (codes !== undefined) resolve(codes);
              else if (error !== null) reject(error);
              else resolve((granted ?? []).map(({ qos }) => qos));
            });
          }),
        async publish(topic, payload, { retain = false, qos = 1 } = {}) {
          await mqtt.publishAsync(topic, payload, { retain, qos });
        },
      };
    },
    async raw() {
      const socket = connectTcp(port, "127.0.0.1");
      opened.add(socket);
      socket.on("error", () => undefined);
      await once(socket, "connect");
      return socket;
    },
    async token(userName, rights, cameras) {
      const { name, role, cameras: own } = await accounts.existing(userName);
      const { secret, token } = await fixture.users.apiTokens.create(
        {
          name: `token ${rights.join(" ")}`.slice(0, 64),
          rights,
          cameras: cameras ?? "all",
          expiresAtMs: undefined,
        },
        { userName: name, role, cameras: own },
        { userName: name, address: "127.0.0.1" },
      );
      return { secret, id: token.id };
    },
    say: (topic, payload, retain = false) => broker.publish({ topic, payload, qos: 1, retain }),
  };
}
