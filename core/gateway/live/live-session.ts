// The WebSocket `/api/v1/cameras/:id/live`: a viewer with its socket and its seat on a stream.
import type { WebSocket } from "ws";
import type { Clock } from "../../clock.ts";
import type { CameraId, StreamName } from "../../domain/ids.ts";
import type { Access } from "../authorizer.ts";
import { type ByteCounter, type ClientMessage, ClientSocket } from "../doors/client-socket.ts";
import type { LiveSeat } from "./live-hub.ts";
import { type LiveSink, LiveViewer } from "./live-viewer.ts";

/** Gives seats: the live hub, or the transcoders in front of it. Throws when there is none left. */
export interface SeatGiver {
  watch(camera: CameraId, stream: StreamName, viewer: LiveSink): LiveSeat;
}

/** Serves one live viewer until its socket closes. False if it has no seat and was told why. */
export function serveLive(
  socket: WebSocket,
  access: Access,
  wanted: { readonly camera: CameraId; readonly stream: StreamName },
  seats: SeatGiver,
  clock: Clock,
  counter: ByteCounter,
): boolean {
  let seat: LiveSeat | undefined;
  const client = new ClientSocket(socket, access, clock, counter, {
    onMessage: (message) => act(message),
    onClose: () => {
      viewer.close();
      seat?.leave();
    },
  });
  const viewer = new LiveViewer(client, clock, (error) => client.fail(error));

  const act = (message: ClientMessage) => {
    switch (message.type) {
      case "audio":
        viewer.audio = message["enabled"] === true;
        break;
      case "pause":
        viewer.isPaused = true;
        break;
      case "resume":
        if (!viewer.isPaused) break;
        viewer.isPaused = false;
        seat?.stream.prime(viewer);
        break;
      default:
        // A newer page may say more than this gateway understands.
        break;
    }
  };

  if (!client.isOpen) return false;
  try {
    seat = seats.watch(wanted.camera, wanted.stream, viewer);
    return true;
  } catch (error) {
    client.fail(error);
    return false;
  }
}
