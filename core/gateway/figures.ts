// What the gateway says of its own health when core asks.
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { ByteCounter } from "./doors/client-socket.ts";
import type { GatewayMethodsForCore } from "./protocol.ts";

/** Each sample is a wake-up of its own: as coarse as that of media. */
const RESOLUTION_MS = 100;

/** Counts bytes and watches the event loop. */
export class GatewayFigures implements ByteCounter {
  bytesSent = 0;
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#delay.enable();
  }

  /** Figures now; the event loop's since the last call. */
  read(viewers: number, transcodes: number): ReturnType<GatewayMethodsForCore["figures"]> {
    // The histogram includes its own sampling period.
    const eventLoopP99Ms = Math.max(0, this.#delay.percentile(99) / 1e6 - RESOLUTION_MS);
    this.#delay.reset();
    return {
      viewers,
      transcodes,
      bytesSent: this.bytesSent,
      eventLoopP99Ms: Number.isFinite(eventLoopP99Ms) ? eventLoopP99Ms : 0,
      rssBytes: process.memoryUsage.rss(),
    };
  }

  close(): void {
    this.#delay.disable();
  }
}
