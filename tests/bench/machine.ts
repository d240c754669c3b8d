// What a benchmark ran on, and how much of it others were using.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { Machine } from "./figure.ts";

const LOOK_MS = 3_000;

/** Describes this machine; looks for some seconds how busy it is before anything of ours runs. */
export async function describeMachine(): Promise<Machine> {
  const version = spawnSync("ffmpeg", ["-version"], { encoding: "utf8" }).stdout;
  const before = processorTicks();
  await pause(LOOK_MS);
  const after = processorTicks();
  const total = after.total - before.total;
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryMb: Math.round(totalmem() / 1024 ** 2),
    kernel: release(),
    node: process.versions.node,
    ffmpeg: /^ffmpeg version (\S+)/.exec(version ?? "")?.[1],
    busyPercent: total === 0 ? 0 : Math.round((1 - (after.idle - before.idle) / total) * 100),
  };
}

/** Time of all processors since the start of the system, proc(5). */
function processorTicks(): { readonly idle: number; readonly total: number } {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  // user nice system idle iowait irq softirq steal; guests are counted in the first two already.
  const fields = line.split(/\s+/).slice(1, 9).map(Number);
  return {
    idle: (fields[3] ?? 0) + (fields[4] ?? 0),
    total: fields.reduce((sum, ticks) => sum + ticks, 0),
  };
}
