// Reads `--cameras`: which cameras an account may see, or an API token reach.
import {
  type CameraScope,
  GRANTABLE_RIGHTS,
  type GrantableRight,
  type NarrowedCamera,
} from "../domain/roles.ts";

const CAMERA_ID = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

/** `all`, or cameras with commas between them: `yard`, or `yard:live+playback` with those rights at most. */
export function cameraScopeOf(text: string, refuse: (reason: string) => Error): CameraScope {
  if (text === "all") return "all";
  return text.split(",").map((camera): string | NarrowedCamera => {
    const [id = "", rights, ...more] = camera.split(":");
    if (!CAMERA_ID.test(id) || more.length > 0) throw refuse(`"${camera.slice(0, 64)}" is no camera id`);
    if (rights === undefined) return id;
    return {
      id,
      rights: rights === "" ? [] : rights.split("+").map((right) => cameraRightOf(right, refuse)),
    };
  });
}

function cameraRightOf(text: string, refuse: (reason: string) => Error): GrantableRight {
  const right = GRANTABLE_RIGHTS.find((known) => known === text);
  if (right !== undefined) return right;
  throw refuse(`"${text.slice(0, 64)}" is no right over a camera (${GRANTABLE_RIGHTS.join(", ")})`);
}

/** `all`, or ids with commas between them; what is no id goes to `refuse`. */
export function cameraIdsOf(text: string, refuse: (reason: string) => Error): "all" | readonly string[] {
  if (text === "all") return "all";
  const ids = text.split(",");
  const strange = ids.find((id) => !CAMERA_ID.test(id));
  if (strange !== undefined) throw refuse(`"${strange.slice(0, 64)}" is no camera id`);
  return ids;
}

/** The same in words. */
export function cameraScopeText(cameras: CameraScope): string {
  if (cameras === "all") return "all cameras";
  if (cameras.length === 0) return "no camera";
  return cameras
    .map((one) => (typeof one === "string" ? one : `${one.id}:${one.rights.join("+")}`))
    .join(",");
}
