// Shares the memory for pictures among the streams (data plane, section 7): a quarter of the machine's by default.
// When it grows short, the longest rings are shortened first; when there is room again, they grow back.
import { totalmem } from "node:os";
import { constrainedMemory } from "node:process";
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import type { SlabPool } from "../slab.ts";
import type { StreamKeeper } from "./stream-keeper.ts";

const SHARE = 0.25;
/** Below this a handful of cameras cannot be recorded. */
const LEAST_BYTES = 64 * 1024 * 1024;
/** Use of the budget below which shortened rings may grow again. */
const EASY = 0.5;

/** The default budget in bytes: a quarter of what the machine, or the container, has. */
export function defaultMemoryBudget(): number {
  const constrained = constrainedMemory();
  const total = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.max(LEAST_BYTES, Math.floor(total * SHARE));
}

/** Shortens the longest rings until the pool is no longer tight, or lets them grow. Call it about once a second. */
export function shareMemory(pool: SlabPool, keepers: Iterable<StreamKeeper>): void {
  if (!pool.isTight) {
    if (pool.usedBytes > pool.budgetBytes * EASY) return;
    for (const keeper of keepers) {
      if (keeper.ringLimitSeconds === Number.POSITIVE_INFINITY) continue;
      const wanted = keeper.desired.preRecordSeconds;
      keeper.ringLimitSeconds += Math.max(1, keeper.ringLimitSeconds / 4);
      if (keeper.ringLimitSeconds > wanted * 2) keeper.ringLimitSeconds = Number.POSITIVE_INFINITY;
    }
    return;
  }
  const longestFirst = [...keepers].sort((left, right) => right.ring.duration90k - left.ring.duration90k);
  for (const keeper of longestFirst) {
    const seconds = keeper.ring.duration90k / TICKS_PER_SECOND;
    keeper.ringLimitSeconds = Math.floor(Math.min(keeper.ringLimitSeconds, seconds) / 2);
    const last = keeper.ring.parts.at(-1);
    if (last !== undefined) keeper.trimRing(last.end90k);
    if (!pool.isTight) return;
  }
}
