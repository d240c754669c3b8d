// What is to be seen in the real clips, and how well events agree with it. Spans are in seconds, by eye unless said otherwise,
// true to half a second; what follows within the merge window is one span, as it is one event.

/** From when to when something moves, or events say so. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface ClipTruth {
  readonly name: string;
  /** How often it is shown without a break. */
  readonly rounds: number;
  readonly spans: readonly Span[];
}

/** Begins that lie so near are the same. */
export const SLACK_SECONDS = 1.5;

const spans = (...pairs: readonly (readonly [number, number])[]): Span[] =>
  pairs.map(([from, to]) => ({ from, to }));

/** Six people one after the other, who stand at a table for up to 27 s. */
export const PERSONS: ClipTruth = {
  name: "one-by-one-person-detection.mp4",
  rounds: 2,
  spans: spans([6.4, 19.4], [22.8, 44.6], [50.6, 69.6], [74.6, 86.4], [92.8, 119.6], [123.8, 135.8]),
};
/** Cars from above, the exposure of the picture shifts with each; the second and the third are there at the same time. */
export const CARS: ClipTruth = {
  name: "car-detection.mp4",
  rounds: 1,
  spans: spans([4.3, 7.6], [14.7, 18.3], [25.3, 27.3]),
};
/** Hands that take bottles away and put them back. */
export const BOTTLES: ClipTruth = {
  name: "bottle-detection.mp4",
  rounds: 1,
  spans: spans([5.6, 7], [11, 13.5], [15.8, 17.8], [22, 24.4], [27.1, 32], [34.6, 36.7]),
};
/** All clips of which is known when something moves. */
export const CLIPS: readonly ClipTruth[] = [
  PERSONS,
  CARS,
  BOTTLES,
  {
    // A motorbike in the corner, another one, a man with a bag; he comes back later.
    name: "aboda-video4.mp4",
    rounds: 1,
    spans: spans([0.7, 2.9], [6.9, 22.8], [28, 39]),
  },
  { name: "aboda-video4-reversed.mp4", rounds: 1, spans: spans([0, 11], [16.2, 32.1], [36.1, 38.3]) },
  // Something all the time, with a jump at each loop.
  { name: "preview-worker-zone-detection-x4.mp4", rounds: 1, spans: spans([0, 19]) },
  { name: "preview-store-aisle-detection-x4.mp4", rounds: 1, spans: spans([0, 17.9]) },
  { name: "preview-face-demographics-walking-x4.mp4", rounds: 1, spans: spans([0, 11.6]) },
  { name: "vtest-pets2009-480x360.mp4", rounds: 1, spans: spans([0, 79.5]) },
  { name: "traffic-bgs-video03.mp4", rounds: 1, spans: spans([0, 28.4]) },
];
/** Seconds of clips in which nothing moves. */
export const EMPTY: readonly (Span & { readonly name: string })[] = [
  { name: PERSONS.name, from: 0, to: 5 },
  { name: BOTTLES.name, from: 0, to: 5 },
  { name: CARS.name, from: 0, to: 4 },
  { name: "aboda-video4.mp4", from: 3, to: 6.6 },
];
/** Pictures that a detector learns from before it says anything: nothing can begin before. */
const LEARNING_SECONDS = 2;

/** How events agree with the truth. */
export interface Agreement {
  readonly truths: number;
  readonly events: number;
  /** Events that begin when something begins. */
  readonly right: number;
  /** Truths at whose begin an event begins. */
  readonly found: number;
  /** Truths during which there is no event at all. */
  readonly missed: number;
  /** Events that begin while the same thing goes on of which another event told before. */
  readonly split: number;
}

/** Holds the events of a clip, shown `rounds` times, against what is to be seen in it. */
export function agreementOf(
  { rounds, spans: round }: ClipTruth,
  roundSeconds: number,
  events: readonly Span[],
): Agreement {
  const truths = Array.from({ length: rounds }, (_, index) =>
    round.map(({ from, to }) => ({
      from: Math.max(LEARNING_SECONDS, from + index * roundSeconds),
      to: to + index * roundSeconds,
    })),
  ).flat();
  const isNear = (event: Span, truth: Span): boolean => Math.abs(event.from - truth.from) <= SLACK_SECONDS;
  const meets = (event: Span, truth: Span): boolean =>
    event.from <= truth.to + SLACK_SECONDS && event.to >= truth.from - SLACK_SECONDS;
  return {
    truths: truths.length,
    events: events.length,
    right: events.filter((event) => truths.some((truth) => isNear(event, truth))).length,
    found: truths.filter((truth) => events.some((event) => isNear(event, truth))).length,
    missed: truths.filter((truth) => !events.some((event) => meets(event, truth))).length,
    split: truths.reduce(
      (sum, { from, to }) =>
        sum +
        events.filter((event, index) => index > 0 && event.from > from + SLACK_SECONDS && event.from <= to)
          .length,
      0,
    ),
  };
}

/** Agreements of several clips as one. */
export function together(agreements: readonly Agreement[]): Agreement {
  const sumOf = (key: keyof Agreement): number => agreements.reduce((sum, one) => sum + one[key], 0);
  return {
    truths: sumOf("truths"),
    events: sumOf("events"),
    right: sumOf("right"),
    found: sumOf("found"),
    missed: sumOf("missed"),
    split: sumOf("split"),
  };
}
