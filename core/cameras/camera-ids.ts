// Ids of new cameras, made of their names: what stands in addresses, topics and folders. Pure.

/** An id for a camera of that name that `isTaken` by no other: `front-door`, else `front-door-2`. */
export function freeCameraId(name: string, isTaken: (candidate: string) => boolean): string {
  const base =
    name
      .normalize("NFKD")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 48)
      .replace(/-+$/, "") || "camera";
  if (!isTaken(base)) return base;
  for (let number = 2; ; number += 1) {
    const candidate = `${base}-${number}`;
    if (!isTaken(candidate)) return candidate;
  }
}
