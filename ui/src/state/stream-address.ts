// The RTSP addresses under which other programs find a camera's live pictures.
import { status } from "./recorder.ts";

/** True if only programs on the recorder itself reach the port. */
export function isLocalOnly(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

/** Address of a camera's stream; undefined while the recorder serves none. */
export function streamAddress(camera: string, stream: "main" | "sub"): string | undefined {
  const rtsp = status.value?.rtsp;
  if (rtsp === undefined) return undefined;
  const isEveryAddress = rtsp.host === "::" || rtsp.host === "0.0.0.0";
  const host = isEveryAddress ? location.hostname : rtsp.host.includes(":") ? `[${rtsp.host}]` : rtsp.host;
  return `rtsp://${host}:${rtsp.port}/${encodeURIComponent(camera)}${stream === "sub" ? "/sub" : ""}`;
}
