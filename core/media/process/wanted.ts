// Whether a stream is to be recorded at a moment, and why: compiled intervals, triggers, and the rule that a
// silent core means recording (docs/design/storage-and-quota.md). Pure; no I/O and no clock of its own.
import { REASON_BITS, reasonBits } from "../../domain/record-reasons.ts";
import { TICKS_PER_MS, TICKS_PER_SECOND } from "../../domain/time.ts";
import type { RecordInterval, RecordTrigger } from "../protocol.ts";

/** A trigger that came ahead of the desired state is kept this long although a state does not hold it yet. */
const AHEAD_MS = 5_000;
/** A finished trigger is forgotten this long after its end, so that a late picture still finds it. */
const FORGET_90K = 60 * TICKS_PER_SECOND;

interface KeptTrigger {
  trigger: RecordTrigger;
  readonly bits: number;
  /** Monotonic; undefined when the desired state holds it. */
  readonly aheadSinceMs: number | undefined;
}

interface CompiledInterval {
  readonly start90k: number;
  readonly end90k: number;
  readonly bits: number;
}

export class Wanted {
  #intervals: CompiledInterval[] = [];
  #triggers = new Map<string, KeptTrigger>();
  #preRecord90k = 0;
  #recordsOnEvents = false;

  /** Takes over what a desired state says. `nowMs` is monotonic, `wallMs` what the node's clock says. */
  update(
    desired: {
      readonly intervals: readonly RecordInterval[];
      readonly triggers: readonly RecordTrigger[];
      readonly preRecordSeconds: number;
      readonly recordsOnEvents: boolean;
    },
    nowMs: number,
    wallMs: number,
  ): void {
    this.#intervals = desired.intervals.map((interval) => ({
      start90k: interval.startMs * TICKS_PER_MS,
      end90k: interval.endMs * TICKS_PER_MS,
      bits: reasonBits(interval.reasons),
    }));
    this.#preRecord90k = desired.preRecordSeconds * TICKS_PER_SECOND;
    this.#recordsOnEvents = desired.recordsOnEvents;
    const now90k = Math.round(wallMs * TICKS_PER_MS);
    const kept = new Map<string, KeptTrigger>();
    for (const [id, entry] of this.#triggers) {
      if (entry.aheadSinceMs !== undefined && nowMs - entry.aheadSinceMs < AHEAD_MS) kept.set(id, entry);
    }
    for (const trigger of desired.triggers) {
      const known = this.#triggers.get(trigger.id)?.trigger;
      kept.set(trigger.id, {
        trigger: begunBy(now90k, trigger, known),
        bits: reasonBits(trigger.reasons),
        aheadSinceMs: undefined,
      });
    }
    this.#triggers = kept;
  }

  /** The node's clock was set by `stepMs` to `wallMs`. What was over by it before stays so. */
  clockStepped(wallMs: number, stepMs: number): void {
    const now90k = Math.round(wallMs * TICKS_PER_MS);
    const before90k = Math.round((wallMs - stepMs) * TICKS_PER_MS);
    for (const [id, entry] of this.#triggers) {
      const { until90k } = entry.trigger;
      if (until90k !== null && until90k <= before90k) this.#triggers.delete(id);
      else entry.trigger = begunBy(now90k, entry.trigger, undefined);
    }
  }

  /** Adds a trigger, or extends the one with its id; the first event time stands. */
  trigger(trigger: RecordTrigger, nowMs: number): void {
    const known = this.#triggers.get(trigger.id);
    const eventTime90k = Math.min(
      trigger.eventTime90k,
      known?.trigger.eventTime90k ?? Number.POSITIVE_INFINITY,
    );
    this.#triggers.set(trigger.id, {
      trigger: { ...trigger, eventTime90k },
      bits: reasonBits(trigger.reasons),
      aheadSinceMs: nowMs,
    });
  }

  /** Ends a trigger at a moment. One that is not known is nothing to worry about. */
  endTrigger(id: string, until90k: number): void {
    const known = this.#triggers.get(id);
    if (known !== undefined) known.trigger = { ...known.trigger, until90k };
  }

  /** Reasons to record any of what lies between two moments, as bits; 0: not wanted. */
  bitsIn(start90k: number, end90k: number, coreIsSilent: boolean): number {
    let bits = 0;
    for (const interval of this.#intervals) {
      if (interval.start90k < end90k && start90k < interval.end90k) bits |= interval.bits;
    }
    // Past the last interval the last one goes on: a core that never came back must not end a recording. Before the first one
    // that one holds: they begin when they are compiled, and a clock that is set back comes before that.
    const last = this.#intervals.at(-1);
    if (last !== undefined && end90k > last.end90k) bits |= last.bits;
    const first = this.#intervals[0];
    if (first !== undefined && start90k < first.start90k) bits |= first.bits;
    for (const { trigger, bits: more } of this.#triggers.values()) {
      if (end90k <= trigger.eventTime90k - this.#preRecord90k) continue;
      if (trigger.until90k === null || start90k < trigger.until90k) bits |= more;
    }
    if (coreIsSilent && this.#recordsOnEvents) bits |= REASON_BITS.continuous;
    return bits;
  }

  /** The earliest moment from which what is wanted at `time90k` is wanted; `time90k` itself if nothing reaches back. */
  wantedFrom(time90k: number): number {
    // Before the first interval that one holds, from whenever.
    const [first] = this.#intervals;
    if (first !== undefined && first.bits !== 0 && time90k < first.start90k) return Number.NEGATIVE_INFINITY;
    let from = time90k;
    for (const interval of this.#intervals) {
      if (interval.bits === 0 || time90k < interval.start90k) continue;
      if (time90k < interval.end90k || interval === this.#intervals.at(-1)) {
        from = Math.min(from, interval.start90k);
      }
    }
    for (const { trigger } of this.#triggers.values()) {
      if (trigger.until90k !== null && time90k >= trigger.until90k) continue;
      from = Math.min(from, trigger.eventTime90k - this.#preRecord90k);
    }
    return from;
  }

  /** Drops triggers that ended long before `time90k`. */
  forget(time90k: number): void {
    for (const [id, { trigger }] of this.#triggers) {
      if (trigger.until90k !== null && trigger.until90k < time90k - FORGET_90K) this.#triggers.delete(id);
    }
  }
}

/**
 * A trigger of a moment that is yet to come is of before the clock was set back: it is in force now, or since it was found out
 * before (`known`), and not only when that moment comes once more.
 */
function begunBy(now90k: number, trigger: RecordTrigger, known: RecordTrigger | undefined): RecordTrigger {
  if (trigger.eventTime90k <= now90k) return trigger;
  return { ...trigger, eventTime90k: Math.min(now90k, known?.eventTime90k ?? now90k) };
}
