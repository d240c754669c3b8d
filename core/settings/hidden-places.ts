// Where a configuration may hold secrets that somebody typed into config.json by hand: fields that a plugin's schema or a
// driver marks, and whatever is named like one. Such places show no value in differences, and are left out of plain exports.
import type { Config } from "../config/config-schema.ts";
import type { FrozenConfig } from "../config/config-store.ts";
import { escapePointer } from "../config/schema-problems.ts";
import { redactUrl } from "../domain/redact-url.ts";

const NAMED_LIKE_ONE =
  /password|passwd|passphrase|passcode|^pass$|^pwd$|secret|token|api_?key|private_?key|credential|^pin$/i;

/** JSON pointers, with cameras by their id: `/cameras/yard/config/pin`. */
export type HiddenPlaces = ReadonlySet<string>;

/** True if the place `pointer`, whose last step is `key`, may not show its value. */
export function isHidden(pointer: string, key: string, value: unknown, hidden: HiddenPlaces): boolean {
  if (!isFree(pointer)) return false;
  return hidden.has(pointer) || (typeof value === "string" && NAMED_LIKE_ONE.test(key));
}

/** A copy of a value at `pointer` without what may not be shown. */
export function withoutHidden(value: unknown, pointer: string, hidden: HiddenPlaces): unknown {
  if (typeof value === "string") return isFree(pointer) ? redactUrl(value) : value;
  if (Array.isArray(value)) {
    return value.map((entry, index) => withoutHidden(entry, `${pointer}/${index}`, hidden));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      const place = `${pointer}/${escapePointer(key)}`;
      return isHidden(place, key, inner, hidden) ? [] : [[key, withoutHidden(inner, place, hidden)]];
    }),
  );
}

/** The configuration as it may leave the recorder in clear. */
export function plainConfig(config: FrozenConfig, hidden: HiddenPlaces): Config {
  const cameras = config.cameras.map((camera) =>
    withoutHidden(camera, `/cameras/${escapePointer(camera.id)}`, hidden),
  );
  const rest = withoutHidden({ ...config, cameras: [] }, "", hidden) as Config;
  return { ...rest, cameras: cameras as Config["cameras"] };
}

/**
 * What a plain file leaves out, taken from what is there: a copy of `value` with the hidden values of `present`. With
 * `restoresAbsent` false, only those within an address that names the same host itself: the rest may be meant for another one now.
 */
export function withHiddenOf(
  value: unknown,
  present: unknown,
  pointer: string,
  hidden: HiddenPlaces,
  restoresAbsent: boolean,
): unknown {
  if (typeof value === "string" && typeof present === "string") {
    const isWhole = restoresAbsent || /^[a-z][a-z\d+.-]*:\/\/[^/]/i.test(present);
    return isWhole && isFree(pointer) && redactUrl(present) === value ? present : value;
  }
  if (Array.isArray(value) && Array.isArray(present)) {
    return value.map((entry, index) =>
      withHiddenOf(entry, present[index], `${pointer}/${index}`, hidden, restoresAbsent),
    );
  }
  if (!isObject(value) || !isObject(present)) return value;
  const kept = Object.entries(value).map(([key, inner]) => {
    const old = Object.hasOwn(present, key) ? present[key] : undefined;
    return [key, withHiddenOf(inner, old, `${pointer}/${escapePointer(key)}`, hidden, restoresAbsent)];
  });
  const left = Object.entries(present).filter(
    ([key, inner]) =>
      restoresAbsent &&
      !Object.hasOwn(value, key) &&
      isHidden(`${pointer}/${escapePointer(key)}`, key, inner, hidden),
  );
  return Object.fromEntries([...kept, ...left]);
}

/** Below a camera's or plugin's own settings, whose meaning only its driver knows. */
function isFree(pointer: string): boolean {
  return /^\/(?:cameras|plugins)\/[^/]+\/config\//.test(pointer);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
