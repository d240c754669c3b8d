// The desired state in force: taken from disk at start, from `core` afterwards, and carried out at once
// (docs/design/storage-and-quota.md).
import type { Log } from "../../log.ts";
import type { DesiredState } from "../protocol.ts";
import type { DesiredStateStore } from "./desired-state-store.ts";

const NOTHING: DesiredState = { revision: 0, node: "node", volumes: [], streams: [] };

export class StateKeeper {
  readonly #store: DesiredStateStore;
  readonly #apply: (state: DesiredState) => void;
  readonly #log: Log;
  #state = NOTHING;

  /** `apply` carries a state out; it is called in order, with the newest last. */
  constructor(store: DesiredStateStore, apply: (state: DesiredState) => void, log: Log) {
    this.#store = store;
    this.#apply = apply;
    this.#log = log;
  }

  get state(): DesiredState {
    return this.#state;
  }

  /** Obeys what was desired last, before `core` is up. */
  async restore(): Promise<void> {
    const stored = await this.#store.load();
    // A `core` that is faster than the disk knows better.
    if (stored === undefined || this.#state !== NOTHING) return;
    this.#log.info("going on with the stored desired state", {
      revision: stored.revision,
      streams: stored.streams.length,
    });
    this.#state = stored;
    this.#apply(stored);
  }

  /** Obeys `state`; resolves with its revision when it would survive a restart. */
  async set(state: DesiredState): Promise<number> {
    if (state.revision < this.#state.revision) {
      this.#log.notice("core's desired state is older than the one in force; obeying it all the same", {
        revision: state.revision,
        inForce: this.#state.revision,
      });
    }
    this.#state = state;
    this.#apply(state);
    await this.#store.save(state);
    return state.revision;
  }
}
