// Bounds how much a settings file holds before anything looks at it closely: checking a value against a schema takes some
// microseconds, and a file of 16 MiB can hold millions of them, which would hold up the recorder's core for half a minute.

/** Far more than a recorder of 1 024 cameras has. */
export const VALUES_LIMIT = 100_000;

/** True if a parsed document has more values than {@link VALUES_LIMIT}. Stops counting there. */
export function holdsTooMuch(document: unknown): boolean {
  const open: unknown[] = [document];
  let count = 0;
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) continue;
    for (const key in value) {
      count += 1;
      if (count > VALUES_LIMIT) return true;
      if (Object.hasOwn(value, key)) open.push((value as Record<string, unknown>)[key]);
    }
  }
  return false;
}

/** Most entries of places that a schema would be slow to refuse. */
const ENTRIES: readonly (readonly [place: readonly string[], most: number])[] = [
  [[], 20],
  [["config"], 100],
  [["config", "cameras"], 1_024],
  [["config", "plugins"], 1_000],
  [["accounts"], 500],
  [["secrets"], 20_000],
];

/** The first place of a parsed document that has more entries than any recorder's; undefined if none has. */
export function crowdedPlace(document: unknown): string | undefined {
  for (const [place, most] of ENTRIES) {
    let value: unknown = document;
    for (const step of place)
      value = typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined;
    if (typeof value === "object" && value !== null && Object.keys(value).length > most)
      return `${place.map((step) => `/${step}`).join("")} has more than ${most} entries`;
  }
  return undefined;
}
