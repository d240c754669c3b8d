// A pair of UDP ports for one track (RFC 3550 §11: RTP on an even port, RTCP on the next), open to the camera's address only.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { StreamFaultError } from "./stream-fault-error.ts";

export interface UdpEvents {
  rtp(packet: Buffer): void;
  rtcp(packet: Buffer): void;
}

const ATTEMPTS = 32;
/** An IDR picture arrives as one burst: the default of 208 KiB overflows at 4K. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export class UdpChannel {
  readonly #rtp: Socket;
  readonly #rtcp: Socket;
  readonly #cameraAddress: string;
  readonly port: number;
  #serverRtp: number | undefined;
  #serverRtcp: number | undefined;

  private constructor(rtp: Socket, rtcp: Socket, port: number, cameraAddress: string, events: UdpEvents) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.port = port;
    this.#cameraAddress = cameraAddress;
    const from = (address: string) => plainAddress(address) === plainAddress(cameraAddress);
    rtp.on("message", (packet, sender) => {
      if (from(sender.address)) events.rtp(packet);
    });
    rtcp.on("message", (packet, sender) => {
      if (from(sender.address)) events.rtcp(packet);
    });
    // An ICMP "port unreachable" for our own reports shows up here; the watchdog judges by what arrives.
    rtp.on("error", () => undefined);
    rtcp.on("error", () => undefined);
  }

  /** Opens a pair. Throws a fault if no two neighbouring ports are free. */
  static async open(cameraAddress: string, events: UdpEvents): Promise<UdpChannel> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const rtp = await bind(cameraAddress, 0);
      if (rtp === undefined) continue;
      const port = rtp.address().port;
      const rtcp = port % 2 === 0 ? await bind(cameraAddress, port + 1) : undefined;
      if (rtcp !== undefined) return new UdpChannel(rtp, rtcp, port, cameraAddress, events);
      rtp.close();
    }
    throw new StreamFaultError("protocol-error", "No two neighbouring UDP ports are free for the stream.");
  }

  /** Where the camera sends from: opens the way through a firewall in between. */
  punch(serverRtp: number | undefined, serverRtcp: number | undefined, report: Buffer): void {
    this.#serverRtp = serverRtp;
    this.#serverRtcp = serverRtcp;
    // An RTP header without payload, of a payload type that means nothing.
    const empty = Buffer.alloc(12);
    empty[0] = 0x80;
    empty[1] = 0x7f;
    if (serverRtp !== undefined) this.#rtp.send(empty, serverRtp, this.#cameraAddress, () => undefined);
    this.sendRtcp(report);
  }

  sendRtcp(packet: Buffer): void {
    const port = this.#serverRtcp ?? (this.#serverRtp === undefined ? undefined : this.#serverRtp + 1);
    if (port !== undefined) this.#rtcp.send(packet, port, this.#cameraAddress, () => undefined);
  }

  close(): void {
    this.#rtp.close();
    this.#rtcp.close();
  }
}

async function bind(cameraAddress: string, port: number): Promise<Socket | undefined> {
  const socket = createSocket({
    type: isIPv6(cameraAddress) ? "udp6" : "udp4",
    recvBufferSize: RECEIVE_BUFFER_BYTES,
  });
  try {
    socket.bind({ port, exclusive: true });
    await once(socket, "listening");
    socket.unref();
    return socket;
  } catch {
    socket.on("error", () => undefined);
    try {
      socket.close();
    } catch {
      return undefined;
    }
    return undefined;
  }
}

function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}
