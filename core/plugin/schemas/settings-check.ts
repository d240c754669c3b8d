// Checks values by TypeBox's rules, without loading TypeBox while all is well.
import type { TObject } from "typebox";
import { NightjarError } from "../../errors.ts";
import { wholeTypeBox } from "./lazy-typebox.ts";
import { quickDefaults } from "./quick-defaults.ts";
import { fitsQuickly } from "./quick-fit.ts";

/** What is wrong with a value: the JSON pointer of the place, and a sentence. */
export interface Misfit {
  readonly path: string;
  readonly message: string;
}

/** The first thing that is wrong with a value; undefined: it fits. */
export function misfitOf(schema: object, value: unknown): Misfit | undefined {
  if (fitsQuickly(schema, value)) return undefined;
  const { Value } = wholeTypeBox();
  // Right after all, mostly: to say so takes a fraction of the time of saying what is wrong.
  if (Value.Check(schema as TObject, value)) return undefined;
  const first = [...Value.Errors(schema as TObject, value)][0];
  if (first === undefined) return undefined;
  // A pattern says nothing to people; what is asked for stands in the field's description.
  const message =
    first.keyword === "pattern" ? "has characters or a form that is not allowed here" : first.message;
  return { path: first.instancePath === "" ? "/" : first.instancePath, message };
}

/** Throws `NJ_CONFIG_INVALID`, naming the first wrong place, where settings are not as the schema wants them. */
export function checkSettings(schema: object, settings: unknown): void {
  const misfit = misfitOf(schema, settings);
  if (misfit === undefined) return;
  throw new NightjarError(
    "NJ_CONFIG_INVALID",
    "invalid-argument",
    `its configuration is wrong at ${misfit.path}: ${misfit.message}`,
  );
}

/** The owner's settings with the schema's defaults. Throws `NJ_CONFIG_INVALID`, naming the first wrong place. */
export function checkedConfig(schema: object, settings: unknown): unknown {
  const given: unknown = structuredClone(settings ?? {});
  const quick = quickDefaults(schema, structuredClone(given));
  const config = quick === undefined ? wholeTypeBox().Value.Default(schema as TObject, given) : quick.value;
  checkSettings(schema, config);
  return config;
}
