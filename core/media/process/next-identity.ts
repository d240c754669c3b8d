// Who a recording file is that begins with a part: camera, stream and node, and its place in its run.
import type { DesiredStream } from "../protocol.ts";
import type { SegmentIdentity } from "../segment.ts";
import type { Part } from "./part.ts";

/** The identity of the next file of the part's run. */
export function nextIdentity(
  { run, start90k }: Pick<Part, "run" | "start90k">,
  { camera, stream }: Pick<DesiredStream, "camera" | "stream">,
  services: { readonly node: string; isUnsynchronised(): boolean },
): SegmentIdentity {
  return {
    camera,
    stream,
    node: services.node,
    run: run.number,
    sequence: run.nextSequence,
    startTime90k: start90k,
    clockSource: services.isUnsynchronised() ? "unsynchronised" : "node",
  };
}
