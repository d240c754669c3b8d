// The cameras of the benchmarks, in a process of their own: one RTSP server that sends the clip to any number of
// clients, one RTP packet a write, as cameras do. `/cam/<n>?shift=<seconds>`. Started by sender-process.ts.
import { sourceOfClip } from "../../core/media/rtsp-server/clip-source.ts";
import { readClip } from "../../core/media/rtsp-server/mp4-clip.ts";
import { createRtspServer } from "../../core/media/rtsp-server/rtsp-server.ts";

const [file = ""] = process.argv.slice(2);
const source = sourceOfClip(await readClip(file));
const server = await createRtspServer({
  mount: (path, query) =>
    path.startsWith("/cam/")
      ? { source, playback: { shiftSeconds: Number(query.get("shift") ?? 0) } }
      : undefined,
  transports: ["tcp"],
  writes: "packet",
});
process.on("message", (message) => {
  if (message === "counters") process.send?.({ counters: server.counters, playing: server.playing });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ port: server.port });
