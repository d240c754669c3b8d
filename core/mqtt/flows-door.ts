// How flows of the recorder's own reach its broker: a Unix socket in the run folder, and a login that is made for them with
// each start of core and lies in no file. Its rights are those that the nodes of the palette need, and no more.
import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { chmod, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { Right } from "../domain/roles.ts";
import { NightjarError } from "../errors.ts";
import { FLOWS_MQTT_SOCKET } from "../flows/protocol.ts";
import type { Principal } from "../users/principal.ts";
import type { SignedInClient } from "./broker-login.ts";
import type { EmbeddedBroker } from "./embedded-broker.ts";

/** No account can be called so: it holds a blank. */
export const FLOWS_USER = "flows of the recorder";
/** More connections than any sensible set of flows has. */
const MOST_CONNECTIONS = 16;

/** What nodes of the palette need: to see cameras, events and states, to record, to take pictures, to arm, to switch, to act. */
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
  "linkage.run",
]);

/** How flows sign in. */
export interface FlowsBrokerLogin {
  readonly socketPath: string;
  readonly username: string;
  readonly password: string;
}

export class FlowsDoor {
  readonly #socketPath: string;
  readonly #password = randomBytes(32).toString("base64url");
  readonly #sockets = new Set<Socket>();
  #open: { readonly broker: EmbeddedBroker; readonly server: Server } | undefined;

  /** `run` is the folder of the sockets between processes. */
  constructor(run: string) {
    this.#socketPath = join(run, FLOWS_MQTT_SOCKET);
  }

  /** Undefined while there is no broker of ours behind the door. */
  get login(): FlowsBrokerLogin | undefined {
    if (this.#open === undefined) return undefined;
    return { socketPath: this.#socketPath, username: FLOWS_USER, password: this.#password };
  }

  /** Opens it to this broker; one that is open to another one is closed first. */
  async open(broker: EmbeddedBroker): Promise<void> {
    if (this.#open?.broker === broker) return;
    await this.close();
    // Of a process that was killed.
    await rm(this.#socketPath, { force: true });
    const server = createServer((socket) => this.#take(socket, broker));
    server.maxConnections = MOST_CONNECTIONS;
    server.listen(this.#socketPath);
    await once(server, "listening");
    this.#open = { broker, server };
    try {
      await chmod(this.#socketPath, 0o600);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    const closed = once(open.server, "close");
    open.server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #take(socket: Socket, broker: EmbeddedBroker): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#sockets.delete(socket));
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
