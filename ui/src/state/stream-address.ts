// The addresses under which other programs find a camera's live pictures, plain (RTSP) and over TLS (RTSPS).
import { status } from "./recorder.ts";

export type StreamDoor = "rtsp" | "rtsps";

/** True if only programs on the recorder itself reach the port. */
export function isLocalOnly(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

/** Address of a camera's stream; undefined while the recorder serves none. */
export function streamAddress(
  camera: string,
  stream: "main" | "sub",
  door: StreamDoor = "rtsp",
): string | undefined {
  const place = status.value?.[door];
  if (place === undefined) return undefined;
  const isEveryAddress = place.host === "::" || place.host === "0.0.0.0";
  const host = isEveryAddress ? location.hostname : place.host.includes(":") ? `[${place.host}]` : place.host;
  return `${door}://${host}:${place.port}/${encodeURIComponent(camera)}${stream === "sub" ? "/sub" : ""}`;
}
