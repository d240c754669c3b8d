// Which stream an address means: /<camera>, /<camera>/main or /<camera>/sub. Whether there is such a camera, and whether it
// may be seen, is core's to say.
import { isStreamName, type StreamName } from "../../domain/ids.ts";

const LONGEST_CAMERA = 200;

/** A camera, by its id or name as it was written, and one of its streams. */
export interface RestreamAddress {
  readonly camera: string;
  readonly stream: StreamName;
}

/** Reads the path of a request; undefined if it can mean no stream. */
export function readAddress(path: string): RestreamAddress | undefined {
  const [, written = "", stream = "main", ...rest] = path.split("/");
  if (rest.length > 0 || !isStreamName(stream)) return undefined;
  try {
    // Request lines are read byte by byte: what is not escaped may still be UTF-8.
    const camera = decodeURIComponent(Buffer.from(written, "latin1").toString("utf8"));
    return camera === "" || camera.length > LONGEST_CAMERA || camera.includes("\0")
      ? undefined
      : { camera, stream };
  } catch {
    // A broken escape sequence names nothing.
    return undefined;
  }
}
