// An RTSP client for tests, written apart from the product's own, so that both cannot be wrong in the same way:
// sends one request at a time, keeps every interleaved packet.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { waitFor } from "../../../../core/testing/wait-for.ts";

export interface PlainAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** The header as it came, for names that come twice. */
  readonly lines: readonly string[];
  readonly body: string;
}

export interface PlainPacket {
  readonly channel: number;
  readonly bytes: Buffer;
}

export class PlainClient {
  readonly socket: Socket;
  readonly packets: PlainPacket[] = [];
  readonly answers: PlainAnswer[] = [];
  isClosed = false;
  #bytes: Buffer = Buffer.alloc(0);
  #cseq = 0;
  #session: string | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      for (let used = this.#take(); used > 0; used = this.#take()) this.#bytes = this.#bytes.subarray(used);
    });
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      this.isClosed = true;
    });
  }

  static async connect(port: number): Promise<PlainClient> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new PlainClient(socket);
  }

  /** Over a connection that the caller has made: one over TLS, say. */
  static over(socket: Socket): PlainClient {
    return new PlainClient(socket);
  }

  async request(method: string, url: string, headers: Record<string, string> = {}): Promise<PlainAnswer> {
    const had = this.answers.length;
    this.#cseq += 1;
    const all = {
      CSeq: String(this.#cseq),
      ...(this.#session ? { Session: this.#session } : {}),
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(`${method} ${url} RTSP/1.0\r\n${lines.join("")}\r\n`);
    const answer = await waitFor(() => this.answers[had], { what: `an answer to ${method}`, periodMs: 1 });
    this.#session ??= answer.headers.get("session")?.split(";")[0];
    return answer;
  }

  /** DESCRIBE, SETUP of the first `tracks` tracks over TCP, PLAY. */
  async play(url: string, tracks: number): Promise<PlainAnswer> {
    await this.request("DESCRIBE", url);
    for (let track = 0; track < tracks; track += 1) {
      await this.request("SETUP", `${url}/trackID=${track}`, {
        Transport: `RTP/AVP/TCP;unicast;interleaved=${track * 2}-${track * 2 + 1}`,
      });
    }
    return this.request("PLAY", url);
  }

  close(): void {
    this.socket.destroy();
  }

  #take(): number {
    const bytes = this.#bytes;
    if (bytes[0] === 0x24) {
      if (bytes.length < 4 || bytes.length < 4 + bytes.readUInt16BE(2)) return 0;
      const end = 4 + bytes.readUInt16BE(2);
      this.packets.push({ channel: bytes[1] as number, bytes: bytes.subarray(4, end) });
      return end;
    }
    const headerEnd = bytes.indexOf("\r\n\r\n");
    if (headerEnd < 0) return 0;
    const [first = "", ...lines] = bytes.toString("latin1", 0, headerEnd).split("\r\n");
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
      }),
    );
    const end = headerEnd + 4 + Number(headers.get("content-length") ?? 0);
    if (bytes.length < end) return 0;
    this.answers.push({
      status: Number(first.split(" ")[1]),
      headers,
      lines,
      body: bytes.toString("latin1", headerEnd + 4, end),
    });
    return end;
  }
}

/** Puts RTP packets of one H.264 or H.265 channel together again: access units of NAL units, by timestamp. */
export function accessUnits(
  packets: readonly PlainPacket[],
  channel: number,
  codec: "h264" | "h265",
): Buffer[][] {
  const units = new Map<number, Buffer[]>();
  let fragments: Buffer[] = [];
  for (const { bytes } of packets.filter((packet) => packet.channel === channel)) {
    const time = bytes.readUInt32BE(4);
    const nals = units.get(time) ?? [];
    units.set(time, nals);
    const payload = bytes.subarray(12);
    const first = payload[0] as number;
    const isFragment = codec === "h264" ? (first & 0x1f) === 28 : ((first >> 1) & 0x3f) === 49;
    if (!isFragment) {
      nals.push(payload);
      continue;
    }
    const headerBytes = codec === "h264" ? 1 : 2;
    const fragment = payload[headerBytes] as number;
    if ((fragment & 0x80) !== 0) {
      const header =
        codec === "h264"
          ? Buffer.from([(first & 0xe0) | (fragment & 0x1f)])
          : Buffer.from([(first & 0x81) | ((fragment & 0x3f) << 1), payload[1] as number]);
      fragments = [header];
    }
    fragments.push(payload.subarray(headerBytes + 1));
    if ((fragment & 0x40) !== 0) nals.push(Buffer.concat(fragments));
  }
  return [...units.values()];
}
