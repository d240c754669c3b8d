// Passes to the pages of plugins. A page runs in a frame without an origin of its own, so its files are asked for without
// cookies: the pass in their address says who may have them, for which plugin, and for how long.
import type { Clock } from "../clock.ts";
import { newToken } from "../users/tokens.ts";

const PASS_MS = 12 * 3_600_000;
const PASSES_LIMIT = 1_000;

interface Pass {
  readonly plugin: string;
  readonly sessionId: string;
  readonly untilMs: number;
}

export class PagePasses {
  readonly #clock: Clock;
  readonly #passes = new Map<string, Pass>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes a pass for a session that may open the plugin's page. */
  issue(plugin: string, sessionId: string): string {
    const nowMs = this.#clock.monotonicMs();
    for (const [pass, { untilMs }] of this.#passes) if (untilMs <= nowMs) this.#passes.delete(pass);
    const [oldest] = this.#passes.keys();
    if (this.#passes.size >= PASSES_LIMIT && oldest !== undefined) this.#passes.delete(oldest);
    const pass = newToken();
    this.#passes.set(pass, { plugin, sessionId, untilMs: nowMs + PASS_MS });
    return pass;
  }

  /** The plugin that a pass is for; undefined if it is none, or no longer one. */
  pluginOf(pass: string): string | undefined {
    const found = this.#passes.get(pass);
    return found !== undefined && found.untilMs > this.#clock.monotonicMs() ? found.plugin : undefined;
  }

  /** Sessions have ended: so have their passes. */
  endSessions(sessionIds: readonly string[]): void {
    for (const [pass, { sessionId }] of this.#passes)
      if (sessionIds.includes(sessionId)) this.#passes.delete(pass);
  }
}
