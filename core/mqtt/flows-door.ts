// How flows of the recorder's own reach its broker: a Unix socket in the run folder, and a login that is made for them with
// each start of core and lies in no file. Its rights are those that the nodes of the palette need, and no more.
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import { join } from "node:path";
import type { Right } from "../domain/roles.ts";
import { NightjarError } from "../errors.ts";
import { FLOWS_MQTT_SOCKET } from "../flows/protocol.ts";
import type { Principal } from "../users/principal.ts";
import type { SignedInClient } from "./broker-login.ts";
import type { EmbeddedBroker } from "./embedded-broker.ts";
import { UnixDoor } from "./unix-door.ts";

/** No account can be called so: it holds a blank. */
export const FLOWS_USER = "flows of the recorder";
/** More connections than any sensible set of flows has. */
const MOST_CONNECTIONS = 16;

/** What nodes of the palette need: to see cameras, events and states, to record, to take pictures, to arm, to switch, to turn, to act. */
export const FLOWS_RIGHTS: ReadonlySet<Right> = new Set<Right>([
  "mqtt.connect",
  "status.view",
  "system.view",
  "cameras.view",
  "events.view",
  "snapshot",
  "recordings.manual",
  "arming.set",
  "outputs.set",
  "inputs.set",
  "ptz",
  "linkage.run",
]);

/** How flows sign in. */
export interface FlowsBrokerLogin {
  readonly socketPath: string;
  readonly username: string;
  readonly password: string;
}

export class FlowsDoor {
  readonly #door: UnixDoor;
  readonly #password = randomBytes(32).toString("base64url");

  /** `run` is the folder of the sockets between processes. */
  constructor(run: string) {
    this.#door = new UnixDoor(join(run, FLOWS_MQTT_SOCKET), MOST_CONNECTIONS);
  }

  /** Undefined while there is no broker of ours behind the door. */
  get login(): FlowsBrokerLogin | undefined {
    if (this.#door.broker === undefined) return undefined;
    return { socketPath: this.#door.socketPath, username: FLOWS_USER, password: this.#password };
  }

  /** Opens it to this broker; one that is open to another one is closed first. */
  async open(broker: EmbeddedBroker): Promise<void> {
    if (this.#door.broker === broker) return;
    await this.#door.open(broker, (socket) => this.#take(socket, broker));
  }

  close(): Promise<void> {
    return this.#door.close();
  }

  #take(socket: Socket, broker: EmbeddedBroker): void {
    broker.handle(socket, {
      address: "",
      isSecure: true,
      signIn: (name, password) => this.#signIn(name, password),
    });
  }

  /** Accounts do not come in here. Throws `NJ_UNAUTHENTICATED`. */
  #signIn(name: string | undefined, password: string | undefined): SignedInClient {
    const given = Buffer.from(password ?? "");
    const wanted = Buffer.from(this.#password);
    if (name !== FLOWS_USER || given.length !== wanted.length || !timingSafeEqual(given, wanted))
      throw new NightjarError("NJ_UNAUTHENTICATED", "unauthenticated", "this is not the login of flows");
    return { principal: PRINCIPAL, end: () => undefined };
  }
}

const PRINCIPAL: Principal = {
  sessionId: "flows",
  userName: FLOWS_USER,
  role: "administrator",
  cameras: "all",
  expiresAtMs: Number.MAX_SAFE_INTEGER,
  token: { id: "flows", name: "flows", rights: FLOWS_RIGHTS, expiresAtMs: undefined },
};
