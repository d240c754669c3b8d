// Puts the four kinds of pictures that the gateway makes itself behind their addresses: live, playback, clips, snapshots.
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { type ByteCounter, ClientSocket } from "./client-socket.ts";
import type { CorePort } from "./core-link.ts";
import { type MediaRequest, type MediaServices, wantedStream } from "./gateway-server.ts";
import type { LiveHub } from "./live-hub.ts";
import { serveLive } from "./live-session.ts";
import type { MediaPort } from "./media-link.ts";
import type { TranscodeHub } from "./transcode-hub.ts";

export interface MediaServiceParts {
  readonly core: CorePort;
  readonly media: MediaPort;
  readonly hub: LiveHub;
  readonly transcodes: TranscodeHub;
  readonly clock: Clock;
  readonly log: Log;
  readonly counter: ByteCounter;
}

/** Makes the services. */
export function mediaServices(parts: MediaServiceParts): MediaServices {
  const { hub, transcodes, clock, counter } = parts;
  return {
    live(socket, request) {
      try {
        const wanted = { camera: request.camera, stream: wantedStream(request) };
        const seats = request.query.get("video") === "h264" ? transcodes : hub;
        serveLive(socket, request.access, wanted, seats, clock, counter);
      } catch (error) {
        refuse(socket, request, parts, error);
      }
    },
  } as MediaServices;
}

/** Tells a client that has its WebSocket already what is wrong with what it asked for. */
function refuse(
  socket: ConstructorParameters<typeof ClientSocket>[0],
  request: MediaRequest,
  parts: MediaServiceParts,
  error: unknown,
): void {
  const handlers = { onMessage: () => undefined, onClose: () => undefined };
  new ClientSocket(socket, request.access, parts.clock, parts.counter, handlers).fail(error);
}
