// The Transport, Session and RTP-Info headers of RTSP (RFC 2326 §12.37, §12.39, §12.33), as cameras write them.

export interface TransportAnswer {
  /** Channels of interleaved RTP and RTCP. */
  readonly interleaved: readonly [number, number] | undefined;
  readonly serverPort: readonly [number, number] | undefined;
  readonly isTcp: boolean;
}

/** Reads the answer to SETUP; a missing header means what was asked for. */
export function parseTransport(header: string | undefined): TransportAnswer {
  const text = (header ?? "").slice(0, 1_024);
  return {
    interleaved: pairOf(/interleaved\s*=\s*(\d{1,3})(?:\s*-\s*(\d{1,3}))?/i.exec(text), 255),
    serverPort: pairOf(/server_port\s*=\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?/i.exec(text), 65_535),
    isTcp: /RTP\/\w+\/TCP/i.test(text) || /interleaved/i.test(text),
  };
}

export interface SessionHeader {
  readonly id: string;
  readonly timeoutSeconds: number;
}

/** Reads the Session header: the id as it is to be repeated, and the timeout (60 s by default). */
export function parseSession(header: string | undefined): SessionHeader | undefined {
  if (header === undefined) return undefined;
  const id = (header.split(";")[0] ?? "").trim();
  if (id === "" || id.length > 256) return undefined;
  const timeout = /timeout\s*=\s*(\d{1,6})/i.exec(header);
  const seconds = timeout === null ? 60 : Number(timeout[1]);
  return { id, timeoutSeconds: seconds >= 2 ? seconds : 60 };
}

export interface RtpInfo {
  readonly url: string;
  readonly rtptime: number | undefined;
}

/** Reads RTP-Info: one entry a track. */
export function parseRtpInfo(header: string | undefined): RtpInfo[] {
  if (header === undefined) return [];
  return header
    .slice(0, 8_192)
    .split(/,\s*(?=url\s*=)/i)
    .slice(0, 16)
    .map((entry) => {
      const url = /url\s*=\s*"?([^;",\s]+)/i.exec(entry);
      const rtptime = /rtptime\s*=\s*(\d{1,10})/i.exec(entry);
      const value = rtptime === null ? undefined : Number(rtptime[1]);
      return {
        url: url?.[1] ?? "",
        // Zero is what cameras write that do not know.
        rtptime: value === undefined || value === 0 || value > 0xffffffff ? undefined : value,
      };
    });
}

function pairOf(match: RegExpExecArray | null, limit: number): readonly [number, number] | undefined {
  if (match === null) return undefined;
  const first = Number(match[1]);
  const second = match[2] === undefined ? first + 1 : Number(match[2]);
  return first <= limit && second <= limit ? [first, second] : undefined;
}

/** RTP-Info names tracks by URLs that differ in host, case or slashes from those of SETUP. */
export function sameTrack(url: string, named: string): boolean {
  const tail = (text: string) =>
    text
      .replace(/^rtsps?:\/\/[^/]*/i, "")
      .replace(/\/+$/, "")
      .toLowerCase();
  const a = tail(url);
  const b = tail(named);
  return a === b || (b !== "" && (a.endsWith(`/${b}`) || a.endsWith(b)));
}
