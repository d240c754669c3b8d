// MQTT over WebSocket (MQTT 3.1.1 §6) at `/mqtt`: the frames are taken off here and the bytes handed to core's broker, which
// knows who may come in and how much. Who a client is stands in MQTT's own packets: no cookie opens anything here.
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createWebSocketStream, type WebSocket } from "ws";
import type { Clock } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import type { ClientIdentity } from "./client-identity.ts";
import { httpError, refuseUpgrade } from "./problem.ts";
import { Upgrades } from "./upgrades.ts";

/** Where it is below the base path. */
export const MQTT_PATH = "/mqtt";
const PROTOCOL = "mqtt";
/** A payload as long as the broker takes one, with what stands around it. */
const MESSAGE_LIMIT_BYTES = 260 * 1024;
const CONNECT_MS = 2_000;
const CLOSE_GRACE_MS = 500;
/** WebSocket close codes (RFC 6455 §7.4.1). */
const CLOSE_CODE = { goingAway: 1001, unsupported: 1003 } as const;

export interface MqttDoorParts {
  readonly socketPath: string;
  /** The word that core's door wants. Rejects with not-found while it is closed, or unavailable. */
  word(): Promise<string>;
  readonly clock: Clock;
}

export class MqttDoor {
  readonly #parts: MqttDoorParts;
  readonly #upgrades = new Upgrades({ protocol: PROTOCOL, messageLimitBytes: MESSAGE_LIMIT_BYTES });

  constructor(parts: MqttDoorParts) {
    this.#parts = parts;
  }

  /** Makes a WebSocket of it and ties it to the broker. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, client: ClientIdentity): void {
    const offered = String(request.headers["sec-websocket-protocol"] ?? "").split(/\s*,\s*/);
    if (!offered.includes(PROTOCOL)) {
      refuseUpgrade(
        socket,
        httpError(400, "NJ_BAD_REQUEST", "MQTT over WebSocket is asked for with the subprotocol mqtt"),
      );
      return;
    }
    const open = async () => {
      const broker = await this.#connect(client);
      return { broker, release: () => void broker.destroy() };
    };
    void this.#upgrades.accept(request, socket, head, client, open, (webSocket, { broker }) =>
      this.#tie(webSocket, broker),
    );
  }

  close(): void {
    this.#upgrades.close();
  }

  async #connect({ address, secure }: ClientIdentity): Promise<Socket> {
    const { socketPath, word } = this.#parts;
    const hello = JSON.stringify({ word: await word(), address, secure });
    const broker = connect(socketPath);
    broker.setTimeout(CONNECT_MS, () => broker.destroy(new Error("no connection in time")));
    try {
      await once(broker, "connect");
    } catch (error) {
      throw new NightjarError("NJ_MQTT_AWAY", "unavailable", "the broker does not answer", {}, error);
    }
    broker.setTimeout(0);
    broker.on("error", () => broker.destroy());
    broker.write(`${hello}\n`);
    return broker;
  }

  #tie(webSocket: WebSocket, broker: Socket): void {
    webSocket.on("message", (_data, isBinary) => {
      if (isBinary) return;
      broker.destroy();
      webSocket.close(CLOSE_CODE.unsupported, "binary frames only");
    });
    const stream = createWebSocketStream(webSocket, { allowHalfOpen: false });
    stream.on("error", () => broker.destroy());
    webSocket.once("close", () => broker.destroy());
    broker.once("close", () => {
      webSocket.close(CLOSE_CODE.goingAway);
      this.#parts.clock.after(CLOSE_GRACE_MS, () => webSocket.terminate());
    });
    stream.pipe(broker, { end: false });
    broker.pipe(stream, { end: false });
    if (broker.destroyed) webSocket.terminate();
  }
}
