// Watches with GStreamer's rtspsrc: tests/support/gstreamer-client.py, a player that is not ours.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { testPatience } from "../../core/testing/wait-for.ts";
import { hasProgram } from "./media-files.ts";

const run = promisify(execFile);
/** The interpreter for which Debian packages GObject introspection. */
const PYTHON = "/usr/bin/python3";
const SCRIPT = join(import.meta.dirname, "gstreamer-client.py");
const PROBE =
  'import gi; gi.require_version("GstRtsp", "1.0"); from gi.repository import Gst, GstRtsp; Gst.init(None); ' +
  'assert all(Gst.ElementFactory.find(n) for n in ("rtspsrc", "rtph264depay", "h265parse", "aacparse", "opusparse"))';

export interface GstreamerViewing {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Not asked where the address is rtsps. */
  readonly transport?: "tcp" | "udp";
  /** How many to wait for. */
  readonly pictures: number;
  readonly sounds: number;
  /** Takes the pictures as a byte stream. */
  readonly file: string;
  /** File of the certificate that the recorder's is verified by; without it that is not looked at. */
  readonly root?: string;
}

export interface GstreamerSeen {
  readonly pictures: number;
  readonly sounds: number;
  readonly encodings: readonly string[];
}

/** False where GStreamer's RTSP client is not installed; tests skip then. */
export function hasGstreamerClient(): boolean {
  return hasProgram(PYTHON, "-c", PROBE);
}

/** Watches until enough has come. Rejects with what GStreamer says, as `stderr`, when it cannot. */
export async function gstreamerSees(viewing: GstreamerViewing): Promise<GstreamerSeen> {
  const seconds = 30 * testPatience();
  const file = `${viewing.file}.json`;
  writeFileSync(file, JSON.stringify({ transport: "tcp", ...viewing, seconds }));
  const { stdout } = await run(PYTHON, [SCRIPT, file], { timeout: (seconds + 10) * 1_000 });
  return JSON.parse(stdout) as GstreamerSeen;
}
