// Puts the four kinds of pictures that the gateway makes itself behind their addresses: live, playback, clips, snapshots.
import type { WebSocket } from "ws";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { FindFfmpeg } from "../media/ffmpeg/ffmpeg-tool.ts";
import type { CorePort } from "./core-link.ts";
import { type ByteCounter, ClientSocket } from "./doors/client-socket.ts";
import { ClipService } from "./download/clip.ts";
import { SnapshotService } from "./download/snapshot.ts";
import type { VolumeReaders } from "./footage/volume-reader.ts";
import { LiveAudit } from "./live/live-audit.ts";
import type { LiveHub } from "./live/live-hub.ts";
import { type SeatGiver, serveLive } from "./live/live-session.ts";
import type { TranscodeHub } from "./live/transcode-hub.ts";
import type { MediaPort } from "./media-link.ts";
import { type MediaRequest, type MediaServices, wantedStream } from "./media-request.ts";
import { PlaybackSession } from "./playback/playback-session.ts";
import type { TranscodePlaces } from "./transcode-places.ts";

export interface MediaServiceParts {
  readonly core: CorePort;
  readonly media: MediaPort;
  readonly hub: LiveHub;
  readonly transcodes: TranscodeHub;
  readonly places: TranscodePlaces;
  readonly readers: VolumeReaders;
  readonly findFfmpeg: FindFfmpeg;
  /** For what is worth keeping for a while and may be lost. */
  readonly cacheFolder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly counter: ByteCounter;
}

/** Makes the services. */
export function mediaServices(parts: MediaServiceParts): MediaServices {
  const { hub, transcodes, clock, counter } = parts;
  const clips = new ClipService(parts);
  const liveAudit = new LiveAudit(parts.core, clock);
  const snapshots = new SnapshotService({ ...parts, liveAudit });
  return {
    live(socket, request) {
      try {
        const wanted = { camera: request.camera, stream: wantedStream(request) };
        const waits = request.query.get("wait") === "1";
        const converted: SeatGiver = {
          watch: (camera, stream, viewer) => transcodes.watch(camera, stream, viewer, waits),
        };
        const seats = request.query.get("video") === "h264" ? converted : hub;
        if (serveLive(socket, request.access, wanted, seats, clock, counter))
          liveAudit.watched(request.access, wanted.stream);
      } catch (error) {
        refuse(socket, request, parts, error);
      }
    },
    playback(socket, request) {
      new PlaybackSession(socket, request, parts);
    },
    clip: (incoming, response, request) => clips.serve(incoming, response, request),
    snapshot: (incoming, response, request) => snapshots.serve(incoming, response, request),
    close: () => clips.close(),
  };
}

/** Tells a client that has its WebSocket already what is wrong with what it asked for. */
function refuse(socket: WebSocket, request: MediaRequest, parts: MediaServiceParts, error: unknown): void {
  const handlers = { onMessage: () => undefined, onClose: () => undefined };
  new ClientSocket(socket, request.access, parts.clock, parts.counter, handlers).fail(error);
}
