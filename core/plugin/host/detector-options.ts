// What a detector is told of the options that its owner set: those, with the defaults of its schema.
import { checkSettings } from "../schemas/settings-check.ts";
import { withDefaults } from "./settings-problems.ts";

/** Fills up and checks. Throws `NJ_CONFIG_INVALID`, naming the first wrong place. */
export function detectorOptions(schema: object, options: unknown): Record<string, unknown> {
  const whole = withDefaults(schema as Record<string, unknown>, structuredClone(options ?? {}));
  checkSettings(schema, whole);
  return whole as Record<string, unknown>;
}
