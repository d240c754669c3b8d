// How packets leave to one viewer: as they are into its RTSP connection, or one by one over UDP to its own address.
import type { Socket as UdpSocket } from "node:dgram";
import type { Socket } from "node:net";
import type { ByteCounter } from "../doors/client-socket.ts";
import type { PacketBlock } from "./packet-block.ts";

/** The two channels or ports of a track at the viewer's end. */
export interface Pair {
  readonly rtp: number;
  readonly rtcp: number;
}

export interface ViewerOutput {
  /** Bytes that have not left yet. */
  readonly waitingBytes: number;
  /** Bytes that have left, as a sign of life. */
  readonly sentBytes: number;
  send(block: PacketBlock, pair: Pair): void;
  control(packet: Buffer, pair: Pair): void;
  /** Several sends are about to follow, as one write if that is possible. */
  gather(sends: () => void): void;
  close(): void;
}

/** Into the connection that the requests come from. */
export class TcpOutput implements ViewerOutput {
  readonly #socket: Socket;
  readonly #counter: ByteCounter;

  constructor(socket: Socket, counter: ByteCounter) {
    this.#socket = socket;
    this.#counter = counter;
  }

  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  get sentBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  send(block: PacketBlock, pair: Pair): void {
    this.#counter.bytesSent += block.length;
    this.#socket.write(block.interleaved(pair.rtp));
  }

  control(packet: Buffer, pair: Pair): void {
    const framed = Buffer.allocUnsafe(packet.length + 4);
    framed.writeUInt32BE(0x24000000 | (pair.rtcp << 16) | packet.length, 0);
    packet.copy(framed, 4);
    this.#socket.write(framed);
  }

  gather(sends: () => void): void {
    this.#socket.cork();
    sends();
    this.#socket.uncork();
  }

  close(): void {
    // The connection is its owner's to close.
  }
}

/** At most so much at once: receivers' buffers are some 200 kB, and a key frame or a whole group of pictures is more. */
const BURST_BYTES = 48 * 1024;
const BURST_PERIOD_MS = 4;

interface Waiting {
  readonly block: PacketBlock;
  readonly port: number;
  next: number;
}

/** Over UDP, evenly enough not to overrun the receiver. */
export class UdpOutput implements ViewerOutput {
  readonly #sockets: { readonly rtp: UdpSocket; readonly rtcp: UdpSocket };
  readonly #address: string;
  readonly #counter: ByteCounter;
  readonly #queue: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #burst = 0;
  waitingBytes = 0;
  sentBytes = 0;

  constructor(
    sockets: { readonly rtp: UdpSocket; readonly rtcp: UdpSocket },
    address: string,
    counter: ByteCounter,
  ) {
    this.#sockets = sockets;
    this.#address = address;
    this.#counter = counter;
  }

  send(block: PacketBlock, pair: Pair): void {
    this.#queue.push({ block, port: pair.rtp, next: 0 });
    this.waitingBytes += block.length;
    if (this.#timer === undefined) this.#drain();
  }

  control(packet: Buffer, pair: Pair): void {
    this.#sockets.rtcp.send(packet, pair.rtcp, this.#address);
  }

  gather(sends: () => void): void {
    sends();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#queue.length = 0;
    this.waitingBytes = 0;
  }

  /** Sends a burst; the rest, and what may come within the same moment, waits for the next one. */
  #drain(): void {
    this.#burst = 0;
    let current = this.#queue[0];
    while (current !== undefined && this.#burst < BURST_BYTES) {
      const packet = current.block.packet(current.next);
      this.#sockets.rtp.send(packet, current.port, this.#address);
      this.#burst += packet.length;
      current.next += 1;
      if (current.next < current.block.packetCount) continue;
      this.waitingBytes -= current.block.length;
      this.#queue.shift();
      current = this.#queue[0];
    }
    this.sentBytes += this.#burst;
    this.#counter.bytesSent += this.#burst;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#queue.length > 0) this.#drain();
    }, BURST_PERIOD_MS);
  }
}
