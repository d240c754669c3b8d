// The faults that a fake camera can have, and the hooks that make the RTSP server have them. All are deterministic:
// "every n-th" instead of chance, so that a test that fails once fails again.
import type { RtspReply } from "../media/rtsp-server/reply.ts";
import type { RtspRequest } from "../media/rtsp-server/request-reader.ts";
import { interleaved, type OutgoingPacket } from "../media/rtsp-server/rtp-sender.ts";
import type { RtspConnection } from "../media/rtsp-server/rtsp-connection.ts";
import type { RtspServerHooks } from "../media/rtsp-server/rtsp-server.ts";

/** The faults that a fake camera can have, each of them off unless named. */
export interface CameraFaults {
  /** Answers a method with a status, `times` times (default: always). */
  readonly failAt?: { readonly method: string; readonly status: number; readonly times?: number };
  /** Hangs up instead of answering. */
  readonly closeAt?: string;
  /** Reads a request and never answers. */
  readonly silentAt?: string;
  /** Begins an answer whose header goes on for ever. */
  readonly endlessHeaderAt?: string;
  /** Every answer goes out one byte a write. */
  readonly splitAnswers?: boolean;
  /** Content-Length of the description: this many bytes more (or fewer) than there are. */
  readonly contentLengthError?: number;
  /** Answers a method with bytes of one's own. */
  readonly rawAnswer?: { readonly method: string; readonly bytes: Buffer };
  /** DESCRIBE leads elsewhere. */
  readonly redirectTo?: string;
  /** Changes the session description. */
  readonly sdp?: (sdp: string) => string;
  /** Answers to requests while playing carry the CSeq of the request before, or none. */
  readonly keepAliveCSeq?: "previous" | "missing";
  readonly keepAliveStatus?: number;
  /** The length of every n-th interleaved packet is wrong by this many bytes. TCP only. */
  readonly lengthLie?: { readonly every: number; readonly by: number };
  /** Bytes that belong to nothing come before every n-th packet. TCP only. */
  readonly garbage?: { readonly every: number; readonly bytes: Buffer };
  /** No media after so many RTP packets; the connection stays. */
  readonly stallAfter?: number;
  /** Hangs up after so many RTP packets. */
  readonly closeAfter?: number;
  /** Every n-th RTP packet is lost. */
  readonly loseEvery?: number;
  /** Every n-th RTP packet changes places with its successor. */
  readonly swapEvery?: number;
  /** Every n-th RTP packet comes twice. */
  readonly repeatEvery?: number;
  /** After so many RTP packets all timestamps are moved by so many ticks. */
  readonly timeJump?: { readonly after: number; readonly by: number };
  readonly noMarker?: boolean;
  /** The last fragment of every fragmented NAL unit is lost. */
  readonly noFragmentEnd?: boolean;
  /** Changes the payload of the first track's packets, counted from 1: for lies that no other fault tells. */
  readonly payload?: (payload: Buffer, count: number) => Buffer;
  /** After so many video packets one NAL unit begins that never ends, at 700 kB a packet. */
  readonly endlessNalAfter?: number;
  readonly senderReports?: "normal" | "none" | "wrong";
}

/** A request as the fake camera got it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly cseq: string | undefined;
  readonly headers: ReadonlyMap<string, string>;
}

const ENDLESS_PACKETS = 500;

/** Makes hooks that ask `faults` at every step, so that faults may come and go while the camera runs. */
export class FaultHooks implements RtspServerHooks {
  readonly seen: SeenRequest[] = [];
  readonly #faults: () => CameraFaults;
  readonly #failures = new Map<string, number>();
  readonly #held = new Map<number, Buffer>();
  readonly base?: { readonly sequence: number; readonly rtpTime: number };
  #connection: RtspConnection | undefined;
  #packets = 0;
  #framed = 0;
  #extra = 0;

  constructor(faults: () => CameraFaults, base?: { readonly sequence: number; readonly rtpTime: number }) {
    this.#faults = faults;
    if (base !== undefined) this.base = base;
    for (const name of ["request", "answer", "sdp", "packet", "frame", "playing"] as const)
      Object.defineProperty(this, name, { value: this[name].bind(this) });
  }

