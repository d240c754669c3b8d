// The stream of changes as a WebSocket: core's Server-Sent Events, one JSON message each. Rights, filters and the end of
// the session are core's business; here are the handshake's other half, the heartbeat, and the brake for slow readers:
// what they do not read stays in core's bounded queue, which cuts them off when it is full.
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import type { Clock } from "../../clock.ts";
import type { ByteCounter } from "./client-socket.ts";
import { EventStreamReader } from "./event-stream-reader.ts";

const HEARTBEAT_MS = 20_000;
const CLOSE_GRACE_MS = 500;
/** Bytes in the socket from which core's stream waits. */
const WAITING_LIMIT_BYTES = 256 * 1024;
/** The client has nothing to say; a few words between two heartbeats are no harm. */
const MESSAGES_PER_BEAT = 200;
/** WebSocket close codes (RFC 6455 §7.4.1). */
const CLOSE_CODE = { policy: 1008, tryLater: 1013 } as const;

/** Passes a stream of core's on until either end is gone. */
export function relayEvents(
  socket: WebSocket,
  stream: IncomingMessage,
  clock: Clock,
  counter: ByteCounter,
): void {
  let isAlive = true;
  let heard = 0;
  let hasEnded = false;
  const reader = new EventStreamReader();

  const close = (code: number, reason: string): void => {
    if (hasEnded) return;
    hasEnded = true;
    socket.close(code, reason);
    clock.after(CLOSE_GRACE_MS, () => socket.terminate());
  };
  const heartbeat = clock.every(HEARTBEAT_MS, () => {
    if (!isAlive) {
      socket.terminate();
      return;
    }
    isAlive = false;
    heard = 0;
    socket.ping();
  });
  const goOn = (): void => {
    if (stream.isPaused() && socket.bufferedAmount <= WAITING_LIMIT_BYTES) stream.resume();
  };

  socket.on("pong", () => {
    isAlive = true;
  });
  socket.on("message", () => {
    heard += 1;
    if (heard > MESSAGES_PER_BEAT) close(CLOSE_CODE.policy, "too many messages");
  });
  // `ws` reports what it closes for (too large, bad frame) and closes by itself.
  socket.on("error", () => undefined);
  socket.once("close", () => {
    heartbeat.cancel();
    stream.destroy();
  });

  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    for (const { id, type, data } of reader.read(text)) {
      const message = `{${id === undefined ? "" : `"id":${JSON.stringify(id)},`}"type":${JSON.stringify(type)},"data":${data}}`;
      counter.bytesSent += message.length;
      socket.send(message, { compress: false }, goOn);
      if (type === "session-ended") close(CLOSE_CODE.policy, "NJ_SESSION_ENDED");
    }
    if (socket.bufferedAmount > WAITING_LIMIT_BYTES) stream.pause();
  });
  stream.on("error", () => undefined);
  // Core is being restarted, or has cut off whoever did not read: come back, and say what was seen last.
  stream.once("close", () => close(CLOSE_CODE.tryLater, "NJ_STREAM_CUT"));
}
