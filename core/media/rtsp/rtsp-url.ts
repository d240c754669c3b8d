// RTSP URLs as cameras use them: `rtsp://host[:port]/anything?even=this`. What follows the host is kept as it was typed,
// because cameras compare it byte by byte and hash it for Digest.
import { isIP } from "node:net";
import { StreamFaultError } from "./stream-fault-error.ts";

export interface RtspUrl {
  readonly tls: boolean;
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Whole URL without credentials, as it stands in requests. */
  readonly text: string;
}

const PATTERN = /^(rtsps?):\/\/(?:[^/?#]*@)?(\[[0-9a-f:.%]+\]|[^:/?#@[\]]+)(?::(\d{1,5}))?([/?].*)?$/i;
const MAX_LENGTH = 2_048;

/** Parses an RTSP URL; undefined if it is none. Credentials in it are left out; blanks are encoded. */
export function parseRtspUrl(text: string): RtspUrl | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const clean = text.trim().replaceAll(" ", "%20");
  if (hasControl(clean)) return undefined;
  const match = PATTERN.exec(clean);
  if (match === null) return undefined;
  const scheme = (match[1] as string).toLowerCase();
  const hostText = match[2] as string;
  const tls = scheme === "rtsps";
  const port = match[3] === undefined ? (tls ? 322 : 554) : Number(match[3]);
  if (port < 1 || port > 65_535) return undefined;
  const authority = match[3] === undefined ? hostText : `${hostText}:${match[3]}`;
  return {
    tls,
    host: hostText.startsWith("[") ? hostText.slice(1, -1) : hostText,
    port,
    text: `${scheme}://${authority}${match[4] ?? ""}`,
  };
}

/** {@link parseRtspUrl} for a URL that must be one; throws a `protocol-error` fault. */
export function requireRtspUrl(text: string): RtspUrl {
  const url = parseRtspUrl(text);
  if (url === undefined) {
    throw new StreamFaultError(
      "protocol-error",
      "The stream's address is not an RTSP URL (rtsp://host/path). Check it.",
    );
  }
  return url;
}

/** Host and port for messages. */
export function whereOf(url: RtspUrl): string {
  return url.host.includes(":") ? `[${url.host}]:${url.port}` : `${url.host}:${url.port}`;
}

/** Server name for TLS: a host name, never an address. */
export function serverNameOf(url: RtspUrl): string | undefined {
  return isIP(url.host) === 0 ? url.host : undefined;
}

/**
 * The URL for a track or session from its `a=control` attribute (RFC 2326 appendix C.1.1), the way cameras mean it:
 * joined to the base by a slash, even behind a query, never resolved like a web link.
 */
export function controlUrl(base: string, control: string | undefined): string {
  if (control === undefined || control === "" || control === "*") return base;
  const clean = control.trim().replaceAll(" ", "%20");
  if (clean.length > MAX_LENGTH || hasControl(clean)) return base;
  if (/^rtsps?:\/\//i.test(clean)) return parseRtspUrl(clean)?.text ?? base;
  if (clean.startsWith("/") || base.endsWith("/")) {
    return base.replace(/\/$/, "") + (clean.startsWith("/") ? clean : `/${clean}`);
  }
  return `${base}/${clean}`;
}

function hasControl(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code <= 0x20 || code === 0x7f) return true;
  }
  return false;
}