  request(request: RtspRequest, connection: RtspConnection): RtspReply | "silence" | "close" | undefined {
    const { method, url, headers } = request;
    this.seen.push({ method, url, cseq: headers.get("cseq"), headers });
    const faults = this.#faults();
    if (faults.closeAt === method) return "close";
    if (faults.silentAt === method) return "silence";
    if (faults.endlessHeaderAt === method) {
      connection.socket.write("RTSP/1.0 200 OK\r\nCSeq: 1\r\n");
      const feed = setInterval(() => connection.socket.write(`X-More: ${"x".repeat(4_000)}\r\n`), 1);
      connection.socket.once("close", () => clearInterval(feed));
      return "silence";
    }
    if (faults.rawAnswer?.method === method) {
      connection.socket.write(faults.rawAnswer.bytes);
      return "silence";
    }
    if (faults.redirectTo !== undefined && method === "DESCRIBE")
      return { status: 302, headers: { Location: faults.redirectTo } };
    if (faults.failAt?.method === method) {
      const failures = (this.#failures.get(method) ?? 0) + 1;
      this.#failures.set(method, failures);
      if (failures <= (faults.failAt.times ?? Number.POSITIVE_INFINITY))
        return { status: faults.failAt.status };
    }
    if (connection.isPlaying && faults.keepAliveStatus !== undefined && method !== "TEARDOWN")
      return { status: faults.keepAliveStatus };
    return undefined;
  }

  answer(bytes: Buffer, request: RtspRequest, connection: RtspConnection): boolean {
    const faults = this.#faults();
    let text = bytes.toString("latin1");
    if (connection.isPlaying && faults.keepAliveCSeq !== undefined) {
      const previous = Number(request.headers.get("cseq") ?? "1") - 1;
      text = text.replace(/CSeq: .*\r\n/, faults.keepAliveCSeq === "missing" ? "" : `CSeq: ${previous}\r\n`);
    }
    if (faults.contentLengthError !== undefined && request.method === "DESCRIBE") {
      const by = faults.contentLengthError;
      text = text.replace(/Content-Length: (\d+)/, (_, length) => `Content-Length: ${Number(length) + by}`);
    }
    if (faults.splitAnswers === true) {
      for (const letter of text) connection.socket.write(letter, "latin1");
    } else {
      connection.socket.write(text, "latin1");
    }
    return true;
  }

  sdp(sdp: string): string {
    return this.#faults().sdp?.(sdp) ?? sdp;
  }

  playing(connection: RtspConnection): void {
    this.#connection = connection;
    this.#packets = 0;
    this.#extra = 0;
    this.#held.clear();
  }

  packet(packet: OutgoingPacket): readonly Buffer[] {
    const faults = this.#faults();
    if (packet.kind === "rtcp") return this.#report(packet.bytes, faults);
    this.#packets += 1;
    const count = this.#packets;
    if (faults.closeAfter !== undefined && count > faults.closeAfter) {
      this.#connection?.socket.destroy();
      return [];
    }
    if (faults.stallAfter !== undefined && count > faults.stallAfter) return [];
    const { bytes } = packet;
    if (faults.timeJump !== undefined && count > faults.timeJump.after)
      bytes.writeUInt32BE((bytes.readUInt32BE(4) + faults.timeJump.by) >>> 0, 4);
    if (faults.noMarker === true) bytes[1] = (bytes[1] as number) & 0x7f;
    if (packet.track === 0) {
      if (faults.noFragmentEnd === true && isFragmentEnd(bytes)) return [];
      if (faults.endlessNalAfter !== undefined && count > faults.endlessNalAfter) return this.#endless(bytes);
    }
    if (isNth(count, faults.loseEvery)) return [];
    if (isNth(count, faults.repeatEvery)) return [bytes, Buffer.from(bytes)];
    if (faults.payload !== undefined && packet.track === 0)
      return [Buffer.concat([bytes.subarray(0, 12), faults.payload(bytes.subarray(12), count)])];
    const held = this.#held.get(packet.track);
    if (held !== undefined) {
      this.#held.delete(packet.track);
      return [bytes, held];
    }
    if (isNth(count, faults.swapEvery)) {
      this.#held.set(packet.track, bytes);
      return [];
    }
    return [bytes];
  }

  frame(channel: number, packet: Buffer): Buffer {
    const faults = this.#faults();
    this.#framed += 1;
    const framed = interleaved(channel, packet);
    if (faults.lengthLie !== undefined && isNth(this.#framed, faults.lengthLie.every))
      framed.writeUInt16BE(Math.max(0, packet.length + faults.lengthLie.by) & 0xffff, 2);
    if (faults.garbage !== undefined && isNth(this.#framed, faults.garbage.every))
      return Buffer.concat([faults.garbage.bytes, framed]);
    return framed;
  }

  #report(bytes: Buffer, faults: CameraFaults): readonly Buffer[] {
    if (faults.senderReports === "none") return [];
    if (faults.senderReports === "wrong" && bytes[1] === 200) bytes.fill(0xff, 8, 20);
    return [bytes];
  }

  /** Fragments that say neither start nor end, with sequence numbers that go on. */
  #endless(bytes: Buffer): readonly Buffer[] {
    const first = this.#extra === 0;
    const base = bytes.readUInt16BE(2);
    const packets: Buffer[] = [];
    for (let index = 0; index < ENDLESS_PACKETS; index += 1) {
      const packet = Buffer.alloc(1_412, 0x41);
      bytes.copy(packet, 0, 0, 12);
      packet[1] = (packet[1] as number) & 0x7f;
      packet.writeUInt16BE((base + this.#extra + index) & 0xffff, 2);
      packet[12] = 0x7c;
      packet[13] = first && index === 0 ? 0x85 : 0x05;
      packets.push(packet);
    }
    // Each packet that is replaced takes one number of its own.
    this.#extra += ENDLESS_PACKETS - 1;
    return packets;
  }
}

function isNth(count: number, every: number | undefined): boolean {
  return every !== undefined && count % every === 0;
}

/** True for the last fragment of an H.264 FU-A or an H.265 FU. */
function isFragmentEnd(rtp: Buffer): boolean {
  const first = rtp[12] ?? 0;
  if ((first & 0x1f) === 28) return ((rtp[13] ?? 0) & 0x40) !== 0;
  return ((first >> 1) & 0x3f) === 49 && ((rtp[14] ?? 0) & 0x40) !== 0;
}
