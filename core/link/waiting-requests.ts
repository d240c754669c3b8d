// The requests of a link that wait for their answers, each with a limit. The limits of all links share one look a tenth
// of a second: a timer for each request costs as much as the rest of asking. A limit is overrun by that much at most.
import { NightjarError } from "../errors.ts";

const LOOK_MS = 100;

interface Waiter {
  readonly method: string;
  readonly timeoutMs: number;
  readonly untilMs: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Those that have something waiting. */
const looked = new Set<WaitingRequests>();
let looking: NodeJS.Timeout | undefined;

export class WaitingRequests {
  readonly #waiting = new Map<number, Waiter>();
  #nextId = 1;

  /** Takes a request in and gives it to `send` with its number. Rejects with `NJ_LINK_TIMEOUT`, or as told. */
  ask(method: string, timeoutMs: number, send: (id: number) => void): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      const untilMs = performance.now() + timeoutMs;
      this.#waiting.set(id, { method, timeoutMs, untilMs, resolve, reject });
      looked.add(this);
      looking ??= setInterval(look, LOOK_MS).unref();
      send(id);
    });
  }

  /** The answer has come; of a request that nobody waits for any more it is passed over. */
  answered(id: number, value: unknown): void {
    this.#take(id)?.resolve(value);
  }

  failed(id: number, error: Error): void {
    this.#take(id)?.reject(error);
  }

  /** No answer will come any more. */
  failAll(error: Error): void {
    for (const id of [...this.#waiting.keys()]) this.failed(id, error);
    looked.delete(this);
  }

  /** Gives up what has waited too long; false: nothing waits. */
  look(nowMs: number): boolean {
    for (const [id, { method, timeoutMs, untilMs }] of this.#waiting) {
      if (untilMs > nowMs) continue;
      const message = `no answer to ${method} in ${timeoutMs} ms`;
      this.failed(id, new NightjarError("NJ_LINK_TIMEOUT", "deadline-exceeded", message));
    }
    return this.#waiting.size > 0;
  }

  #take(id: number): Waiter | undefined {
    const waiter = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiter;
  }
}

function look(): void {
  const nowMs = performance.now();
  for (const requests of looked) if (!requests.look(nowMs)) looked.delete(requests);
  if (looked.size > 0) return;
  clearInterval(looking);
  looking = undefined;
}
