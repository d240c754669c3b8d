// Sends one track to one client: RTP packets with running sequence numbers, sender reports (RFC 3550 §6.4.1) and BYE,
// interleaved in the RTSP connection or over UDP. A client that does not read loses units up to the next key frame.
import type { Socket as UdpSocket } from "node:dgram";
import type { Socket } from "node:net";
import { PacketPlan } from "./packet-plan.ts";
import { goodbye, senderReport } from "./sender-report.ts";
import type { ServedTrack, ServedUnit } from "./served-source.ts";

export type RtpRoute =
  | { readonly kind: "tcp"; readonly socket: Socket; readonly rtp: number; readonly rtcp: number }
  | {
      readonly kind: "udp";
      readonly address: string;
      readonly rtp: number;
      readonly rtcp: number;
      readonly rtpSocket: UdpSocket;
      readonly rtcpSocket: UdpSocket;
    };

/** A packet on its way, as fault hooks see it. */
export interface OutgoingPacket {
  readonly kind: "rtp" | "rtcp";
  readonly track: number;
  readonly bytes: Buffer;
}

/** May replace a packet by none, itself changed, or several. */
export type PacketHook = (packet: OutgoingPacket) => readonly Buffer[];

export interface SenderCounters {
  packets: number;
  bytes: number;
  unitsDropped: number;
}

export interface RtpSenderOptions {
  readonly track: number;
  readonly served: ServedTrack;
  readonly route: RtpRoute;
  /** `packet`: one write per packet, as cameras do; `frame`: one per unit, which is cheaper. */
  readonly writes: "packet" | "frame";
  readonly counters: SenderCounters;
  readonly hook?: PacketHook;
  /** First sequence number and RTP time, which are random otherwise. */
  readonly base?: { readonly sequence: number; readonly rtpTime: number };
  /** Frames a packet for the interleaved connection; by default `$`, channel, length. */
  readonly frame?: (channel: number, packet: Buffer) => Buffer;
}

const RTP_HEADER_BYTES = 12;
const REPORT_PERIOD_MS = 5_000;
/** Unread bytes in a connection from which on units are dropped. */
const BACKLOG_BYTES = 4 * 1024 * 1024;
/** One plan for all senders: a unit is planned and written within one call. */
const plan = new PacketPlan();

export class RtpSender {
  readonly #options: RtpSenderOptions;
  readonly ssrc = randomUint32();
  readonly #timeBase: number;
  #sequence: number;
  #packets = 0;
  #octets = 0;
  #nextReportMs = 0;
  /** Unread bytes from which on units are dropped: none at all while the client catches up. */
  #patience = BACKLOG_BYTES;

  constructor(options: RtpSenderOptions) {
    this.#options = options;
    this.#timeBase = (options.base?.rtpTime ?? randomUint32()) >>> 0;
    this.#sequence = (options.base?.sequence ?? randomUint32()) & 0xffff;
  }

