// Part of the suite `alarm`: how long an event takes from the recorder's broker through a flow in Node-RED, in a process of
// its own, to the request that a node makes of the recorder for it. None may be lost.
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import type { IncomingMessage } from "../../core/mqtt/broker.ts";
import { BrokerLogin } from "../../core/mqtt/broker-login.ts";
import { EmbeddedBroker } from "../../core/mqtt/embedded-broker.ts";
import { FlowsDoor } from "../../core/mqtt/flows-door.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import type { Users } from "../../core/users/users.ts";
import { type Figure, figure } from "./figure.ts";
import { benchDir } from "./left-behind.ts";

const LIMITS = { p99Ms: 50, lost: 0 };
const TICK_MS = 10;
const STARTED_MS = 60_000;
/** Nobody but flows comes to this broker. */
const NO_USERS = { sessions: { onRevoked: () => () => undefined } } as unknown as Users;

/** Sends so many events a second for so long. */
export async function flowFigures(rate: number, seconds: number): Promise<Figure[]> {
  using dir = benchDir();
  const sentAt = new Map<string, number>();
  const tookMs: number[] = [];
  const take = (message: IncomingMessage): void => {
    const { camera, transaction } = JSON.parse(message.payload.toString()) as Record<string, string>;
    tookMs.push(performance.now() - (sentAt.get(camera ?? "") ?? 0));
    const answer = { status: "ok", data: {}, transaction };
    message.answer("nightjar/node/n1/response/manual-recording", JSON.stringify(answer));
  };
  const login = new BrokerLogin(NO_USERS, systemClock, silentLog);
  const broker = new EmbeddedBroker({
    ...{ base: "nightjar", login, clock: systemClock, log: silentLog },
    events: { up: () => undefined, changed: () => undefined, heard: () => undefined, message: take },
  });
  await broker.start();
  const door = new FlowsDoor(dir.path);
  await door.open(broker);
  const { socketPath = "", password = "" } = door.login ?? {};
  const flows = fork(join(import.meta.dirname, "flows-process.ts"), [dir.path, socketPath, password], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = once(flows, "exit");
  try {
    await waitFor(() => (broker.clients()[0]?.subscriptions ?? 0) > 0, {
      ...{ deadlineMs: STARTED_MS, what: "flows to be at the broker" },
    });
    const start = performance.now();
    const wanted = rate * seconds;
    for (let sent = 0; sent < wanted; ) {
      const due = Math.min(wanted, Math.floor(((performance.now() - start) / 1_000) * rate));
      for (; sent < due; sent += 1) {
        const camera = `camera-${sent}`;
        sentAt.set(camera, performance.now());
        await broker.publish({
          ...{ topic: `nightjar/camera/${camera}/event`, qos: 1, retain: false },
          payload: JSON.stringify({
            ...{ v: 1, id: sent + 1, event_type: "motion", phase: "start", camera, node: "n1" },
            ...{ time: new Date().toISOString(), source: "bench", objects: [], detail: {} },
          }),
        });
      }
      await pause(TICK_MS);
    }
    await waitFor(() => tookMs.length === wanted, { deadlineMs: 10_000, what: "all events" }).catch(
      () => undefined,
    );
    const sorted = tookMs.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
    const name = `MQTT → flow → request at ${rate}/s`;
    return [
      figure(`${name}, p50`, at(0.5), "ms"),
      figure(`${name}, p99`, at(0.99), "ms", { limit: LIMITS.p99Ms }),
      figure(`${name}, lost`, wanted - tookMs.length, "events", { limit: LIMITS.lost }),
    ];
  } finally {
    flows.kill("SIGKILL");
    await ended;
    await door.close();
    login.close();
    await broker.close();
  }
}
