// Part of the suite `alarm`: how long an event takes from the moment it is seen through the engine, its row, the outbox, the
// recorder's broker and a flow in Node-RED, in a process of its own, until core begins what the flow asks for. None may be lost,
// and a subscriber that has stopped reading may not hold anybody up.
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { generate } from "mqtt-packet";
import { systemClock } from "../../core/clock.ts";
import { openDb } from "../../core/db/open-db.ts";
import { silentLog } from "../../core/log.ts";
import { FLOWS_USER } from "../../core/mqtt/flows-door.ts";
import type { RequestsOptions } from "../../core/mqtt/request-parts.ts";
import { Requests } from "../../core/mqtt/requests.ts";
import { nodeArguments } from "../../core/supervisor/process-contract.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { eventChain, NODE } from "./event-chain.ts";
import { type Figure, figure } from "./figure.ts";
import { benchDir } from "./left-behind.ts";

const LIMITS = { p99Ms: 50, lost: 0 };
const CAMERAS = 16;
const TICK_MS = 10;
const STARTED_MS = 60_000;

/** Raises so many events a second for so long, over 16 cameras. `isBesideStopped`: with a subscriber that reads nothing. */
export async function flowFigures(
  rate: number,
  seconds: number,
  { isBesideStopped }: { readonly isBesideStopped: boolean },
): Promise<Figure[]> {
  using dir = benchDir();
  const db = await openDb(join(dir.path, "nightjar.db"), { log: silentLog });
  /** When the events were seen of which nothing came yet, in their order, by camera. */
  const seen = new Map<string, number[]>();
  const tookMs: number[] = [];
  const requests = requestsThat((camera) => {
    const atMs = seen.get(camera)?.shift();
    if (atMs !== undefined) tookMs.push(performance.now() - atMs);
  });
  const chain = await eventChain(dir.path, db, requests);
  const { engine, broker, outbox, socketPath, password } = chain;
  const flows = fork(join(import.meta.dirname, "flows-process.ts"), [dir.path, socketPath, password], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: nodeArguments("flows"),
  });
  const ended = once(flows, "exit");
  const stopped = isBesideStopped ? await stoppedReader(socketPath, password) : undefined;
  try {
    await waitFor(
      () => broker.clients().some(({ id, subscriptions }) => id !== STOPPED && subscriptions > 0),
      {
        ...{ deadlineMs: STARTED_MS, what: "flows to be at the broker" },
      },
    );
    outbox.kick();
    const start = performance.now();
    const wanted = rate * seconds;
    for (let sent = 0; sent < wanted; ) {
      const due = Math.min(wanted, Math.floor(((performance.now() - start) / 1_000) * rate));
      for (; sent < due; sent += 1) {
        const camera = `camera-${sent % CAMERAS}`;
        const ofCamera = seen.get(camera) ?? [];
        seen.set(camera, ofCamera);
        ofCamera.push(performance.now());
        engine.pulse({
          ...{ type: "line-crossing", camera, subject: `track-${sent}`, source: "bench", score: 0.7 },
          objects: [{ class: "person", score: 0.7, track: String(sent) }],
        });
      }
      await pause(TICK_MS);
    }
    await waitFor(() => tookMs.length === wanted, { deadlineMs: 10_000, what: "all events" }).catch(
      () => undefined,
    );
    const sorted = tookMs.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
    const name = `event → MQTT → flow → action at ${rate}/s${isBesideStopped ? " beside a stopped reader" : ""}`;
    return [
      figure(`${name}, p50`, at(0.5), "ms"),
      figure(`${name}, p99`, at(0.99), "ms", { limit: LIMITS.p99Ms }),
      figure(`${name}, lost`, wanted - tookMs.length, "events", { limit: LIMITS.lost }),
    ];
  } finally {
    stopped?.destroy();
    flows.kill("SIGKILL");
    await ended;
    await chain[Symbol.asyncDispose]();
    await db.close();
  }
}

/** Core's part of a request, up to the recording that it begins. */
function requestsThat(record: (camera: string) => void): Requests {
  const unused = () => {
    throw new Error("no flow of the bench asks for this");
  };
  const cameras = {
    ...{ get: (id: string) => ({ id }), update: unused, stopManualRecording: unused },
    startManualRecording: async (camera: string) => record(camera),
  };
  return new Requests({
    ...{ clock: systemClock, log: silentLog, base: () => "nightjar", node: NODE, cameras },
    audit: { record: () => undefined },
    snapshot: unused,
  } as unknown as RequestsOptions);
}

const STOPPED = "stopped";

/** A client of the broker that wants everything, and then reads nothing any more. */
async function stoppedReader(socketPath: string, password: string): Promise<Socket> {
  const socket = connect(socketPath);
  await once(socket, "connect");
  const word = Buffer.from(password);
  socket.write(
    generate({
      ...{
        cmd: "connect",
        protocolId: "MQTT",
        protocolVersion: 4,
        clean: true,
        clientId: STOPPED,
        keepalive: 0,
      },
      ...{ username: FLOWS_USER, password: word },
    }),
  );
  await once(socket, "data");
  const subscriptions = [{ topic: "nightjar/#", qos: 0 as const }];
  socket.write(generate({ cmd: "subscribe", messageId: 1, subscriptions }));
  await once(socket, "data");
  socket.pause();
  return socket;
}
