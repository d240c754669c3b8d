// How many mails have gone out within the last hour, in all and to each receiver. Bounded by the limits themselves.
const HOUR_MS = 3_600_000;
/** Receivers that are counted one by one; beyond it the one that got the oldest mail is forgotten. */
const MOST_RECEIVERS = 1_000;

export interface HourlyLimits {
  readonly all: number;
  readonly each: number;
}

export class MailLimits {
  readonly #limits: HourlyLimits;
  #all: number[] = [];
  readonly #each = new Map<string, number[]>();

  constructor(limits: HourlyLimits) {
    this.#limits = limits;
  }

  /** Whether a mail may go out now. */
  isFree(nowMs: number): boolean {
    this.#all = this.#all.filter((atMs) => isRecent(atMs, nowMs));
    return this.#all.length < this.#limits.all;
  }

  /** Whether one may go to this receiver now. */
  isFreeFor(receiver: string, nowMs: number): boolean {
    return this.#of(receiver, nowMs).length < this.#limits.each;
  }

  /** When the next one may go to this receiver. */
  nextFreeMs(receiver: string, nowMs: number): number {
    const full = [
      this.isFree(nowMs) ? undefined : this.#all[0],
      this.isFreeFor(receiver, nowMs) ? undefined : this.#of(receiver, nowMs)[0],
    ].filter((atMs) => atMs !== undefined);
    return Math.max(nowMs, ...full.map((atMs) => atMs + HOUR_MS));
  }

  /** One goes out to all of them. What is given back has not gone out after all. */
  take(receivers: readonly string[], nowMs: number): { giveBack(): void } {
    this.#all.push(nowMs);
    for (const receiver of receivers) {
      const times = [...this.#of(receiver, nowMs), nowMs];
      // Whoever got one last stands last.
      this.#each.delete(receiver);
      this.#each.set(receiver, times);
    }
    for (const oldest of this.#each.keys()) {
      if (this.#each.size <= MOST_RECEIVERS) break;
      this.#each.delete(oldest);
    }
    return {
      giveBack: () => {
        this.#all = without(this.#all, nowMs);
        for (const receiver of receivers) {
          const times = without(this.#each.get(receiver) ?? [], nowMs);
          if (times.length === 0) this.#each.delete(receiver);
          else this.#each.set(receiver, times);
        }
      },
    };
  }

  #of(receiver: string, nowMs: number): number[] {
    return (this.#each.get(receiver) ?? []).filter((atMs) => isRecent(atMs, nowMs));
  }
}

/** A clock that was set back does not close the way for longer than an hour. */
function isRecent(atMs: number, nowMs: number): boolean {
  return atMs <= nowMs && nowMs - atMs < HOUR_MS;
}

function without(times: readonly number[], one: number): number[] {
  const index = times.indexOf(one);
  return index < 0 ? [...times] : times.toSpliced(index, 1);
}
