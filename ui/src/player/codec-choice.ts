// How a camera is shown here: which stream, decoded how, and what to say when it cannot be shown as it is. Pure, but
// for `ways`, which asks the browser once.
import type { CameraStream, StreamName } from "../api/types.ts";
import type { PictureWay } from "./messages.ts";

/** What to open, in the order in which it is tried. */
export interface Attempt {
  readonly stream: StreamName;
  readonly way: PictureWay;
  /** The gateway transcodes to H.264. */
  readonly transcode: boolean;
}

/** The ways that this browser offers for pictures, best first. `forced` comes from `?player=`. */
export function ways(forced: string | null): PictureWay[] {
  const decoder = typeof VideoDecoder !== "undefined" && typeof OffscreenCanvas !== "undefined";
  const mse = typeof MediaSource !== "undefined";
  if (forced === "mse" && mse) return ["mse"];
  if (forced === "webcodecs" && decoder) return ["webcodecs"];
  return [...(decoder ? (["webcodecs"] as const) : []), ...(mse ? (["mse"] as const) : [])];
}

function isH264(stream: CameraStream | undefined): boolean {
  const codec = stream?.format?.video?.codec ?? "";
  return codec.startsWith("avc");
}

/**
 * All attempts for a wanted stream, best first: the stream itself by each way, then the other stream where that is
 * known to be H.264, then the wanted one transcoded. After the last one only stills are left.
 */
export function attempts(
  wanted: StreamName,
  streams: readonly CameraStream[],
  available: readonly PictureWay[],
): Attempt[] {
  const has = (name: StreamName): CameraStream | undefined => streams.find((one) => one.stream === name);
  const stream = has(wanted) !== undefined || streams.length === 0 ? wanted : (streams[0]?.stream ?? wanted);
  const list: Attempt[] = available.map((way) => ({ stream, way, transcode: false }));
  const other: StreamName = stream === "main" ? "sub" : "main";
  const best = available[0];
  if (best === undefined) return [];
  if (isH264(has(other))) list.push({ stream: other, way: best, transcode: false });
  list.push({ stream, way: best, transcode: true });
  return list;
}
