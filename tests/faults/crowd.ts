// Crowds at the recorder's doors while cameras are recorded (attack list A25): `node tests/faults/crowd.ts [--cameras N]
// [--sockets N] [--requests N] [--seconds N]`. Idle connections, headers and bodies that never end, log-ins, live views and clips by the
// thousand; one after the other in one recording. Goals: somebody at home is answered all the time, the processes stay
// small, and every frame is recorded. Strangers come from other loopback addresses than the people of the house.
import { readFileSync } from "node:fs";
import { type ClientRequest, request as httpRequest } from "node:http";
import { connect, type Socket } from "node:net";
import { parseArgs } from "node:util";
import { testPatience } from "../../core/testing/wait-for.ts";
import { activate } from "../support/accounts.ts";
import {
  type FsckOutcome,
  type RecordedEvidence,
  recordedUntil,
  runFsck,
} from "../support/recorder-evidence.ts";
import { DEMO_FRAME_MS, RecorderRig, type Role } from "../support/recorder-rig.ts";

const ROLES: readonly Role[] = ["media", "core", "gateway"];
/** Addresses that strangers come from: no two attacks share one, so that each meets an open door. */
const STRANGERS = 8;
const HOME = "127.0.0.1";
const ASK_EVERY_MS = 200;
const ANSWER_LIMIT_MS = 60_000;

export interface CrowdAttack {
  readonly name: string;
  /** What strangers were answered: status, or `closed`, or `open`; how often. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Questions of somebody at home meanwhile, and how many were answered with what was asked for. */
  readonly asked: number;
  readonly answered: number;
  /** The longest that somebody at home waited. */
  readonly slowestMs: number;
  /** Megabytes of each process at the end of it. */
  readonly megabytes: Readonly<Record<Role, number>>;
}

export interface CrowdResult extends RecordedEvidence {
  readonly attacks: readonly CrowdAttack[];
  readonly megabytesBefore: Readonly<Record<Role, number>>;
  readonly megabytesAfter: Readonly<Record<Role, number>>;
  readonly droppedBySender: number;
  readonly fsck: FsckOutcome;
}

interface Crowd {
  readonly rig: RecorderRig;
  readonly port: number;
  readonly token: string;
  readonly sockets: number;
  readonly requests: number;
  readonly count: (outcome: string) => void;
  /** Undone when the attack is over. */
  readonly open: Set<{ destroy(): unknown }>;
}

/** Makes all attacks. */
export async function crowd(options: {
  readonly cameras: number;
  /** Idle connections. */
  readonly sockets: number;
  /** Log-ins, live views, clips. */
  readonly requests: number;
  /** How long each attack goes on once it is there. */
  readonly lastsMs: number;
  readonly log?: (text: string) => void;
}): Promise<CrowdResult> {
  const rig = await RecorderRig.start({ cameras: options.cameras });
  const attacks: CrowdAttack[] = [];
  try {
    await rig.untilRecording(30_000);
    const port = Number(new URL(rig.url).port);
    const token = await activate(rig.url, rig.activationCode);
    const megabytesBefore = megabytes(rig);
    for (const [name, make] of ATTACKS) {
      const outcomes: Record<string, number> = {};
      const open: Crowd["open"] = new Set();
      const home = new SomebodyAtHome(port, token);
      await make({
        rig,
        port,
        token,
        sockets: options.sockets,
        requests: options.requests,
        open,
        count: (outcome) => {
          outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        },
      });
      await new Promise((resolve) => setTimeout(resolve, options.lastsMs));
      const seen = await home.stop();
      attacks.push({ name, outcomes: { ...outcomes }, ...seen, megabytes: megabytes(rig) });
      for (const each of open) each.destroy();
      options.log?.(JSON.stringify(attacks.at(-1)));
    }
    await rig.untilRecording(30_000);
    const { unitsDropped } = await rig.sender.counters();
    const megabytesAfter = megabytes(rig);
    const endMs = Date.now();
    await rig.stopRecorder();
    return {
      attacks,
      megabytesBefore,
      megabytesAfter,
      ...recordedUntil(rig.files(), endMs, DEMO_FRAME_MS),
      droppedBySender: unitsDropped,
      fsck: runFsck(rig.dataDir),
    };
  } finally {
    await rig.dispose();
  }
}

