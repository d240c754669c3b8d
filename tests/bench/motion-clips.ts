// How well motion is seen: events of the real clips of which is known when something moves, held against that. The clips are no
// part of the project; where one is not at hand, all figures of them are left out.
import { motionDetector } from "../../plugins/vca-motion/src/detector.ts";
import { rain, shadow, type Weather } from "../../plugins/vca-motion/tests/weather.ts";
import { eventsOf, reportsOf, reportsOfPictures } from "../support/clip-events.ts";
import { type Agreement, agreementOf, CLIPS, EMPTY, together } from "../support/clip-truth.ts";
import { lumaOf, realClip } from "../support/detection-clips.ts";
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
    figure("hard shadows over empty scenes that are told as motion", await toldOf(SHADOWS), "% of the time"),
    figure("heavy rain over them that is told as motion", await toldOf(RAIN), "% of the time"),
  ];
}

const FROM_MS = 5_000;
const WEATHER_SECONDS = 30;
const across = { factor: 0.6, fromMs: FROM_MS };
/** Of a pole, of what passes outside, of a cloud with an edge, and a faint one. */
const SHADOWS: readonly Weather[] = [
  shadow({ ...across, widthPixels: 12, heightPixels: 180, pixelsPerSecond: 5 }),
  shadow({ ...across, widthPixels: 60, heightPixels: 60, pixelsPerSecond: 20 }),
  shadow({ ...across, widthPixels: 400, heightPixels: 180, pixelsPerSecond: 15 }),
  shadow({ ...across, widthPixels: 40, heightPixels: 90, pixelsPerSecond: 10, factor: 0.75 }),
];
const RAIN: readonly Weather[] = [
  rain({ drops: 120, lengthPixels: 14, brighter: 45, fromMs: FROM_MS }),
  rain({ drops: 300, lengthPixels: 24, brighter: 60, fromMs: FROM_MS }),
];

/** How much of the time there is an event of motion, while nothing but weather moves over seconds of clips that are empty. */
async function toldOf(weathers: readonly Weather[]): Promise<number> {
  const { width, height, perSecond } = motionDetector().frames;
  let told = 0;
  for (const { name, from, to } of EMPTY) {
    const pictures = [...lumaOf(realClip(name) ?? "", { width, height, perSecond })].slice(
      from * perSecond,
      to * perSecond,
    );
    // To and fro, so that there is no jump.
    const still = [...pictures, ...pictures.slice(1, -1).reverse()];
    for (const weather of weathers) {
      const reports = await reportsOfPictures(
        motionDetector(),
        WEATHER_SECONDS * perSecond,
        (index, timeMs) =>
          weather(still[index % still.length] ?? new Uint8Array(width * height), { width, height }, timeMs),
      );
      for (const { from: began, to: ended } of await eventsOf(reports))
        told += Math.min(ended, WEATHER_SECONDS) - began;
    }
  }
  return (100_000 * told) / (EMPTY.length * weathers.length * (1_000 * WEATHER_SECONDS - FROM_MS));
}
