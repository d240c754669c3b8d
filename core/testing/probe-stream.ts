// Fetches a stream as the recorder does, until its first picture: what "test before saving" does in the interface.
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import { probeSource } from "../media/process/probe.ts";
import type { DesiredSource, ProbeResult } from "../media/protocol.ts";
import { createRtspSource } from "../media/rtsp/rtsp-source.ts";

const LIMIT_MS = 10_000;

/** Rejects with `NJ_STREAM_<FAULT>` and a sentence if no picture comes within ten seconds. */
export function probeStream(source: DesiredSource): Promise<ProbeResult> {
  return probeSource(source, LIMIT_MS, systemClock, (options, sink) =>
    createRtspSource(options, sink, { clock: systemClock, log: silentLog }),
  );
}
