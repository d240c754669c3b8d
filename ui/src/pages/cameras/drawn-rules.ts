// Regions and lines that are drawn for a detector: what a new one is, how corners come, move and go. Pure.
import type { Answer } from "../../api/client.ts";

type StoredRule = NonNullable<Answer<"GET /cameras/{id}/detection">["detectors"][number]["rules"]>[number];
export type Point = readonly [x: number, y: number];
export type RuleKind = StoredRule["kind"];
export interface DrawnRule extends Omit<StoredRule, "points"> {
  readonly points: readonly Point[];
}

/** Rules as the recorder tells them. */
export function drawnRules(rules: readonly StoredRule[]): DrawnRule[] {
  return rules.map((rule) => ({ ...rule, points: rule.points.map(([x = 0, y = 0]): Point => [x, y]) }));
}

export const MOST_RULES = 32;
export const MOST_CORNERS = 32;
/** A click so near to the first corner closes, in fractions of the picture. */
const NEAR = 0.03;

/** Corners that one must have. */
export function leastCorners(kind: RuleKind): number {
  return kind === "region" ? 3 : 2;
}

/** Within the picture, to a thousandth: no more is seen. */
export function pointAt(x: number, y: number): [number, number] {
  const within = (value: number): number => Math.round(1_000 * Math.min(1, Math.max(0, value))) / 1_000;
  return [within(x), within(y)];
}

/** What is drawn after one more corner, and whether it is closed by that: at the first corner, or a line by its second. */
export function withCorner(
  kind: RuleKind,
  points: readonly Point[],
  point: Point,
): { readonly points: readonly Point[]; readonly isClosed: boolean } {
  const [first] = points;
  const isNear = first !== undefined && Math.hypot(first[0] - point[0], first[1] - point[1]) < NEAR;
  if (kind === "region" && isNear && points.length >= leastCorners(kind)) return { points, isClosed: true };
  // The same place twice is a double click.
  const last = points.at(-1);
  if (last !== undefined && last[0] === point[0] && last[1] === point[1]) return { points, isClosed: false };
  const next = [...points, point];
  return { points: next, isClosed: kind === "line" ? next.length >= 2 : next.length >= MOST_CORNERS };
}

/** The rules with one more, under an id of its own. */
export function withRule(
  rules: readonly DrawnRule[],
  kind: RuleKind,
  points: readonly Point[],
  nameOf: (number: number) => string,
): DrawnRule[] {
  let number = 1;
  while (rules.some(({ id }) => id === `${kind}-${number}`)) number += 1;
  const drawn = points.map(([x, y]) => pointAt(x, y));
  return [...rules, { id: `${kind}-${number}`, name: nameOf(number), kind, points: drawn }];
}

/** The rules with one corner elsewhere. */
export function withMoved(
  rules: readonly DrawnRule[],
  id: string,
  corner: number,
  [x, y]: Point,
): DrawnRule[] {
  return rules.map((rule) =>
    rule.id === id
      ? { ...rule, points: rule.points.map((point, at) => (at === corner ? pointAt(x, y) : point)) }
      : rule,
  );
}

/** The rules with a corner less; as they are where it has as few as it must. */
export function withoutCorner(rules: readonly DrawnRule[], id: string, corner: number): DrawnRule[] {
  return rules.map((rule) =>
    rule.id === id && rule.points.length > leastCorners(rule.kind)
      ? { ...rule, points: rule.points.filter((_point, at) => at !== corner) }
      : rule,
  );
}

/** Where the sides of a line are named: A lies to its left, looking from the first point to the last. */
export function sidesOf(points: readonly Point[]): { readonly a: Point; readonly b: Point } | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const [dx, dy] = [last[0] - first[0], last[1] - first[1]];
  const length = Math.hypot(dx, dy) || 1;
  const [middleX, middleY] = [(first[0] + last[0]) / 2, (first[1] + last[1]) / 2];
  const far = 0.07 / length;
  return {
    a: pointAt(middleX + dy * far, middleY - dx * far),
    b: pointAt(middleX - dy * far, middleY + dx * far),
  };
}

const STEPS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Where an arrow key leads to; undefined for other keys. `isFar`: with Shift. */
export function stepped([x, y]: Point, key: string, isFar: boolean): [number, number] | undefined {
  const step = STEPS[key];
  const length = isFar ? 0.1 : 0.01;
  return step === undefined ? undefined : pointAt(x + step[0] * length, y + step[1] * length);
}
