// Who a recording file is that begins with a part: camera, stream and node, and its place in its run.
import { EARLIEST_WALL_MS, TICKS_PER_MS } from "../../domain/time.ts";
import type { DesiredStream } from "../protocol.ts";
import type { SegmentIdentity } from "../segment.ts";
import type { Part } from "./part.ts";

/** The identity of the next file of the part's run. */
export function nextIdentity(
  { run, start90k }: Pick<Part, "run" | "start90k">,
  { camera, stream }: Pick<DesiredStream, "camera" | "stream">,
  services: { readonly node: string },
): SegmentIdentity {
  return {
    camera,
    stream,
    node: services.node,
    run: run.number,
    sequence: run.nextSequence,
    startTime90k: start90k,
    // By the part's own date: the clock may have been set since.
    clockSource: start90k < EARLIEST_WALL_MS * TICKS_PER_MS ? "unsynchronised" : "node",
  };
}
