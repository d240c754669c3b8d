// Load on an HTTPS server from a process of its own (load-process.ts), so that asking never waits for whoever is measured.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { withUs } from "./left-behind.ts";

export interface LoadRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

export interface LoadOrder {
  readonly kind: "load";
  readonly url: string;
  readonly token: string;
  /** Asked for in turn. */
  readonly requests: readonly LoadRequest[];
  readonly perSecond: number;
  readonly seconds: number;
}

export interface IdleOrder {
  readonly kind: "idle";
  readonly url: string;
  readonly path: string;
  readonly count: number;
}

export interface LoadResult {
  /** From when each was due. */
  readonly latenciesMs: readonly number[];
  /** The first few of what was not answered well. */
  readonly failures: readonly string[];
  readonly failed: number;
}

export class Load {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = withUs(fork(fileURLToPath(new URL("./load-process.ts", import.meta.url))));
  }

  /** Does one order to its end. */
  async run(order: LoadOrder | IdleOrder): Promise<LoadResult> {
    const answered = once(this.#child, "message");
    this.#child.send(order);
    const [{ result, error }] = (await answered) as [{ result?: LoadResult; error?: string }];
    if (result === undefined) throw new Error(`the load could not be made: ${error}`);
    return result;
  }

  /** Ends it, and every connection that it holds. */
  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}
