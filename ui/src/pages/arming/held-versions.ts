// Which of what the recorder holds now a form is about, and putting it in its place, where two people change it at once. Pure.
import { draftText } from "../../state/use-draft.ts";
import type { ArmingRule, Holiday } from "./arming-words.ts";

/** The same in all that counts. */
function isSame(left: unknown, right: unknown): boolean {
  return draftText(left) === draftText(right);
}

/**
 * What has become of the holiday that a form was opened with. Holidays have no id: the same words and days are the same one,
 * else the only one that bears its name. Undefined: it is gone, or there never was one.
 */
export function heldHoliday(now: readonly Holiday[], opened: Holiday): Holiday | undefined {
  const same = now.find((one) => isSame(one, opened));
  if (same !== undefined) return same;
  const named = now.filter(({ name }) => name === opened.name);
  return named.length === 1 ? named[0] : undefined;
}

/** `next` in the place of `held`, or beside the others where there is none. Undefined: `held` has been changed meanwhile. */
export function withHoliday(
  now: readonly Holiday[],
  held: Holiday | undefined,
  next: Holiday,
): Holiday[] | undefined {
  if (held === undefined) return [...now, next];
  const at = now.findIndex((one) => isSame(one, held));
  return at < 0 ? undefined : now.toSpliced(at, 1, next);
}

/** The same for a rule, which has an id; a new one gets one that nobody else has taken. */
export function withArmingRule(
  now: readonly ArmingRule[],
  held: ArmingRule | undefined,
  next: ArmingRule,
  newId: string,
): ArmingRule[] | undefined {
  if (held === undefined) return [...now, { ...next, id: newId }];
  const at = now.findIndex(({ id }) => id === held.id);
  return at < 0 || !isSame(now[at], held) ? undefined : now.toSpliced(at, 1, next);
}
