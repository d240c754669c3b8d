// The pair of UDP sockets (even port RTP, next port RTCP; RFC 3550 §11) that one server uses for all its clients.
// What clients send back tells that they live; it is matched to a session by its sender's address and port.
import { createSocket, type Socket } from "node:dgram";
import { lookup as lookUpName } from "node:dns";
import { once } from "node:events";
import { isIP } from "node:net";
import { NightjarError } from "../../errors.ts";

export interface UdpPorts {
  readonly rtp: Socket;
  readonly rtcp: Socket;
  readonly rtpPort: number;
  close(): void;
}

const ATTEMPTS = 40;
/** A key frame of a large picture arrives in the kernel at once. */
const SEND_BUFFER_BYTES = 2 * 1024 * 1024;

/** Opens a free pair on `host`. `onFeedback` gets RTCP of clients. Throws `NJ_RTSP_PORTS_BUSY`. */
export async function openUdpPorts(
  host: string,
  onFeedback: (packet: Buffer, address: string, port: number) => void,
): Promise<UdpPorts> {
  const type = host.includes(":") ? "udp6" : "udp4";
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const rtp = createSocket({ type, lookup, sendBufferSize: SEND_BUFFER_BYTES });
    const rtcp = createSocket({ type, lookup });
    try {
      await bind(rtp, host, 0);
      const rtpPort = rtp.address().port;
      if (rtpPort % 2 === 0) {
        await bind(rtcp, host, rtpPort + 1);
        for (const socket of [rtp, rtcp]) {
          // A client that is gone answers with ICMP errors; its session ends by its timeout.
          socket.on("error", () => undefined);
          socket.on("message", (packet, peer) => onFeedback(packet, peer.address, peer.port));
        }
        return {
          rtp,
          rtcp,
          rtpPort,
          close() {
            rtp.close();
            rtcp.close();
          },
        };
      }
    } catch {
      // Somebody else has the odd port: the next attempt gets another pair.
    }
    rtp.close();
    rtcp.close();
  }
  throw new NightjarError("NJ_RTSP_PORTS_BUSY", "unavailable", `no free pair of UDP ports on ${host}`, {
    host,
  });
}

/** Clients are numbers already: they are not looked up, packet by packet. */
function lookup(
  address: string,
  _options: unknown,
  found: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
  const family = isIP(address);
  if (family !== 0) found(null, address, family);
  else lookUpName(address, found);
}

async function bind(socket: Socket, host: string, port: number): Promise<void> {
  const listening = once(socket, "listening");
  socket.bind(port, host);
  await listening;
}