  /** Sequence number of the next packet and RTP time of the playback's zero, for the RTP-Info header. */
  get info(): { readonly sequence: number; readonly rtpTime: number } {
    return { sequence: this.#sequence, rtpTime: this.#timeBase };
  }

  /** Sends a unit, and a report when one is due. */
  send(unit: ServedUnit, nowMs: number): void {
    const { route, served, counters } = this.#options;
    if (route.kind === "tcp") {
      if (this.#isBehind(route.socket, unit)) {
        counters.unitsDropped += 1;
        return;
      }
    }
    const rtpTime = (this.#timeBase + unit.time) >>> 0;
    if (nowMs >= this.#nextReportMs) {
      this.#nextReportMs = nowMs + REPORT_PERIOD_MS;
      this.#report(unit, rtpTime);
    }
    plan.make(served.form, unit);
    if (plan.count === 0) return;
    if (this.#options.hook !== undefined || this.#options.frame !== undefined) this.#sendHooked(rtpTime);
    else if (route.kind === "tcp") this.#sendInterleaved(route.socket, route.rtp, rtpTime);
    else this.#sendDatagrams(route, rtpTime);
  }

  #isBehind(socket: Socket, unit: ServedUnit): boolean {
    const waiting = socket.writableLength;
    const mayResume = this.#patience > 0 || unit.keyFrame;
    const behind = waiting > this.#patience || !mayResume;
    this.#patience = behind ? 0 : BACKLOG_BYTES;
    return behind;
  }

  /** Tells the client that the track is over (RTCP BYE). */
  bye(): void {
    this.#sendRtcp(goodbye(this.ssrc));
  }

  #sendInterleaved(socket: Socket, channel: number, rtpTime: number): void {
    const overhead = 4 + RTP_HEADER_BYTES;
    const block = Buffer.allocUnsafe(plan.payloadBytes + plan.count * overhead);
    let at = 0;
    for (let index = 0; index < plan.count; index += 1) {
      const from = at;
      at = this.#writePacket(block, at + 4, index, rtpTime);
      block.writeUInt32BE(0x24000000 | (channel << 16) | (at - from - 4), from);
      if (this.#options.writes === "packet") socket.write(block.subarray(from, at));
    }
    if (this.#options.writes === "frame") socket.write(block);
    this.#options.counters.bytes += at;
  }

  #sendDatagrams(route: RtpRoute & { kind: "udp" }, rtpTime: number): void {
    const block = Buffer.allocUnsafe(plan.payloadBytes + plan.count * RTP_HEADER_BYTES);
    let at = 0;
    for (let index = 0; index < plan.count; index += 1) {
      const from = at;
      at = this.#writePacket(block, at, index, rtpTime);
      route.rtpSocket.send(block, from, at - from, route.rtp, route.address);
    }
    this.#options.counters.bytes += at;
  }

  /** The slow way, packet by packet, for fakes that spoil packets. */
  #sendHooked(rtpTime: number): void {
    const count = plan.count;
    const packets: Buffer[] = [];
    for (let index = 0; index < count; index += 1) {
      const size =
        (plan.end[index] as number) - (plan.start[index] as number) + (plan.prefixBytes[index] as number);
      const packet = Buffer.alloc(RTP_HEADER_BYTES + size);
      this.#writePacket(packet, 0, index, rtpTime);
      packets.push(packet);
    }
    for (const packet of packets) this.#deliver("rtp", packet);
  }

  #writePacket(target: Buffer, at: number, index: number, rtpTime: number): number {
    const marker = index === plan.count - 1 ? 0x80 : 0;
    target[at] = 0x80;
    target[at + 1] = marker | this.#options.served.payloadType;
    target.writeUInt16BE(this.#sequence, at + 2);
    target.writeUInt32BE(rtpTime, at + 4);
    target.writeUInt32BE(this.ssrc, at + 8);
    let to = at + RTP_HEADER_BYTES;
    const prefixBytes = plan.prefixBytes[index] as number;
    if (prefixBytes > 0) {
      target.writeUIntBE(plan.prefix[index] as number, to, prefixBytes);
      to += prefixBytes;
    }
    const source = plan.source[index] as Uint8Array;
    const start = plan.start[index] as number;
    const end = plan.end[index] as number;
    target.set(source.subarray(start, end), to);
    to += end - start;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#packets += 1;
    this.#octets += to - at - RTP_HEADER_BYTES;
    this.#options.counters.packets += 1;
    return to;
  }

  #report(unit: ServedUnit, rtpTime: number): void {
    const nowMs = Date.now();
    // The pair (wall clock, RTP time) is carried on to now, unless the source runs faster than time.
    const aheadMs = Math.abs(nowMs - unit.captureMs) < 1_000 ? nowMs - unit.captureMs : 0;
    const wallMs = unit.captureMs + aheadMs;
    const packet = senderReport({
      ssrc: this.ssrc,
      wallMs,
      rtpTime: rtpTime + Math.round((aheadMs * this.#options.served.clockRate) / 1000),
      packets: this.#packets,
      octets: this.#octets,
    });
    this.#sendRtcp(packet);
  }

  #sendRtcp(packet: Buffer): void {
    if (this.#options.hook !== undefined || this.#options.frame !== undefined) this.#deliver("rtcp", packet);
    else this.#write("rtcp", packet);
  }

  #deliver(kind: "rtp" | "rtcp", packet: Buffer): void {
    const track = this.#options.track;
    const out = this.#options.hook?.({ kind, track, bytes: packet }) ?? [packet];
    for (const bytes of out) this.#write(kind, bytes);
  }

  #write(kind: "rtp" | "rtcp", packet: Buffer): void {
    const { route, frame, counters } = this.#options;
    counters.bytes += packet.length;
    if (route.kind === "udp") {
      const socket = kind === "rtp" ? route.rtpSocket : route.rtcpSocket;
      socket.send(packet, kind === "rtp" ? route.rtp : route.rtcp, route.address);
      return;
    }
    const channel = kind === "rtp" ? route.rtp : route.rtcp;
    route.socket.write(frame === undefined ? interleaved(channel, packet) : frame(channel, packet));
  }
}

/** A packet as it goes into an RTSP connection (RFC 2326 §10.12). */
export function interleaved(channel: number, packet: Buffer): Buffer {
  const prefix = Buffer.from([0x24, channel, packet.length >> 8, packet.length & 0xff]);
  return Buffer.concat([prefix, packet]);
}

function randomUint32(): number {
  return Math.floor(Math.random() * 0x100000000);
}
