// Starts VLC as an RTSP server that sends over UDP only. VLC refuses to run as root: it gets an unprivileged user then.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { connect, createServer } from "node:net";
import { waitFor } from "../../core/testing/wait-for.ts";
import type { ForeignServer } from "./gstreamer-server.ts";
import { hasProgram } from "./media-files.ts";

/** The user "nobody" of Debian and most others. */
const NOBODY = 65_534;

/** Whom VLC runs as, where root would start it. */
export function vlcIdentity(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

/** False where VLC is not installed; tests skip then. */
export function hasVlc(): boolean {
  return hasProgram("sh", "-c", "command -v cvlc");
}

/** Plays a file once, in real time from now on, at `/test` on a free port of loopback. `folder` is its home. */
export async function vlcServer(folder: string, file: string): Promise<ForeignServer> {
  const port = await freePort();
  chmodSync(folder, 0o755);
  chmodSync(file, 0o644);
  const child = spawn(
    "cvlc",
    [
      "-I",
      "dummy",
      "--no-sout-audio",
      "--rtsp-host",
      "127.0.0.1",
      file,
      "--sout",
      `#rtp{sdp=rtsp://127.0.0.1:${port}/test}`,
    ],
    { stdio: "ignore", env: { PATH: process.env["PATH"] ?? "", HOME: folder }, ...vlcIdentity() },
  );
  const exited = once(child, "exit");
  await waitFor(() => isListening(port), { deadlineMs: 20_000, periodMs: 50, what: "VLC" });
  return {
    url: `rtsp://127.0.0.1:${port}/test`,
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
