// Cuts what an RTSP client sends into requests (RFC 2326 §6) and interleaved packets (§10.12), with hard bounds.
import { NightjarError } from "../../errors.ts";

export interface RtspRequest {
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_BODY_BYTES = 64 * 1024;
const REQUEST_LINE = /^([A-Z_]{1,32}) (\S{1,4096}) RTSP\/1\.\d$/;

/** Takes bytes as they arrive and calls back for each whole request or packet. */
export class RequestReader {
  readonly #onRequest: (request: RtspRequest) => void;
  readonly #onPacket: (channel: number, packet: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(
    onRequest: (request: RtspRequest) => void,
    onPacket: (channel: number, packet: Buffer) => void,
  ) {
    this.#onRequest = onRequest;
    this.#onPacket = onPacket;
  }

  /** Takes the next bytes. Throws `NJ_RTSP_REQUEST_INVALID` when they cannot be a request. */
  push(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const used = this.#take(bytes);
      if (used === 0) break;
      bytes = bytes.subarray(used);
    }
    this.#rest = bytes;
  }

  #take(bytes: Buffer): number {
    if (bytes.length === 0) return 0;
    if (bytes[0] === 0x24) {
      if (bytes.length < 4) return 0;
      const end = 4 + bytes.readUInt16BE(2);
      if (bytes.length < end) return 0;
      this.#onPacket(bytes[1] as number, bytes.subarray(4, end));
      return end;
    }
    if (bytes[0] === 0x0d || bytes[0] === 0x0a) return 1;
    const headerEnd = bytes.indexOf("\r\n\r\n");
    if (headerEnd > MAX_HEADER_BYTES || (headerEnd < 0 && bytes.length > MAX_HEADER_BYTES))
      throw invalid("its header is too long");
    if (headerEnd < 0) return 0;
    const lines = bytes.toString("latin1", 0, headerEnd).split("\r\n");
    const line = REQUEST_LINE.exec(lines[0] ?? "");
    if (line === null) throw invalid("its first line is not a request line");
    const headers = new Map<string, string>();
    for (const text of lines.slice(1)) {
      const colon = text.indexOf(":");
      if (colon > 0) headers.set(text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim());
    }
    const length = Number(headers.get("content-length") ?? "0");
    if (!Number.isInteger(length) || length < 0 || length > MAX_BODY_BYTES)
      throw invalid("its Content-Length is out of bounds");
    const end = headerEnd + 4 + length;
    if (bytes.length < end) return 0;
    this.#onRequest({
      method: line[1] as string,
      url: line[2] as string,
      headers,
      body: bytes.subarray(headerEnd + 4, end),
    });
    return end;
  }
}

function invalid(why: string): NightjarError {
  return new NightjarError(
    "NJ_RTSP_REQUEST_INVALID",
    "invalid-argument",
    `an RTSP request is refused: ${why}`,
  );
}
