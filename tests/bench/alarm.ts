// Suite `alarm`: events through the engine into a database on disk, 100 a second as on a busy day and 1 000 a second as in a
// storm: how soon recording is asked for and the row is told of, what it costs, and that none is lost. Besides: how fast
// events are found among many.
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Arming } from "../../core/alarm/arming.ts";
import { EventEngine } from "../../core/alarm/event-engine.ts";
import { systemClock } from "../../core/clock.ts";
import { checkConfig } from "../../core/config/check-config.ts";
import { initialConfig } from "../../core/config/initial-config.ts";
import type { Db } from "../../core/db/db.ts";
import { openDb } from "../../core/db/open-db.ts";
import { searchEvents } from "../../core/db/tables/events-table.ts";
import { silentLog } from "../../core/log.ts";
import { stormFigures } from "./event-storm.ts";
import { type BenchContext, type Figure, figure } from "./figure.ts";
import { flowFigures } from "./flow-latency.ts";
import { benchDir } from "./left-behind.ts";

const CAMERAS = 16;
const BUSY_PER_SECOND = 100;
const STORM_PER_SECOND = 1_000;
const TICK_MS = 10;
const LIMITS = { triggerMs: 10, toldP99Ms: 50, lost: 0, searchMs: 50, memoryMb: 200 };
const SCHEDULE = { monday: [{ from: "22:00", to: "06:00" }], sunday: [{ from: "00:00", to: "24:00" }] };

/** Runs the suite. */
export async function alarm(context: BenchContext): Promise<readonly Figure[]> {
  using dir = benchDir();
  const db = await openDb(join(dir.path, "nightjar.db"), { log: silentLog });
  const seconds = context.quick ? 10 : 60;
  const figures: Figure[] = [];
  for (const [rate, limits] of [
    [BUSY_PER_SECOND, { triggerMs: LIMITS.triggerMs, toldP99Ms: LIMITS.toldP99Ms }],
    [STORM_PER_SECOND, { triggerMs: LIMITS.triggerMs }],
  ] as const) {
    context.progress(`${rate} events a second for ${seconds} s`);
    figures.push(...(await rateFigures(db, rate, seconds, limits)));
  }
  context.progress(`${STORM_PER_SECOND} events a second to a client of the broker`);
  figures.push(...(await stormFigures(STORM_PER_SECOND, seconds)));
  for (const isBesideStopped of [false, true]) {
    const beside = isBesideStopped ? ", beside a reader that has stopped" : "";
    context.progress(`${BUSY_PER_SECOND} events a second through a flow${beside}`);
    figures.push(...(await flowFigures(BUSY_PER_SECOND, context.quick ? 5 : 30, { isBesideStopped })));
  }
  context.progress("searching");
  const search = await searchFigures(db);
  await db.close();
  return [...figures, ...search];
}

async function rateFigures(
  db: Db,
  rate: number,
  seconds: number,
  limits: { readonly triggerMs: number; readonly toldP99Ms?: number },
): Promise<Figure[]> {
  const rules = [{ id: "night", name: "Night", types: ["tamper"], schedule: SCHEDULE }];
  const { alarms } = checkConfig("the bench", { ...initialConfig(), alarms: { arming: { rules } } });
  const engine = new EventEngine({
    db,
    clock: systemClock,
    log: silentLog,
    arming: new Arming(alarms, "Europe/Berlin"),
  });
  await engine.start();
  const there = await endedCount(db);
  const reportedAt = new Map<number, number>();
  const toldMs: number[] = [];
  const triggerMs: number[] = [];
  let now = 0;
  engine.onTrigger("test", ({ eventId }) => {
    if (!reportedAt.has(eventId)) triggerMs.push(performance.now() - now);
  });
  engine.onEvent("test", ({ id }, _phase, isNew) => {
    const at = reportedAt.get(id);
    if (isNew && at !== undefined) toldMs.push(performance.now() - at);
  });
  const before = process.memoryUsage().rss;
  let peak = before;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const wanted = seconds * rate;
  for (let sent = 0; sent < wanted; ) {
    const due = Math.min(wanted, Math.floor(((performance.now() - start) / 1_000) * rate));
    for (; sent < due; sent += 1) {
      now = performance.now();
      const id = engine.pulse({
        type: sent % 3 === 0 ? "line-crossing" : "motion",
        camera: `camera-${sent % CAMERAS}`,
        subject: `track-${sent}`,
        source: "bench",
        score: 0.7,
        objects: [{ class: sent % 5 === 0 ? "car" : "person", score: 0.7, track: String(sent) }],
      });
      if (id !== undefined) reportedAt.set(id, now);
    }
    peak = Math.max(peak, process.memoryUsage().rss);
    await pause(TICK_MS);
  }
  const used = process.cpuUsage(cpu);
  const tookMs = performance.now() - start;
  await engine.stop();
  const at = `at ${rate}/s`;
  return [
    figure(`event → trigger, p99, ${at}`, percentile(triggerMs, 0.99), "ms", { limit: limits.triggerMs }),
    figure(`event → row and listeners, p50, ${at}`, percentile(toldMs, 0.5), "ms"),
    figure(
      `event → row and listeners, p99, ${at}`,
      percentile(toldMs, 0.99),
      "ms",
      limits.toldP99Ms === undefined ? {} : { limit: limits.toldP99Ms },
    ),
    figure(`events lost ${at}`, wanted - ((await endedCount(db)) - there), "events", { limit: LIMITS.lost }),
    figure(`processor ${at}`, (used.user + used.system) / 10 / tookMs, "% of a core"),
    figure(`memory taken at most ${at}`, (peak - before) / 1024 ** 2, "MB", { limit: LIMITS.memoryMb }),
  ];
}

async function endedCount(db: Db): Promise<number> {
  const row = await db.get<{ count: number }>(
    "select count(*) as count from events where end_ms is not null",
  );
  return row?.count ?? 0;
}

async function searchFigures(db: Db): Promise<Figure[]> {
  const cameras = Array.from({ length: CAMERAS }, (_, n) => `camera-${n}`);
  const figures: Figure[] = [];
  for (const [name, query] of [
    ["the newest 100", {}],
    ["of 16 cameras and one type", { cameras, types: ["line-crossing"] }],
    ["with a car, of one camera", { cameras: ["camera-5"], objects: ["car"] }],
    ["acknowledged, of which there is none", { acknowledged: true }],
  ] as const) {
    const times: number[] = [];
    await searchEvents(db, { ...query, limit: 100 });
    for (let round = 0; round < 100; round += 1) {
      const at = performance.now();
      await searchEvents(db, { ...query, limit: 100 });
      times.push(performance.now() - at);
    }
    figures.push(figure(`search: ${name}, p99`, percentile(times, 0.99), "ms", { limit: LIMITS.searchMs }));
  }
  return figures;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
