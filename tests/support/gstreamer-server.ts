// Starts tests/support/gstreamer-server.py: an RTSP server that is not ours.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { hasProgram } from "./media-files.ts";

/** The interpreter for which Debian packages GObject introspection. */
const PYTHON = "/usr/bin/python3";
const SCRIPT = join(import.meta.dirname, "gstreamer-server.py");
const PROBE =
  'import gi; gi.require_version("GstRtspServer", "1.0"); from gi.repository import Gst, GstRtspServer; Gst.init(None); ' +
  'assert all(Gst.ElementFactory.find(n) for n in ("rtph264pay", "rtph265pay", "rtpmp4gpay", "matroskademux"))';

export interface GstreamerOptions {
  readonly file: string;
  readonly video: "h264" | "h265";
  readonly audio?: "aac" | "latm" | "opus" | "pcmu" | "pcma" | "g726" | "mp3";
  readonly protocols?: readonly ("tcp" | "udp")[];
  readonly auth?: "digest" | "basic";
  readonly username?: string;
  readonly password?: string;
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Tell what receiver reports say. */
  readonly reports?: boolean;
}

/** A receiver report about the picture as GStreamer understood it; the round trip in 1/65536 s. */
export interface UnderstoodReport {
  readonly jitter: number;
  readonly fractionlost: number;
  readonly packetslost: number;
  readonly exthighestseq: number;
  readonly "round-trip": number;
}

interface GstreamerServer extends ForeignServer {
  /** Grows as reports come. */
  readonly reports: readonly UnderstoodReport[];
}

export interface ForeignServer extends AsyncDisposable {
  readonly url: string;
}

/** False where GStreamer's RTSP server or its plugins are not installed; tests skip then. */
export function hasGstreamer(): boolean {
  return hasProgram(PYTHON, "-c", PROBE);
}

/** Serves a file at `/test` on a free port of loopback. `folder` takes the arguments file. */
export async function gstreamerServer(folder: string, options: GstreamerOptions): Promise<GstreamerServer> {
  const args = join(folder, `gstreamer-${process.hrtime.bigint()}.json`);
  writeFileSync(args, JSON.stringify(options));
  const child: ChildProcess = spawn(PYTHON, [SCRIPT, args], { stdio: ["pipe", "pipe", "ignore"] });
  const exited = once(child, "exit");
  const reports: UnderstoodReport[] = [];
  const port = await new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    lines.once("line", (first) => {
      resolve(first);
      lines.on("line", (line) => reports.push(JSON.parse(line) as UnderstoodReport));
    });
    child.once("exit", (code) => reject(new RangeError(`GStreamer's server ended with ${code}`)));
    child.once("error", reject);
  });
  const scheme = options.tls === undefined ? "rtsp" : "rtsps";
  return {
    url: `${scheme}://127.0.0.1:${port}/test`,
    reports,
    async [Symbol.asyncDispose]() {
      child.stdin?.end();
      child.kill();
      await exited;
    },
  };
}
