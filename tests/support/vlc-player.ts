// VLC as a viewer: writes what it plays to a file, of which the pictures are counted. Debian's VLC knows RTP but not RTSP (it is
// built without live555): there it is given a session description, and the test speaks RTSP for it.
import { execFile, spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { vlcIdentity } from "./vlc-server.ts";

const run = promisify(execFile);

/** False where VLC has no module for RTSP (live555), as Debian's has not. */
export function vlcPlaysRtsp(): boolean {
  const asked = spawnSync("cvlc", ["--module", "live555", "--help"], {
    encoding: "utf8",
    timeout: 20_000,
    ...vlcIdentity(),
  });
  return /rtsp/i.test(asked.stdout ?? "");
}

/** Runs VLC for eight seconds, with `folder` as its home; gives how many pictures can be decoded of what it wrote. */
export async function vlcSees(
  folder: string,
  args: readonly string[],
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  const file = join(folder, "seen.ts");
  const out = `--sout=#std{access=file,mux=ts,dst=${file}}`;
  const vlc = spawn("cvlc", ["-I", "dummy", "--run-time=8", ...args, out, "vlc://quit"], {
    stdio: "ignore",
    env: { PATH: process.env["PATH"] ?? "", HOME: folder },
    ...vlcIdentity(),
  });
  const ended = once(vlc, "exit");
  const timer = setTimeout(() => vlc.kill("SIGKILL"), 120_000);
  try {
    await meanwhile();
    await ended;
  } finally {
    clearTimeout(timer);
    vlc.kill("SIGKILL");
  }
  const entries = "stream=nb_read_frames";
  const count = ["-v", "quiet", "-select_streams", "v:0", "-count_frames", "-show_entries", entries];
  const { stdout } = await run("ffprobe", [...count, "-of", "csv=p=0", file]);
  return Number.parseInt(stdout, 10);
}

/** An even port that is free with the three after it, as far as one can know. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return Math.min(port - (port % 2), 65_530);
}

/** True if something listens on this UDP port (proc(5), /proc/net/udp). */
export function isUdpPortOpen(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return ["/proc/net/udp", "/proc/net/udp6"].some((file) => readFileSync(file, "utf8").includes(`:${hex} `));
}