const ATTACKS: readonly (readonly [name: string, make: (crowd: Crowd) => Promise<void>])[] = [
  ["idle connections from one address", (crowd) => connections(crowd, 1, () => undefined)],
  ["idle connections from many addresses", (crowd) => connections(crowd, STRANGERS, () => undefined)],
  [
    "headers that never end",
    (crowd) =>
      connections(crowd, STRANGERS, (socket) => {
        socket.write("GET /api/v1/status HTTP/1.1\r\nHost: x\r\n");
        drip(crowd, socket, "X-Drip: 1\r\n");
      }),
  ],
  [
    "bodies that never end",
    (crowd) =>
      connections(crowd, STRANGERS, (socket) => {
        socket.write(
          "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{",
        );
        drip(crowd, socket, " ");
      }),
  ],
  [
    "log-ins at once",
    (crowd) =>
      requests(crowd, (at) => ({
        method: "POST",
        path: "/api/v1/session",
        body: JSON.stringify({ username: `user${at % 50}`, password: "not the password at all" }),
      })),
  ],
  [
    "live views that are never read",
    (crowd) =>
      requests(crowd, (at) => ({
        path: `/api/v1/cameras/cam-${1 + (at % crowd.rig.cameraCount)}/live`,
        token: crowd.token,
        upgrade: true,
      })),
  ],
  [
    "clips at once",
    (crowd) => {
      const [start, end] = [Date.now() - 3_600_000, Date.now()].map((ms) => new Date(ms).toISOString());
      return requests(crowd, (at) => ({
        path: `/api/v1/cameras/cam-${1 + (at % crowd.rig.cameraCount)}/clip.mp4?start=${start}&end=${end}&n=${at}`,
        token: crowd.token,
      }));
    },
  ],
];

function addressOf(at: number, addresses: number): string {
  return `127.0.0.${2 + (at % addresses)}`;
}

/** Opens connections, a few at a time so that they arrive, and does something with each. */
async function connections(crowd: Crowd, addresses: number, use: (socket: Socket) => void): Promise<void> {
  const one = (at: number): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect({ port: crowd.port, host: HOME, localAddress: addressOf(at, addresses) });
      crowd.open.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => {
        crowd.count("closed");
        crowd.open.delete(socket);
        resolve();
      });
      socket.once("connect", () => {
        crowd.count("connected");
        use(socket);
        resolve();
      });
      socket.resume();
    });
  for (let at = 0; at < crowd.sockets; at += 100) {
    await Promise.all(
      Array.from({ length: Math.min(100, crowd.sockets - at) }, (_, index) => one(at + index)),
    );
  }
}

function drip(crowd: Crowd, socket: Socket, text: string): void {
  const timer = setInterval(() => socket.writable && socket.write(text), 1_000);
  socket.once("close", () => clearInterval(timer));
  crowd.open.add({ destroy: () => clearInterval(timer) });
}

interface Wish {
  readonly method?: string;
  readonly path: string;
  readonly token?: string;
  readonly body?: string;
  readonly upgrade?: boolean;
}

/** Sends requests all at once; resolves when each was answered, closed, or became a socket. */
async function requests(crowd: Crowd, wish: (at: number) => Wish): Promise<void> {
  const one = (at: number): Promise<void> =>
    new Promise((resolve) => {
      const outgoing = send(crowd.port, addressOf(at, STRANGERS), wish(at));
      crowd.open.add(outgoing);
      const done = (outcome: string) => {
        crowd.count(outcome);
        resolve();
      };
      outgoing.once("error", () => done("closed"));
      outgoing.once("upgrade", (_answer, socket) => {
        socket.pause();
        socket.on("error", () => undefined);
        crowd.open.add(socket);
        done("101");
      });
      outgoing.once("response", (answer) => {
        // What is not read waits where it is made.
        answer.on("error", () => undefined);
        if (answer.statusCode !== 200) answer.resume();
        done(String(answer.statusCode));
      });
    });
  await Promise.all(Array.from({ length: crowd.requests }, (_, at) => one(at)));
}

