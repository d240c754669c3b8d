// A camera's name as addresses write it, and which camera somebody means who writes one.

/** Lower case, without accents, hyphens for everything that is neither letter nor figure: `Front door` is `front-door`. */
export function addressName(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
}

/**
 * The camera that `written` means: the one with this id, else the only one with this name. Of `cameras` the caller gives
 * those that may be seen, so that nobody learns of another one by its name.
 */
export function cameraMeant<Camera extends { readonly id: string; readonly name: string }>(
  written: string,
  cameras: readonly Camera[],
): Camera | undefined {
  const byId = cameras.find(({ id }) => id === written);
  if (byId !== undefined) return byId;
  const wanted = addressName(written);
  if (wanted === "") return undefined;
  const named = cameras.filter(({ name }) => addressName(name) === wanted);
  return named.length === 1 ? named[0] : undefined;
}
