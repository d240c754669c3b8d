// What crosses between a plugin and the core is plain data: what JSON can say. Both ways of running a plugin hold to
// it, so that one that works inline works isolated (docs/decisions/0014-plain-data-for-plugins.md).
import { NightjarError } from "../../errors.ts";

const DEPTH_LIMIT = 64;

/** A copy of plain data. Throws `NJ_PLUGIN_DATA`, naming the place, for anything else: functions, dates, circles … */
export function plainCopy<Value>(value: Value, what: string): Value {
  return copy(value, what, "", 0) as Value;
}

function copy(value: unknown, what: string, path: string, depth: number): unknown {
  if (depth > DEPTH_LIMIT) throw refused(what, path, `is deeper than ${DEPTH_LIMIT} levels, or a circle`);
  switch (typeof value) {
    case "string":
    case "boolean":
    case "undefined":
      return value;
    case "number":
      if (!Number.isFinite(value)) throw refused(what, path, `is ${value}`);
      return value;
    case "object": {
      if (value === null) return null;
      // JSON has no holes in lists: a plugin in a process of its own is given `null` there.
      if (Array.isArray(value))
        return Array.from(value, (item, index) => copy(item ?? null, what, `${path}/${index}`, depth + 1));
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== null) {
        throw refused(what, path, `is a ${(value as object).constructor?.name ?? "special object"}`);
      }
      const result: Record<string, unknown> = {};
      for (const [key, item] of Object.entries(value)) {
        if (key === "__proto__") throw refused(what, path, 'has a key "__proto__"');
        if (item !== undefined) result[key] = copy(item, what, `${path}/${key}`, depth + 1);
      }
      return result;
    }
    default:
      throw refused(what, path, `is a ${typeof value}`);
  }
}

function refused(what: string, path: string, why: string): NightjarError {
  return new NightjarError(
    "NJ_PLUGIN_DATA",
    "invalid-argument",
    `${what}: ${path === "" ? "the value" : path} ${why}; only plain data can cross between a plugin and Nightjar`,
  );
}
