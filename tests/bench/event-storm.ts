// Part of the suite `alarm`: a storm of events through the engine, its rows, the outbox and the recorder's broker to a client in a
// process of its own. None may be lost on the way, and each camera's come in order.
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openDb } from "../../core/db/open-db.ts";
import { silentLog } from "../../core/log.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { eventChain } from "./event-chain.ts";
import { type Figure, figure } from "./figure.ts";
import { benchDir } from "./left-behind.ts";

const LIMITS = { lost: 0, disordered: 0 };
const CAMERAS = 16;
const TICK_MS = 10;
/** The last are there so soon after the storm, or they are lost. */
const AFTER_MS = 60_000;

interface Counts {
  readonly heard: number;
  readonly disordered: number;
}

/** Raises so many events a second for so long, over 16 cameras. */
export async function stormFigures(rate: number, seconds: number): Promise<Figure[]> {
  using dir = benchDir();
  const db = await openDb(join(dir.path, "nightjar.db"), { log: silentLog });
  const chain = await eventChain(dir.path, db);
  const reader = fork(
    join(import.meta.dirname, "storm-reader-process.ts"),
    [chain.socketPath, chain.password],
    {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    },
  );
  const ended = once(reader, "exit");
  const ask = async (): Promise<Counts> => {
    reader.send("counts");
    const [counts] = (await once(reader, "message")) as [Counts];
    return counts;
  };
  try {
    await Promise.race([once(reader, "message"), ended]);
    chain.outbox.kick();
    const wanted = rate * seconds;
    const start = performance.now();
    for (let sent = 0; sent < wanted; ) {
      const due = Math.min(wanted, Math.floor(((performance.now() - start) / 1_000) * rate));
      for (; sent < due; sent += 1) {
        chain.engine.pulse({
          ...{ type: "line-crossing", camera: `camera-${sent % CAMERAS}`, subject: `track-${sent}` },
          ...{ source: "bench", score: 0.7, objects: [{ class: "person", score: 0.7, track: String(sent) }] },
        });
      }
      await pause(TICK_MS);
    }
    const endMs = performance.now();
    await waitFor(async () => (await ask()).heard >= wanted, {
      ...{ deadlineMs: AFTER_MS, periodMs: 100, what: "the last events" },
    }).catch(() => undefined);
    const behindMs = performance.now() - endMs;
    const { heard, disordered } = await ask();
    const name = `event → MQTT at ${rate}/s for ${seconds} s`;
    return [
      figure(`${name}, lost`, wanted - heard, "events", { limit: LIMITS.lost }),
      figure(`${name}, out of their camera's order`, disordered, "events", { limit: LIMITS.disordered }),
      figure(`${name}, the last one heard after`, behindMs, "ms"),
    ];
  } finally {
    reader.kill("SIGKILL");
    await ended;
    await chain[Symbol.asyncDispose]();
    await db.close();
  }
}
