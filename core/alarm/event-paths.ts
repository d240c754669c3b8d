// The paths of what is seen in one open event, by object. They grow with every report, and are copied only when the event is
// written: what is handed on does not change any more.
import { objectKey, type SeenObject } from "../domain/alarm-event.ts";
import {
  extendPath,
  type GrowingPath,
  MOST_EVENT_POINTS,
  MOST_PATH_POINTS,
  type PathPoint,
  thinPath,
} from "../domain/object-path.ts";

export class EventPaths {
  readonly #paths = new Map<string, GrowingPath>();
  /** Points of one path, by how many paths there are. */
  #most = MOST_PATH_POINTS;

  /** Takes up the paths of an event that an earlier process left. */
  resume(objects: readonly SeenObject[]): void {
    for (const object of objects)
      if (object.path !== undefined)
        this.#paths.set(objectKey(object), { points: [...object.path], gapMs: 0 });
  }

  /** Where objects are, so long after the event's begin. `kept`: all objects of the event; others have no path. */
  take(seen: readonly SeenObject[], kept: readonly SeenObject[], afterMs: number): void {
    for (const object of seen) {
      const { box, track } = object;
      if (box === undefined || track === undefined) continue;
      const path = this.#paths.get(objectKey(object)) ?? this.#begin(objectKey(object), kept);
      if (path === undefined) continue;
      const point: PathPoint = [afterMs, middle(box.x, box.width), middle(box.y, box.height)];
      extendPath(path, point, this.#most);
    }
  }

  /** The objects with their paths, as they are now. One point is no path: it is in the box. */
  on(objects: readonly SeenObject[]): readonly SeenObject[] {
    if (this.#paths.size === 0) return objects;
    return objects.map((object) => {
      const points = this.#paths.get(objectKey(object))?.points ?? [];
      return points.length < 2 ? object : { ...object, path: [...points] };
    });
  }

  #begin(key: string, kept: readonly SeenObject[]): GrowingPath | undefined {
    const keys = new Set(kept.map(objectKey));
    if (!keys.has(key)) return undefined;
    for (const known of this.#paths.keys()) if (!keys.has(known)) this.#paths.delete(known);
    const path: GrowingPath = { points: [], gapMs: 0 };
    this.#paths.set(key, path);
    while (this.#most * this.#paths.size > MOST_EVENT_POINTS) this.#most /= 2;
    for (const each of this.#paths.values()) thinPath(each, this.#most);
    return path;
  }
}

/** To four places. */
function middle(from: number, length: number): number {
  return Math.round((from + length / 2) * 10_000) / 10_000;
}
