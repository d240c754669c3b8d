// The broker Mosquitto and its command-line clients, as Debian has them: for tests that hold Nightjar's MQTT against
// programs that others wrote. Tests skip where they are missing.
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";

const PROGRAM = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"].find((path) => existsSync(path));
const run = promisify(execFile);

/** Why tests with Mosquitto are skipped; false where it is. */
export const WITHOUT_MOSQUITTO: string | false =
  PROGRAM === undefined || !hasClients() ? "mosquitto and mosquitto-clients are not installed" : false;

function hasClients(): boolean {
  return ["mosquitto_pub", "mosquitto_sub"].every((name) => existsSync(`/usr/bin/${name}`));
}

/** By which schemes it is reached besides `mqtt:`. */
export type Door = "mqtts" | "ws" | "wss";

export interface Mosquitto {
  readonly port: number;
  /** Of each door, where it has them. */
  readonly doors: Readonly<Record<Door, number>> | undefined;
  start(): Promise<void>;
  /** Ends it; `SIGTERM` lets it write down its sessions. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Stands still, with its connections: it takes what its socket has room for, and answers nothing. */
  pause(): void;
  /** Goes on where it stood. */
  goOn(): void;
  /** What it said. */
  log(): string;
  /** Forgets what it wrote down. */
  forget(): void;
  dispose(): Promise<void>;
}

/** PEM: what it shows at its encrypted doors. */
export interface ShownPair {
  readonly certificate: string;
  readonly key: string;
}

export interface MosquittoOptions {
  /** Where it writes its sessions down, after every few changes. */
  readonly writesTo?: string;
  /** With it, it listens over TLS and WebSocket too. */
  readonly shows?: ShownPair;
}

/** A Mosquitto on a port of its own with one account, which keeps its sessions over an orderly restart. */
export async function startMosquitto(
  user: string,
  password: string,
  { writesTo, shows }: MosquittoOptions = {},
): Promise<Mosquitto> {
  const folder = tempDir("nj-mosquitto-");
  // It gives up being root and must still read and write here.
  chmodSync(folder.path, 0o777);
  const passwords = join(folder.path, "passwords");
  execFileSync("mosquitto_passwd", ["-c", "-b", passwords, user, password]);
  chmodSync(passwords, 0o644);
  const [port = 0, mqtts = 0, ws = 0, wss = 0] = await freePorts(shows === undefined ? 1 : 4);
  const doors = shows === undefined ? undefined : { mqtts, ws, wss };
  const config = join(folder.path, "mosquitto.conf");
  const log = join(folder.path, "mosquitto.log");
  writeFileSync(
    config,
    [
      `listener ${port} 127.0.0.1`,
      ...(shows === undefined || doors === undefined ? [] : doorLines(folder.path, shows, doors)),
      "allow_anonymous false",
      `password_file ${passwords}`,
      "persistence true",
      `persistence_location ${writesTo ?? folder.path}/`,
      ...(writesTo === undefined ? [] : ["autosave_on_changes true", "autosave_interval 10"]),
      `log_dest file ${log}`,
      "max_queued_messages 0",
      "",
    ].join("\n"),
  );
  let child: ChildProcess | undefined;
  const self: Mosquitto = {
    port,
    doors,
    async start() {
      child = spawn(PROGRAM ?? "", ["-c", config], { stdio: "ignore" });
      for (const one of [port, ...Object.values(doors ?? {})])
        await waitFor(() => answers(one), { what: "mosquitto to listen", deadlineMs: 10_000 });
    },
    async stop(signal) {
      const ended = child;
      child = undefined;
      if (ended === undefined || ended.exitCode !== null) return;
      const exited = once(ended, "exit");
      ended.kill(signal);
      await exited;
    },
    pause: () => void child?.kill("SIGSTOP"),
    goOn: () => void child?.kill("SIGCONT"),
    log: () => (existsSync(log) ? readFileSync(log, "utf8") : ""),
    forget: () => rmSync(join(writesTo ?? folder.path, "mosquitto.db"), { force: true }),
    async dispose() {
      await self.stop("SIGKILL");
      folder[Symbol.dispose]();
    },
  };
  try {
    await self.start();
  } catch (error) {
    await self.dispose();
    throw error;
  }
  return self;
}

/** What its configuration says of its doors. */
function doorLines(
  folder: string,
  { certificate, key }: ShownPair,
  { mqtts, ws, wss }: Readonly<Record<Door, number>>,
): string[] {
  const files = { certfile: join(folder, "broker.crt"), keyfile: join(folder, "broker.key") };
  writeFileSync(files.certfile, certificate);
  writeFileSync(files.keyfile, key);
  const shown = Object.entries(files).map(([name, path]) => `${name} ${path}`);
  return [
    ...[`listener ${mqtts} 127.0.0.1`, ...shown],
    ...[`listener ${ws} 127.0.0.1`, "protocol websockets"],
    ...[`listener ${wss} 127.0.0.1`, "protocol websockets", ...shown],
  ];
}

/** Different ones: all are held until the last is known. */
async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(probes.map((probe) => once(probe, "listening")));
  const ports = probes.map((probe) => (probe.address() as AddressInfo).port);
  await Promise.all(probes.map((probe) => once(probe.close(), "close")));
  return ports;
}

/** Where `mosquitto_pub` and `mosquitto_sub` go, and as whom. */
export interface Target {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** PEM file of the authority: over TLS. */
  readonly caFile?: string;
}

/** Publishes with `mosquitto_pub`. Rejects when that fails. */
export async function mosquittoPub(
  target: Target,
  topic: string,
  message: string,
  ...more: string[]
): Promise<void> {
  await run("mosquitto_pub", [...at(target), "-q", "1", "-t", topic, "-m", message, ...more], {
    timeout: 30_000,
  });
}

/** The first `count` messages that `mosquitto_sub` gets, as `topic payload`. */
export async function mosquittoSub(target: Target, topic: string, count: number): Promise<string[]> {
  const args = [...at(target), "-q", "1", "-t", topic, "-v", "-C", String(count), "-W", "30"];
  const { stdout } = await run("mosquitto_sub", args, { timeout: 40_000 });
  return stdout.trimEnd().split("\n");
}

function at({ port, user, password, caFile }: Target): string[] {
  const tls = caFile === undefined ? [] : ["--cafile", caFile];
  return ["-h", "127.0.0.1", "-p", String(port), "-u", user, "-P", password, ...tls];
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
