// Where the gateway hands in MQTT over WebSocket: a Unix socket in the run folder, and a word that is made with each opening
// and goes over the link to the gateway alone. From here on such a client is as one of the TCP port: same login, same bounds.
//
// A connection begins with one line of JSON, {"word", "address", "secure"}; what follows is MQTT.
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import { join } from "node:path";
import { MQTT_WEB_SOCKET } from "../gateway/protocol.ts";
import { Admission } from "../gateway/restream/admission.ts";
import type { EmbeddedBroker } from "./embedded-broker.ts";
import { UnixDoor } from "./unix-door.ts";

const LINE_LIMIT_BYTES = 512;
const LINE_MS = 2_000;
const NEWLINE = 0x0a;

export class WebDoor {
  readonly #door: UnixDoor;
  readonly #admission = new Admission();
  #word = "";

  /** `run` is the folder of the sockets between processes. */
  constructor(run: string) {
    this.#door = new UnixDoor(join(run, MQTT_WEB_SOCKET));
  }

  /** What the gateway must say; undefined while the door is closed. */
  get word(): string | undefined {
    return this.#door.broker === undefined ? undefined : this.#word;
  }

  /** Opens it to this broker; one that is open to another one is closed first. */
  async open(broker: EmbeddedBroker): Promise<void> {
    if (this.#door.broker === broker) return;
    const word = randomBytes(32).toString("base64url");
    this.#word = word;
    await this.#door.open(broker, (socket) => this.#take(socket, broker, word));
  }

  close(): Promise<void> {
    return this.#door.close();
  }

  #take(socket: Socket, broker: EmbeddedBroker, word: string): void {
    socket.setTimeout(LINE_MS, () => socket.destroy());
    let got = Buffer.alloc(0);
    const read = (chunk: Buffer): void => {
      got = Buffer.concat([got, chunk]);
      const end = got.indexOf(NEWLINE);
      if (end < 0 && got.length <= LINE_LIMIT_BYTES) return;
      socket.off("data", read);
      socket.setTimeout(0);
      const told = end < 0 ? undefined : readLine(got.subarray(0, end).toString("utf8"), word);
      if (told === undefined) {
        socket.destroy();
        return;
      }
      socket.pause();
      if (end + 1 < got.length) socket.unshift(got.subarray(end + 1));
      this.#admit(socket, broker, told);
    };
    socket.on("data", read);
  }

  #admit(socket: Socket, broker: EmbeddedBroker, { address, isSecure }: Told): void {
    const guest = { address, turnAway: () => socket.destroy() };
    if (!this.#admission.arrive(guest)) {
      socket.destroy();
      return;
    }
    socket.once("close", () => this.#admission.leave(guest));
    broker.handle(socket, { address, isSecure, signedIn: () => this.#admission.welcome(guest) });
    socket.resume();
  }
}

interface Told {
  readonly address: string;
  readonly isSecure: boolean;
}

/** Undefined: whoever this is, it is not the gateway. */
function readLine(line: string, word: string): Told | undefined {
  try {
    const told = JSON.parse(line) as { word?: unknown; address?: unknown; secure?: unknown } | null;
    const given = Buffer.from(String(told?.word));
    const wanted = Buffer.from(word);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
    return { address: String(told?.address), isSecure: told?.secure === true };
  } catch {
    return undefined;
  }
}
