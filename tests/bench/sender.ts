// The cameras of the benchmarks, in a process of their own: one RTSP server that sends the clip to any number of
// clients, one RTP packet a write, as cameras do. `/cam/<n>?shift=<seconds>`. Started by sender-process.ts.
import { writeSync } from "node:fs";
import type { Socket } from "node:net";
import { sourceOfClip } from "../../core/media/rtsp-server/clip-source.ts";
import { readClip } from "../../core/media/rtsp-server/mp4-clip.ts";
import { createRtspServer } from "../../core/media/rtsp-server/rtsp-server.ts";

const [file = "", port = "0"] = process.argv.slice(2);
const source = sourceOfClip(await readClip(file));
const server = await createRtspServer({
  port: Number(port),
  mount: (path, query) =>
    path.startsWith("/cam/")
      ? { source, playback: { shiftSeconds: Number(query.get("shift") ?? 0) } }
      : undefined,
  transports: ["tcp"],
  writes: "packet",
  hooks: { playing: ({ socket }) => writeDirectly(socket) },
});
process.on("message", (message) => {
  if (message === "counters") process.send?.({ counters: server.counters, playing: server.playing });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ port: server.port });

/**
 * Writes to the socket's descriptor at once where there is room. A stream's `write` costs several times the system
 * call, and 100 000 packets a second must not make the sender the bottleneck of what is measured.
 */
function writeDirectly(socket: Socket): void {
  const descriptor = (socket as unknown as { _handle?: { fd?: number } })._handle?.fd;
  if (descriptor === undefined || descriptor < 0) return;
  const write = socket.write.bind(socket) as (bytes: Uint8Array | string) => boolean;
  const direct = (bytes: Uint8Array | string): boolean => {
    if (typeof bytes === "string" || socket.writableLength > 0 || socket.destroyed) return write(bytes);
    let written = 0;
    try {
      written = writeSync(descriptor, bytes);
    } catch {
      // No room, or the client is gone: the stream waits, or says so.
    }
    return written === bytes.length || write(bytes.subarray(written));
  };
  socket.write = direct as Socket["write"];
}
