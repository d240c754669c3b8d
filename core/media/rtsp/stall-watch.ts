// Judges whether a session that plays still brings pictures.
import type { StreamFault } from "../source.ts";

/** With the period of the watch this makes at most five seconds. */
const STALL_MS = 4_000;
/** Packets come, pictures do not. */
const NO_PICTURE_MS = 20_000;
/** The same, until people are told. */
const NO_PICTURE_TOLD_MS = 5_000;
/** Pictures of a session without a key frame, until people are told; cameras send one every 1 to 10 s. */
const NO_KEY_FRAME_MS = 15_000;

/** Monotonic times of the last packet and the last picture; undefined before the first. */
export interface ArrivalTimes {
  readonly lastVideoPacketAtMs: number | undefined;
  readonly lastVideoFrameAtMs: number | undefined;
}

export interface WatchedSession {
  readonly playedAtMs: number;
  readonly nowMs: number;
  /** Host and port, for the message. */
  readonly where: string;
  readonly transport: "tcp" | "udp";
}

/** The fault of a session that has stopped bringing pictures; undefined while it is well. */
export function stallFault(assembler: ArrivalTimes, watched: WatchedSession): StreamFault | undefined {
  const packetAtMs = assembler.lastVideoPacketAtMs;
  const frameAtMs = assembler.lastVideoFrameAtMs ?? watched.playedAtMs;
  if (packetAtMs === undefined) {
    if (watched.nowMs - watched.playedAtMs < STALL_MS) return undefined;
    return {
      code: "stalled",
      message:
        watched.transport === "udp"
          ? `The camera at ${watched.where} plays, but no picture arrives over UDP. A firewall may be in the way; try TCP.`
          : `The camera at ${watched.where} plays, but sends no picture.`,
      context: { where: watched.where, case: watched.transport === "udp" ? "udp" : "nothing" },
    };
  }
  if (watched.nowMs - packetAtMs >= STALL_MS) {
    return {
      code: "stalled",
      message: `The camera at ${watched.where} has stopped sending pictures.`,
      context: { where: watched.where },
    };
  }
  if (watched.nowMs - frameAtMs >= NO_PICTURE_MS) {
    return {
      code: "codec-unsupported",
      message: `What the camera at ${watched.where} sends makes no picture. Check its video settings (H.264 or H.265).`,
      context: { where: watched.where, case: "no-picture" },
    };
  }
  return undefined;
}

/** What people are told of a session that goes on and brings nothing that could be recorded; undefined if it does. */
export function emptinessFault(session: {
  readonly nowMs: number;
  readonly firstPictureAtMs: number;
  readonly lastPictureAtMs: number | undefined;
  /** A whole key frame has come in this session. */
  readonly hasKeyFrame: boolean;
}): StreamFault | undefined {
  const { nowMs, lastPictureAtMs } = session;
  if (lastPictureAtMs !== undefined && nowMs - lastPictureAtMs >= NO_PICTURE_TOLD_MS) {
    return {
      code: "stalled",
      message:
        "Packets come from the camera, but no whole picture. Check its video settings and the network.",
      context: { case: "no-picture" },
    };
  }
  if (session.hasKeyFrame || nowMs - session.firstPictureAtMs < NO_KEY_FRAME_MS) return undefined;
  return {
    code: "no-key-frame",
    message:
      "No whole key frame comes from the camera: without one nothing can be shown or recorded. Set its key-frame interval (I-frame, GOP) to 2 s, and check the network.",
  };
}