function send(port: number, from: string, wish: Wish): ClientRequest {
  const { method = "GET", path, token, body, upgrade } = wish;
  const outgoing = httpRequest({
    host: HOME,
    port,
    localAddress: from,
    agent: false,
    method,
    path,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined
        ? {}
        : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
      ...(upgrade === true
        ? {
            connection: "Upgrade",
            upgrade: "websocket",
            "sec-websocket-version": "13",
            "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
          }
        : {}),
    },
  });
  outgoing.end(body);
  return outgoing;
}

/** Asks how the recorder is, again and again, on a new connection each time. */
class SomebodyAtHome {
  readonly #port: number;
  readonly #token: string;
  #asked = 0;
  #answered = 0;
  #slowestMs = 0;
  #isOver: boolean = false;
  readonly #asking: Promise<void>;

  constructor(port: number, token: string) {
    this.#port = port;
    this.#token = token;
    this.#asking = this.#ask();
  }

  async stop(): Promise<Pick<CrowdAttack, "asked" | "answered" | "slowestMs">> {
    this.#isOver = true;
    await this.#asking;
    return { asked: this.#asked, answered: this.#answered, slowestMs: Math.round(this.#slowestMs) };
  }

  async #ask(): Promise<void> {
    while (!this.#isOver) {
      const begin = performance.now();
      this.#asked += 1;
      if (await this.#once()) this.#answered += 1;
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - begin);
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  #once(): Promise<boolean> {
    return new Promise((resolve) => {
      const outgoing = send(this.#port, HOME, { path: "/api/v1/status", token: this.#token });
      outgoing.setTimeout(ANSWER_LIMIT_MS * testPatience(), () => outgoing.destroy());
      outgoing.once("error", () => resolve(false));
      outgoing.once("response", (answer) => {
        answer.resume();
        answer.once("error", () => resolve(false));
        answer.once("end", () => resolve(answer.statusCode === 200));
      });
    });
  }
}

function megabytes(rig: RecorderRig): Record<Role, number> {
  const of = (role: Role): number => {
    const status = readFileSync(`/proc/${rig.childPid(role)}/status`, "utf8");
    return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024);
  };
  return Object.fromEntries(ROLES.map((role) => [role, of(role)])) as Record<Role, number>;
}

/** Why so many connections cannot be opened here; undefined if they can: both ends of each need a descriptor. */
export function tooManySockets(sockets: number): string | undefined {
  const limits = readFileSync("/proc/self/limits", "utf8");
  const hard = Number(/^Max open files\s+\d+\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  return hard < sockets + 1_000 ? `${sockets} connections need more open files than ${hard}` : undefined;
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      cameras: { type: "string", default: "16" },
      sockets: { type: "string", default: "10000" },
      requests: { type: "string", default: "1000" },
      seconds: { type: "string", default: "15" },
    },
  });
  const sockets = Number(values.sockets);
  const why = tooManySockets(sockets);
  if (why !== undefined) process.stdout.write(`${why}: raise the limit (ulimit -Hn)\n`);
  const result = await crowd({
    cameras: Number(values.cameras),
    sockets,
    requests: Number(values.requests),
    lastsMs: Number(values.seconds) * 1_000,
    log: (text) => process.stdout.write(`${text}\n`),
  });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  const isGood =
    result.gaps.length + result.missing.length + result.reconnected.length + result.droppedBySender === 0 &&
    result.fsck.exitCode === 0 &&
    result.attacks.every(({ asked, answered }) => asked === answered);
  process.exitCode = isGood && why === undefined ? 0 : 1;
}
