// Ids of new things, made of their names: what stands in addresses, topics and folders. Pure.

/**
 * An id for something of that name that `isTaken` by no other: `front-door`, else `front-door-2`. `fallback`: of a name
 * without any letter that ids have.
 */
export function freeId(name: string, fallback: string, isTaken: (candidate: string) => boolean): string {
  const base =
    name
      .normalize("NFKD")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 48)
      .replace(/-+$/, "") || fallback;
  if (!isTaken(base)) return base;
  for (let number = 2; ; number += 1) {
    const candidate = `${base}-${number}`;
    if (!isTaken(candidate)) return candidate;
  }
}
