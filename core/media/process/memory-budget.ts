// Shares the memory for pictures among the streams (docs/design/storage-and-quota.md): a quarter of the machine's by default.
// When it grows short, the longest rings go to disk as provisional files; where that is not possible, or not enough,
// rings are shortened, the longest first. When there is room again, they come back.
import { totalmem } from "node:os";
import { constrainedMemory } from "node:process";
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import type { SlabPool } from "../slab.ts";
import type { KeptStream } from "./kept-stream.ts";

const SHARE = 0.25;
/** Below this a handful of cameras cannot be recorded. */
const LEAST_BYTES = 64 * 1024 * 1024;
/** Use of the budget above which the pool is tight. */
const TIGHT = 0.875;
/** Use of the budget below which shortened rings may grow again. */
const EASY = 0.5;
/** A shorter ring is not worth a file: so much stays in memory until it is synced. */
const LEAST_SPILL_90K = 10 * TICKS_PER_SECOND;

/** Ring of a stream whose pre-record time is on disk: the last key frame and what follows, for live viewers. */
const SPILLED_SECONDS = 0;
const LEAST_SECONDS = 1;

/** What is looked at in a stream. */
export type SharingStream = Pick<KeptStream, "keeper" | "recorder">;

/** The default budget in bytes: a quarter of what the machine, or the container, has. */
export function defaultMemoryBudget(): number {
  const constrained = constrainedMemory();
  const total = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.max(LEAST_BYTES, Math.floor(total * SHARE));
}

/** Frees memory until the pool is no longer tight, or lets rings come back. Call it about once a second. */
export function shareMemory(pool: SlabPool, streams: Iterable<SharingStream>): void {
  const all = [...streams];
  for (const { keeper, recorder } of all) {
    // Given up, for the volume's sake: back to memory, and shortened there if it must be.
    if (keeper.ringLimitSeconds === SPILLED_SECONDS && !recorder.provisional.isOn) {
      keeper.ringLimitSeconds = Number.POSITIVE_INFINITY;
    }
  }
  if (!pool.isTight) {
    letGrow(pool, all);
    return;
  }
  const longestFirst = all.sort(
    (left, right) => right.keeper.ring.duration90k - left.keeper.ring.duration90k,
  );
  // What is on its way to the disk is free in a few seconds.
  let expectedBytes = pool.usedBytes;
  for (const { recorder } of all) {
    if (recorder.provisional.isFresh) expectedBytes -= recorder.provisional.unsyncedBytes;
  }
  for (const stream of longestFirst) {
    if (expectedBytes <= pool.budgetBytes * TIGHT) return;
    const { ring } = stream.keeper;
    const { bytes } = ring;
    if (ring.duration90k < LEAST_SPILL_90K || !stream.recorder.spill()) continue;
    limitRing(stream, SPILLED_SECONDS);
    expectedBytes -= bytes - ring.bytes;
  }
  for (const stream of longestFirst) {
    if (expectedBytes <= pool.budgetBytes * TIGHT || !pool.isTight) return;
    const { keeper } = stream;
    const { bytes } = keeper.ring;
    const seconds = keeper.ring.duration90k / TICKS_PER_SECOND;
    limitRing(stream, Math.max(LEAST_SECONDS, Math.floor(Math.min(keeper.ringLimitSeconds, seconds) / 2)));
    expectedBytes -= bytes - keeper.ring.bytes;
  }
}

function limitRing({ keeper }: SharingStream, seconds: number): void {
  keeper.ringLimitSeconds = seconds;
  const last = keeper.ring.parts.at(-1);
  if (last !== undefined) keeper.trimRing(last.end90k);
}

function letGrow(pool: SlabPool, streams: readonly SharingStream[]): void {
  const easyBytes = pool.budgetBytes * EASY;
  if (pool.usedBytes > easyBytes) return;
  let expectedBytes = pool.usedBytes;
  for (const { keeper, recorder } of streams) {
    if (recorder.provisional.isOn) {
      // Only if there is room for the whole ring: else it would have to go at once.
      expectedBytes += recorder.provisional.writtenBytes;
      if (expectedBytes > easyBytes) return;
      recorder.provisional.end();
      keeper.ringLimitSeconds = Number.POSITIVE_INFINITY;
    } else if (keeper.ringLimitSeconds !== Number.POSITIVE_INFINITY) {
      const wanted = keeper.desired.preRecordSeconds;
      keeper.ringLimitSeconds += Math.max(1, keeper.ringLimitSeconds / 4);
      if (keeper.ringLimitSeconds > wanted * 2) keeper.ringLimitSeconds = Number.POSITIVE_INFINITY;
    }
  }
}
