// The moment in the address of the playback page. Pure.

/** Reads `t` of the address: ISO 8601 or milliseconds; undefined if it is neither. */
export function momentOf(text: string | null): number | undefined {
  if (text === null || text === "") return undefined;
  const ms = /^\d{10,}$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isFinite(ms) ? ms : undefined;
}
