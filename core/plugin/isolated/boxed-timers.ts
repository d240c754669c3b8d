// Timers of a plugin in a process of its own, run by a clock of the core: for the test kit, whose clock a test turns. The
// process says which timers it sets, and is told when they are due. A recorder has none of this: it never asks for them,
// and refuses the messages.
import type { Clock, Timer } from "../../clock.ts";
import type { LinkHandler } from "../../link/link.ts";
import type { CoreMethodsForPlugin } from "./protocol.ts";

type ToldTimer = Parameters<CoreMethodsForPlugin["timerSet"]>[0];

/** The core's half, for one plugin. */
export class BoxedTimers {
  readonly #clock: Clock;
  readonly #fire: (timer: number) => void;
  readonly #running = new Map<number, Timer>();

  constructor(clock: Clock, fire: (timer: number) => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  handlers(): Record<"timerSet" | "timerCancelled", LinkHandler> {
    return {
      timerSet: ({ timer, ms, isRepeated }: ToldTimer) => {
        const fire = (): void => this.#fire(timer);
        const inMs = Number(ms) || 0;
        this.#running.set(timer, isRepeated ? this.#clock.every(inMs, fire) : this.#clock.after(inMs, fire));
      },
      timerCancelled: ({ timer }: { readonly timer: number }) => {
        this.#running.get(timer)?.cancel();
        this.#running.delete(timer);
      },
    };
  }

  /** The process is gone, and its timers with it. */
  end(): void {
    for (const timer of this.#running.values()) timer.cancel();
    this.#running.clear();
  }
}

/** The process's half: a clock whose timers run in the core. */
export class ToldClock implements Pick<Clock, "after" | "every"> {
  readonly #tell: (message: "timerSet" | "timerCancelled", params: object) => void;
  readonly #actions = new Map<number, () => void>();
  #last = 0;

  constructor(tell: (message: "timerSet" | "timerCancelled", params: object) => void) {
    this.#tell = tell;
  }

  after(delayMs: number, action: () => void): Timer {
    return this.#set(delayMs, false, action);
  }

  every(periodMs: number, action: () => void): Timer {
    return this.#set(periodMs, true, action);
  }

  /** One of them is due. */
  fired(timer: number): void {
    this.#actions.get(timer)?.();
  }

  #set(ms: number, isRepeated: boolean, action: () => void): Timer {
    this.#last += 1;
    const timer = this.#last;
    const cancel = (): void => {
      if (this.#actions.delete(timer)) this.#tell("timerCancelled", { timer });
    };
    this.#actions.set(timer, action);
    this.#tell("timerSet", { timer, ms, isRepeated } satisfies ToldTimer);
    return { cancel };
  }
}
