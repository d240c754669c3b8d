// A source on its way to a camera of the test, with a recording sink.
import { type Clock, systemClock } from "../../../../core/clock.ts";
import { silentLog } from "../../../../core/log.ts";
import { createRtspSource } from "../../../../core/media/rtsp/rtsp-source.ts";
import { SlabPool } from "../../../../core/media/slab.ts";
import type { RtspSourceOptions, StreamFault, StreamSource } from "../../../../core/media/source.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";
import { RecordingSink } from "../recording-sink.ts";

export interface Harness extends AsyncDisposable {
  readonly sink: RecordingSink;
  readonly source: StreamSource;
  readonly pool: SlabPool;
}

/** Starts a source; `await using` closes it. `random` is 0.5 always: pauses are exact. */
export function fetchFrom(
  url: string,
  options: Partial<RtspSourceOptions> = {},
  clock: Clock = systemClock,
): Harness {
  const sink = new RecordingSink();
  const pool = new SlabPool({ budgetBytes: 32 * 1024 * 1024 });
  const source = createRtspSource({ url, transport: "auto", audio: true, pool, ...options }, sink, {
    clock,
    log: silentLog,
    random: () => 0.5,
  });
  source.start();
  return { sink, source, pool, [Symbol.asyncDispose]: () => source.close() };
}

/** Waits until so many pictures have come. */
export async function pictures(harness: Harness, count: number): Promise<void> {
  await waitFor(() => harness.sink.video.length >= count, { what: `${count} pictures` });
}

/** Waits until the stream is offline and gives the reason. */
export function faultOfStream(harness: Harness): Promise<StreamFault> {
  return waitFor(() => (harness.sink.state?.status === "offline" ? harness.sink.state.fault : undefined), {
    what: "a fault",
  });
}
