// Places in JSON: reading and changing a value by its steps, JSON pointers (RFC 6901), and the line of a text that a
// pointer leads to. Pure.

export type Steps = readonly (string | number)[];

/** The pointer of some steps; "" is the whole. */
export function pointerOf(steps: Steps): string {
  return steps.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The value at a place; undefined where there is none. */
export function valueAt(whole: unknown, steps: Steps): unknown {
  let at: unknown = whole;
  for (const step of steps) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

/** A copy with another value at a place, whose objects are made where they lack; undefined takes it away. */
export function withValueAt(whole: unknown, steps: Steps, value: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  const inner = withValueAt(valueAt(whole, [step]), rest, value);
  if (Array.isArray(whole) && typeof step === "number") {
    return inner === undefined ? whole.filter((_, index) => index !== step) : whole.with(step, inner);
  }
  const { [step]: _old, ...others } = isObject(whole) ? whole : {};
  if (inner === undefined) return others;
  // In its old place, so that the text in the editor does not jump about.
  return isObject(whole) && Object.hasOwn(whole, step)
    ? Object.fromEntries(Object.entries(whole).map(([key, old]) => [key, key === step ? inner : old]))
    : { ...others, [step]: inner };
}

/** An object that is no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Where in a JSON text the value of a pointer begins; of one that is missing, the object that it is missing from. */
export function offsetOf(text: string, pointer: string): number {
  const places = placesIn(text);
  let wanted = pointer;
  while (wanted !== "") {
    const found = places.get(wanted);
    if (found !== undefined) return found;
    wanted = wanted.slice(0, wanted.lastIndexOf("/"));
  }
  return places.get("") ?? 0;
}

/** The line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** The offsets of all values by their pointers; as far as the text can be read. */
function placesIn(text: string): Map<string, number> {
  const places = new Map<string, number>();
  const stack: { readonly path: string; index: number; key: string | undefined; isList: boolean }[] = [];
  for (const { 0: token, index: offset } of text.matchAll(TOKEN)) {
    const top = stack.at(-1);
    if (token === "}" || token === "]") stack.pop();
    else if (token === ",") {
      if (top !== undefined) {
        top.index += 1;
        top.key = undefined;
      }
    } else if (token === ":") continue;
    else if (top !== undefined && !top.isList && top.key === undefined) top.key = unquoted(token);
    else {
      const path = top === undefined ? "" : top.path + pointerOf([top.isList ? top.index : (top.key ?? "")]);
      if (!places.has(path)) places.set(path, offset);
      if (token === "{" || token === "[")
        stack.push({ path, index: 0, key: undefined, isList: token === "[" });
    }
  }
  return places;
}

function unquoted(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return token;
  }
}
