// What is wrong at a place of a plugin's settings, in the viewer's language: by the rule that is broken. What no rule
// says is shown in the recorder's own words.
import type { PlaceProblem } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";

const RULE_WORDS: Readonly<Record<string, MessageKey>> = {
  missing: "place.missing",
  belongs: "place.belongs",
  "unknown-key": "place.unknownKey",
  "one-of": "place.oneOf",
  form: "place.form",
  "no-form": "place.noForm",
  together: "place.together",
  string: "place.string",
  number: "place.number",
  integer: "place.integer",
  boolean: "place.boolean",
  array: "place.array",
  object: "place.object",
  minimum: "place.minimum",
  maximum: "place.maximum",
  above: "place.above",
  below: "place.below",
  minLength: "place.minLength",
  maxLength: "place.maxLength",
  minItems: "place.minItems",
  maxItems: "place.maxItems",
  unique: "place.unique",
  step: "place.step",
};

/** The sentence. */
export function placeText({ message, rule = "", bound = "" }: PlaceProblem): string {
  const key = RULE_WORDS[rule];
  return key === undefined ? message : t(key, { bound });
}
