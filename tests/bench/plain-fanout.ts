// What the bytes of live pictures alone cost a Node process: sends a clip in real time to every TCP client, one write a
// picture or frame of sound, as many bytes as RTP makes of it, with no protocol, no queue and no rights. Started by
// restream-figure.ts beside the gateway that is measured.
import { createServer, type Socket } from "node:net";
import { clipSource } from "../../core/media/rtsp-server/clip-source.ts";
import { PacketPlan } from "../../core/media/rtsp-server/packet-plan.ts";

const FRAMING_BYTES = 16;
const [file = ""] = process.argv.slice(2);
const source = await clipSource(file, { timing: "shared" });
const sockets = new Set<Socket>();
const plan = new PacketPlan();
source.play(
  {
    unit(unit) {
      plan.make(source.tracks[unit.track]?.form ?? "whole", unit);
      const bytes = Buffer.alloc(plan.payloadBytes + plan.count * FRAMING_BYTES);
      for (const socket of sockets) socket.write(bytes);
    },
    ended: () => undefined,
  },
  {},
);
const server = createServer((socket) => {
  socket.setNoDelay(true);
  sockets.add(socket);
  socket.on("error", () => socket.destroy());
  socket.once("close", () => sockets.delete(socket));
  socket.resume();
}).listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ port: typeof address === "object" && address !== null ? address.port : 0 });
});
process.on("disconnect", () => process.exit(0));
