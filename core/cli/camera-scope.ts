// Reads `--cameras`: which cameras an account may see, or an API token reach.
import type { CameraScope } from "../domain/roles.ts";

const CAMERA_ID = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

/** `all`, or ids with commas between them; what is no id goes to `refuse`. */
export function cameraScopeOf(text: string, refuse: (reason: string) => Error): CameraScope {
  if (text === "all") return "all";
  const ids = text.split(",");
  const strange = ids.find((id) => !CAMERA_ID.test(id));
  if (strange !== undefined) throw refuse(`"${strange.slice(0, 64)}" is no camera id`);
  return ids;
}

/** The same in words. */
export function cameraScopeText(cameras: CameraScope): string {
  if (cameras === "all") return "all cameras";
  return cameras.length === 0 ? "no camera" : cameras.join(",");
}
