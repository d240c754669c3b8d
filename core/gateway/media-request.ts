// What a granted request for pictures is, and what the gateway makes of such requests: the words that the door and the
// rooms behind it share.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { WebSocket } from "ws";
import { type CameraId, isStreamName, type StreamName } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import type { Access } from "./authorizer.ts";

/** A request for pictures that core has granted. */
export interface MediaRequest {
  readonly camera: CameraId;
  readonly query: URLSearchParams;
  readonly access: Access;
}

/** What the gateway makes itself, once granted. */
export interface MediaServices {
  live(socket: WebSocket, request: MediaRequest): void;
  playback(socket: WebSocket, request: MediaRequest): void;
  clip(incoming: IncomingMessage, response: ServerResponse, request: MediaRequest): Promise<void>;
  snapshot(incoming: IncomingMessage, response: ServerResponse, request: MediaRequest): Promise<void>;
  /** Lets go of what is kept for later requests. */
  close(): void;
}

/** The stream that a request wants, `main` by default. Throws invalid-argument, or not-found if not granted. */
export function wantedStream(request: MediaRequest, fallback: StreamName = "main"): StreamName {
  const name = request.query.get("stream") ?? fallback;
  if (!isStreamName(name)) {
    throw new NightjarError("NJ_STREAM_INVALID", "invalid-argument", "stream must be main or sub");
  }
  if (!request.access.grant.streams.includes(name)) {
    throw new NightjarError("NJ_STREAM_MISSING", "not-found", `the camera has no ${name} stream for you`);
  }
  return name;
}
