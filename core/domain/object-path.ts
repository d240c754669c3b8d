// The path of an object that is held to be the same from one report to the next: where the middle of its box was, and when.
// However often it is reported, a path stays short: where it gets too long every second point goes, and from then on points
// lie at least as far apart in time as those that are left. Its first and its last point always stay.

/** Milliseconds after the event's begin; fractions of the picture's width and height, from its upper left corner. */
export type PathPoint = readonly [afterMs: number, x: number, y: number];

/** Points of one path. */
export const MOST_PATH_POINTS = 64;
/** Points of all paths of an event: lists of events are read and sent with them. */
export const MOST_EVENT_POINTS = 256;

/** A path that goes on. */
export interface GrowingPath {
  /** By their moments, each later than the one before. */
  readonly points: PathPoint[];
  /** How far apart points lie at least, but for the last one; 0: each is kept. */
  gapMs: number;
}

/** Goes on to a point. What is no later than the last point says nothing of the way on, and is left out. */
export function extendPath(path: GrowingPath, point: PathPoint, most: number): void {
  const { points } = path;
  const last = points.at(-1);
  if (last !== undefined && point[0] <= last[0]) return;
  const before = points.at(-2);
  // Too near in time to the one before it, the last point was there only because it was the last.
  const isPassing = last !== undefined && before !== undefined && last[0] - before[0] < path.gapMs;
  if (isPassing) points[points.length - 1] = point;
  else points.push(point);
  thinPath(path, most);
}

/** Leaves every second point out until there are `most` at most; two and more. */
export function thinPath(path: GrowingPath, most: number): void {
  const { points } = path;
  while (points.length > most) {
    const [first, last] = [points[0] as PathPoint, points.at(-1) as PathPoint];
    let kept = 0;
    for (let from = 0; from < points.length - 1; from += 2) {
      points[kept] = points[from] as PathPoint;
      kept += 1;
    }
    points[kept] = last;
    points.length = kept + 1;
    // A little less than their distance now: pictures come a little earlier and later.
    path.gapMs = (last[0] - first[0]) / points.length;
  }
}
