// How many connections the gateway holds, and who gives way when all places are taken (attack list A25): the connection that
// has waited longest without a whole request of it being served. So strangers who fill the places with silence, with half
// requests or with bodies that never end cannot keep the recorder's people out, from however many addresses they come.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

const LIMIT = 4_096;
/** A stranger's share of them; a trusted proxy speaks for many. */
const LIMIT_PER_ADDRESS = 1_536;

export class ConnectionPlaces {
  readonly #limit: number;
  readonly #limitPerAddress: number;
  readonly #isTrusted: (address: string) => boolean;
  readonly #taken = new Map<string, Socket>();
  /** Those that give way, the one that has waited longest first. */
  readonly #yielding = new Map<string, Socket>();
  readonly #perAddress = new Map<string, number>();

  constructor(options: {
    /** True for the address of a trusted reverse proxy. */
    readonly isTrusted: (address: string) => boolean;
    readonly limit?: number;
    readonly limitPerAddress?: number;
  }) {
    this.#isTrusted = options.isTrusted;
    this.#limit = options.limit ?? LIMIT;
    this.#limitPerAddress = options.limitPerAddress ?? LIMIT_PER_ADDRESS;
  }

  /** Connections that have a place. */
  get count(): number {
    return this.#taken.size;
  }

  /** Gives a new connection a place, another's if need be; false if it was closed for want of one. */
  admit(socket: Socket): boolean {
    const key = keyOf(socket);
    const address = socket.remoteAddress ?? "";
    const ofAddress = (this.#perAddress.get(address) ?? 0) + 1;
    const tooMany = ofAddress > this.#limitPerAddress && !this.#isTrusted(address);
    if (key === undefined || tooMany || (this.#taken.size >= this.#limit && !this.#makeRoom())) {
      socket.destroy();
      return false;
    }
    this.#taken.set(key, socket);
    this.#yielding.set(key, socket);
    this.#perAddress.set(address, ofAddress);
    socket.once("close", () => this.#leave(key, address, socket));
    return true;
  }

  /** A request has begun: from when all of it is there until it is answered its connection does not give way. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    const { headers } = request;
    const key = keyOf(request.socket);
    const socket = key === undefined ? undefined : this.#taken.get(key);
    if (key === undefined || socket === undefined) return;
    const keep = () => this.#yielding.delete(key);
    response.once("close", () => {
      if (this.#taken.get(key) === socket) this.#yielding.set(key, socket);
    });
    // A body may take for ever: who sends one has not asked for anything until it is whole.
    const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
    if (hasBody) request.once("end", keep);
    else keep();
  }

  /** The connection became a WebSocket, or is refused at once: it does not give way. */
  keep(socket: Pick<Socket, "remoteAddress" | "remotePort" | "localPort">): void {
    const key = keyOf(socket);
    if (key !== undefined) this.#yielding.delete(key);
  }

  #makeRoom(): boolean {
    for (const [key, socket] of this.#yielding) {
      this.#leave(key, addressIn(key), socket);
      socket.destroy();
      return true;
    }
    return false;
  }

  #leave(key: string, address: string, socket: Socket): void {
    if (this.#taken.get(key) !== socket) return;
    this.#taken.delete(key);
    this.#yielding.delete(key);
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left <= 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, left);
  }
}

/** The same for a TLS socket and the one beneath it; undefined if the peer is gone already. */
function keyOf(socket: Pick<Socket, "remoteAddress" | "remotePort" | "localPort">): string | undefined {
  const { remoteAddress, remotePort, localPort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return `${remoteAddress} ${remotePort} ${localPort}`;
}

function addressIn(key: string): string {
  return key.slice(0, key.indexOf(" "));
}
