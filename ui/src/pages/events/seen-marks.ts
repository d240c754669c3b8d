// What is drawn over the picture of an event: the boxes of what was there at the picture's moment, and the ways that objects
// took through the event. Pure; places are shares of the picture's width and height.
import type { RecordedEvent } from "../../api/types.ts";

type SeenObject = RecordedEvent["objects"][number];
type Box = NonNullable<SeenObject["box"]>;

/** Boxes of moments farther from the picture's would lie beside what they are of. */
const SAME_MOMENT_MS = 250;

/** One object over the picture. */
export interface SeenMark {
  /** Its place among the objects that have one: the same in every picture of the event. */
  readonly index: number;
  /** The picture is of its moment. */
  readonly isShown: boolean;
  readonly class: string;
  readonly score: number;
  /** Undefined: it was somewhere else at that moment. */
  readonly box: Box | undefined;
  /** From where it came to where it went; fewer than two: it has no path. */
  readonly path: readonly (readonly [x: number, y: number])[];
}

/** The objects that a picture can show: those that have a box, the surest first. */
export function placedObjects({ objects }: Pick<RecordedEvent, "objects">): readonly SeenObject[] {
  return objects.filter(({ box }) => box !== undefined);
}

/** The moment of the picture that shows an object in its box. Older recorders did not keep it: then the event's best one. */
export function pictureMoment(
  { pictures, start }: Pick<RecordedEvent, "pictures" | "start">,
  object: SeenObject,
): string {
  return object.at ?? pictures[0] ?? start;
}

/** The moment whose picture stands for an event: what it is surest of can be seen there. */
export function bestMoment(event: Pick<RecordedEvent, "objects" | "pictures" | "start">): string {
  const [surest] = placedObjects(event);
  return surest === undefined ? (event.pictures[0] ?? event.start) : pictureMoment(event, surest);
}

/** What is drawn over the picture of `shown`; that one last, over the others. */
export function seenMarks(
  event: Pick<RecordedEvent, "objects" | "pictures" | "start">,
  shown: SeenObject,
): SeenMark[] {
  const atMs = Date.parse(pictureMoment(event, shown));
  return placedObjects(event)
    .map((object, index) => ({
      index,
      isShown: object === shown,
      class: object.class,
      score: object.score,
      box: object === shown || isThen(object, atMs) ? object.box : undefined,
      path: (object.path ?? []).map(([, x = 0, y = 0]) => [x, y] as const),
    }))
    .filter(({ box, path }) => box !== undefined || path.length >= 2)
    .sort((left, right) => Number(left.isShown) - Number(right.isShown));
}

function isThen({ at }: SeenObject, atMs: number): boolean {
  return at !== undefined && Math.abs(Date.parse(at) - atMs) <= SAME_MOMENT_MS;
}
