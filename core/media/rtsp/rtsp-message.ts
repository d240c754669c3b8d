// RTSP messages (RFC 2326 §4, §6, §7): reading the text of a request or an answer, writing requests and answers.

export interface RtspMessage {
  /** Answers: the status; requests: undefined. */
  readonly status: number | undefined;
  readonly reason: string;
  /** Requests: the method; answers: "". */
  readonly method: string;
  readonly url: string;
  /** Lower-cased names; several headers of a name stand in the order of arrival. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
}

const MAX_HEADERS = 128;
const STATUS_LINE = /^RTSP\/\d\.\d\s+(\d{3})(?:\s+(.*))?$/;
const REQUEST_LINE = /^([A-Z_]{3,20})\s+(\S{1,2048})\s+RTSP\/\d\.\d$/;

/** Parses the head of a message, without its body; undefined if its first line is neither kind. */
export function parseRtspHead(text: string): Omit<RtspMessage, "body"> | undefined {
  const lines = text.split("\n");
  const first = (lines[0] ?? "").trim();
  const headers = new Map<string, string[]>();
  let last: string[] | undefined;
  for (let index = 1; index < lines.length; index += 1) {
    const line = (lines[index] as string).trimEnd();
    if (line === "") continue;
    if ((line.startsWith(" ") || line.startsWith("\t")) && last !== undefined) {
      // A folded line goes on with the header before.
      last[last.length - 1] += ` ${line.trim()}`;
      continue;
    }
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const known = headers.get(name);
    if (known !== undefined) {
      if (known.length < MAX_HEADERS) known.push(line.slice(colon + 1).trim());
      last = known;
    } else if (headers.size < MAX_HEADERS) {
      last = [line.slice(colon + 1).trim()];
      headers.set(name, last);
    }
  }
  const status = STATUS_LINE.exec(first);
  if (status !== null) {
    return { status: Number(status[1]), reason: (status[2] ?? "").trim(), method: "", url: "", headers };
  }
  const request = REQUEST_LINE.exec(first);
  if (request === null) return undefined;
  return { status: undefined, reason: "", method: request[1] as string, url: request[2] as string, headers };
}

/** The first header of a name, or undefined. */
export function headerOf(message: Pick<RtspMessage, "headers">, name: string): string | undefined {
  return message.headers.get(name)?.[0];
}

/** The number at the start of a header, or undefined. */
export function numberHeader(message: Pick<RtspMessage, "headers">, name: string): number | undefined {
  const match = /^\s*(\d{1,10})/.exec(headerOf(message, name) ?? "");
  return match === null ? undefined : Number(match[1]);
}

/** Writes a request. Header values come from us or were cleaned of control characters before. */
export function formatRequest(
  method: string,
  url: string,
  headers: readonly (readonly [string, string])[],
): string {
  let text = `${method} ${url} RTSP/1.0\r\n`;
  for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
  return `${text}\r\n`;
}

/** Writes an answer to a camera's own request. */
export function formatResponse(
  status: number,
  reason: string,
  cseq: string | undefined,
  extra: readonly (readonly [string, string])[] = [],
): string {
  let text = `RTSP/1.0 ${status} ${reason}\r\n`;
  if (cseq !== undefined && /^\d{1,10}$/.test(cseq)) text += `CSeq: ${cseq}\r\n`;
  for (const [name, value] of extra) text += `${name}: ${value}\r\n`;
  return `${text}\r\n`;
}

/** What to say to a request of the camera's own, and whether it ends the session. */
export function answerToCamera(request: RtspMessage): {
  readonly text: string;
  readonly endsSession: boolean;
} {
  const cseq = headerOf(request, "cseq");
  switch (request.method) {
    case "OPTIONS": {
      const methods = "OPTIONS, ANNOUNCE, GET_PARAMETER, SET_PARAMETER";
      return { text: formatResponse(200, "OK", cseq, [["Public", methods]]), endsSession: false };
    }
    case "ANNOUNCE":
    case "GET_PARAMETER":
    case "SET_PARAMETER":
      return { text: formatResponse(200, "OK", cseq), endsSession: false };
    case "REDIRECT":
    case "TEARDOWN":
      return { text: formatResponse(200, "OK", cseq), endsSession: true };
    default:
      return { text: formatResponse(501, "Not Implemented", cseq), endsSession: false };
  }
}
