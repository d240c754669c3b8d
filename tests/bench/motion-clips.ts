// How well motion is seen: events of the real clips of which is known when something moves, held against that. The clips are no
// part of the project; where one is not at hand, all figures of them are left out.
import { motionDetector } from "../../plugins/vca-motion/src/detector.ts";
import { eventsOf, reportsOf } from "../support/clip-events.ts";
import { type Agreement, agreementOf, CLIPS, together } from "../support/clip-truth.ts";
import { realClip } from "../support/detection-clips.ts";
import { type BenchContext, type Figure, figure } from "./figure.ts";

/** Precision and recall over all clips; nothing where they are not at hand. */
export async function clipFigures(context: BenchContext): Promise<readonly Figure[]> {
  const agreements: Agreement[] = [];
  for (const truth of CLIPS) {
    const clip = realClip(truth.name);
    if (clip === undefined) {
      context.leaveOut("precision and recall", `${truth.name} is not at hand`);
      return [];
    }
    const { reports, roundSeconds } = await reportsOf(motionDetector(), clip, truth);
    agreements.push(agreementOf(truth, roundSeconds, await eventsOf(reports)));
  }
  const { truths, events, right, found, missed, split } = together(agreements);
  return [
    figure(`precision, of ${events} events`, right / events, ""),
    figure(`recall, of ${truths} times that something moved`, found / truths, ""),
    figure("times that no event covers", missed, "", { limit: 0 }),
    figure("events split", split, "", { limit: 0 }),
  ];
}
