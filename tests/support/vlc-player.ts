// VLC as a viewer: writes what it plays to a file, of which the pictures are counted. Debian's VLC of today knows RTP but not
// RTSP (it is built without live555): there it is given a session description, and the test speaks RTSP for it. Another VLC,
// one in a folder of its own say, is named by NIGHTJAR_TEST_VLC (CONTRIBUTING.md).
import { execFile, spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { testPatience } from "../../core/testing/wait-for.ts";
import { hasVlc, vlcIdentity } from "./vlc-server.ts";

const run = promisify(execFile);
const OWN = (process.env["NIGHTJAR_TEST_VLC"] ?? "").split(/\s+/).filter((word) => word !== "");

interface VlcCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly identity: { readonly uid?: number; readonly gid?: number };
}

/** How the VLC that speaks RTSP is started. What NIGHTJAR_TEST_VLC names sees to its user itself. */
function rtspVlc(): VlcCommand {
  const [program, ...args] = OWN;
  return program === undefined ? systemVlc() : { program, args, identity: {} };
}

function systemVlc(): VlcCommand {
  return { program: "cvlc", args: [], identity: vlcIdentity() };
}

/** Why VLC cannot be asked to play an RTSP address here; false if it can. */
export function noRtspVlc(): string | false {
  if (OWN.length === 0 && !hasVlc()) return "VLC is not installed";
  const { program, args, identity } = rtspVlc();
  const asked = spawnSync(program, [...args, "--no-color", "--list"], {
    encoding: "utf8",
    timeout: 60_000,
    ...identity,
  });
  if (/^\s*live555\s/m.test(asked.stdout ?? "")) return false;
  if (OWN.length > 0) return `NIGHTJAR_TEST_VLC names no VLC with RTSP (live555): ${OWN.join(" ")}`;
  return "VLC was built without RTSP (live555); CONTRIBUTING.md says how to have one that was not";
}

/** First line of what that VLC says of itself. */
export function rtspVlcVersion(): string {
  const { program, args, identity } = rtspVlc();
  const asked = spawnSync(program, [...args, "--version"], {
    encoding: "utf8",
    timeout: 60_000,
    ...identity,
  });
  return /^VLC version.*$/m.exec(asked.stdout ?? "")?.[0] ?? "VLC of an unknown version";
}

/** Has VLC play an RTSP address by itself for eight seconds; gives what it wrote into `folder`. */
export function vlcPlays(folder: string, args: readonly string[]): Promise<VlcSeen> {
  return play(rtspVlc(), folder, args, () => Promise.resolve());
}

/** Runs the system's VLC for eight seconds, with `folder` as its home; gives what it wrote. */
export function vlcSees(
  folder: string,
  args: readonly string[],
  meanwhile: () => Promise<void>,
): Promise<VlcSeen> {
  return play(systemVlc(), folder, args, meanwhile);
}

/** What can be decoded of a file that VLC wrote. */
export interface VlcSeen {
  readonly pictures: number;
  readonly sounds: number;
  /** Of its streams, as ffprobe names them. */
  readonly codecs: readonly string[];
}

async function play(
  { program, args, identity }: VlcCommand,
  folder: string,
  more: readonly string[],
  meanwhile: () => Promise<void>,
): Promise<VlcSeen> {
  const file = join(folder, "seen.ts");
  // Through standard output: a VLC in a root directory of its own knows no path of ours.
  const out = openSync(file, "w");
  const words = [
    "-I",
    "dummy",
    "--run-time=8",
    ...more,
    "--sout=#std{access=file,mux=ts,dst=-}",
    "vlc://quit",
  ];
  const vlc = spawn(program, [...args, ...words], {
    stdio: ["ignore", out, "ignore"],
    env: { PATH: process.env["PATH"] ?? "", HOME: folder },
    ...identity,
  });
  closeSync(out);
  const ended = once(vlc, "exit");
  const timer = setTimeout(() => vlc.kill("SIGKILL"), 60_000 * testPatience());
  try {
    await meanwhile();
    await ended;
  } finally {
    clearTimeout(timer);
    vlc.kill("SIGKILL");
  }
  const { stdout } = await run("ffprobe", [
    "-v",
    "quiet",
    "-count_frames",
    "-show_entries",
    "stream=codec_type,codec_name,nb_read_frames",
    "-of",
    "json",
    file,
  ]);
  const { streams = [] } = JSON.parse(stdout) as {
    streams?: { codec_type: string; codec_name: string; nb_read_frames?: string }[];
  };
  const framesOf = (kind: string): number =>
    Number(streams.find(({ codec_type }) => codec_type === kind)?.nb_read_frames ?? 0);
  return {
    pictures: framesOf("video"),
    sounds: framesOf("audio"),
    codecs: streams.map(({ codec_name }) => codec_name),
  };
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
