// What is wrong at a place of a form or of settings, in the viewer's language: by the rule that is broken. What no rule
// says is shown in the recorder's own words.
import { type MessageKey, t } from "./messages.ts";

/** A place that the recorder finds wrong. */
export interface PlaceProblem {
  /** JSON pointer. */
  readonly path: string;
  readonly message: string;
  readonly rule?: string;
  readonly bound?: string;
}

/** The same for people: the field by its label, or by its name where no label is known. */
export interface WrongPlace {
  readonly field: string;
  readonly text: string;
}

/** Fields of forms by the last part of their place. */
const FIELDS: Readonly<Record<string, MessageKey>> = {
  name: "camera.name",
  url: "camera.url",
  subUrl: "camera.subUrl",
  username: "camera.user",
  password: "camera.password",
  transport: "camera.transport",
  driver: "camera.driver",
  retentionDays: "camera.days",
  mode: "camera.mode",
  streams: "camera.streams",
  audio: "camera.audio",
  reserveBytes: "volume.reserve",
};

const RULE_WORDS: Readonly<Record<string, MessageKey>> = {
  missing: "place.missing",
  again: "place.again",
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

/** What a form calls the field at a place; undefined: it has none there. */
export type PlaceNames = (path: string) => string | undefined;

/** All wrong places, as an error lists them. */
export function placesText(problems: readonly PlaceProblem[], nameOf?: PlaceNames): WrongPlace[] {
  return problems.map((problem) => ({
    field: nameOf?.(problem.path) ?? fieldText(problem.path),
    text: withoutStop(placeText(problem)),
  }));
}

function withoutStop(text: string): string {
  return text.replace(/[.。]$/, "");
}

function fieldText(path: string): string {
  const last = path.split("/").at(-1) ?? "";
  const key = Object.hasOwn(FIELDS, last) ? FIELDS[last] : undefined;
  if (key !== undefined) return t(key);
  return path === "" ? t("place.whole") : path.replace(/^\//, "").replaceAll("~1", "/").replaceAll("~0", "~");
}
