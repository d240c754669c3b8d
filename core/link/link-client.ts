// Keeps a link to a peer that may come and go: connects, reconnects every 100 ms at first, every second later (a
// process that starts is there within seconds), and tells when it is up.
import { setTimeout as sleep } from "node:timers/promises";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import { connectLink, type Link, type LinkMethods, type LinkOptions } from "./link.ts";

const EAGER_ATTEMPTS = 50;
const EAGER_PAUSE_MS = 100;
const PATIENT_PAUSE_MS = 1_000;

/** A link that is re-made whenever it breaks, until `close`. */
export class LinkClient<Remote extends LinkMethods> {
  readonly #path: string;
  readonly #options: LinkOptions;
  readonly #onUp: (link: Link<Remote>) => void;
  readonly #onDown: () => void;
  readonly #log: Log;
  readonly #stop = new AbortController();
  #link: Link<Remote> | undefined;

  /** `onUp` runs after each hello, `onDown` after each loss. */
  constructor(
    path: string,
    options: LinkOptions & { log: Log; onUp?: (link: Link<Remote>) => void; onDown?: () => void },
  ) {
    this.#path = path;
    this.#options = options;
    this.#log = options.log;
    this.#onUp = options.onUp ?? (() => undefined);
    this.#onDown = options.onDown ?? (() => undefined);
    void this.#run();
  }

  /** The link if it is up. */
  get link(): Link<Remote> | undefined {
    return this.#link;
  }

  /** Calls the peer, or rejects at once with `NJ_LINK_CLOSED` when it is away. */
  request<M extends keyof Remote & string>(
    method: M,
    params: Parameters<Remote[M]>[0],
    timeoutMs?: number,
  ): Promise<Awaited<ReturnType<Remote[M]>>> {
    if (this.#link === undefined) {
      return Promise.reject(
        new NightjarError(
          "NJ_LINK_CLOSED",
          "unavailable",
          "a process of Nightjar is away; it is being restarted",
        ),
      );
    }
    return this.#link.request(method, params, timeoutMs);
  }

  notify<M extends keyof Remote & string>(method: M, params: Parameters<Remote[M]>[0]): void {
    this.#link?.notify(method, params);
  }

  close(): void {
    this.#stop.abort();
    this.#link?.close();
  }

  #take(link: Link<Remote>): void {
    if (this.#stop.signal.aborted) {
      link.close();
      return;
    }
    this.#link = link;
    this.#onUp(link);
  }

  async #run(): Promise<void> {
    let attempts = 0;
    while (!this.#stop.signal.aborted) {
      try {
        const link = await connectLink<Remote>(this.#path, {
          ...this.#options,
          // Not after `await`: what the peer says in the same breath as its hello would be served before.
          onReady: (ready) => this.#take(ready as unknown as Link<Remote>),
        });
        attempts = 0;
        await link.closed;
        if (this.#link === undefined) return;
        this.#link = undefined;
        this.#onDown();
      } catch (error) {
        this.#log.debug("link not up yet", { path: this.#path, reason: String(error) });
      }
      attempts += 1;
      await sleep(attempts < EAGER_ATTEMPTS ? EAGER_PAUSE_MS : PATIENT_PAUSE_MS, undefined, {
        signal: this.#stop.signal,
        ref: false,
      }).catch(() => undefined);
    }
  }
}
