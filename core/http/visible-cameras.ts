// Which cameras a caller means and may see, for routes that take several at once.
import type { CameraRight } from "../domain/roles.ts";
import { withoutSecrets } from "../system/diagnostics.ts";
import { mayDo, mayDoWith, type Principal } from "../users/principal.ts";
import type { CameraView } from "./camera-schemas.ts";
import { invalidRequest } from "./request-checks.ts";
import { cameraRefused } from "./router.ts";
import type { CameraService } from "./services.ts";

const MOST_AT_ONCE = 1_024;

/**
 * A camera as an account may see it. An address may hold a password in its query or path, where a camera wants it so: who
 * may change the camera needs it, all others see `***` there.
 */
export function cameraFor(principal: Principal, camera: CameraView): CameraView {
  if (mayDo(principal, "cameras.edit")) return camera;
  return { ...camera, config: withoutSecrets(camera.config) as CameraView["config"] };
}

/** The cameras that the account may see. */
export function visibleCameras(
  cameras: CameraService,
  principal: Principal,
  right: CameraRight,
): CameraView[] {
  const seen = cameras.list().filter((camera) => mayDoWith(principal, right, camera.id));
  return seen.map((camera) => cameraFor(principal, camera));
}

/**
 * The ids in a comma-separated list; all that the account may see where there is no list. One that is not there, or not for
 * this account, is refused like any missing camera.
 */
export function wantedCameras(
  cameras: CameraService,
  principal: Principal,
  right: CameraRight,
  list: string | undefined,
): string[] {
  if (list === undefined || list === "") return cameras.ids().filter((id) => mayDoWith(principal, right, id));
  const ids = [...new Set(list.split(","))];
  if (ids.length > MOST_AT_ONCE) {
    throw invalidRequest("query", [{ path: "/cameras", message: `names more than ${MOST_AT_ONCE} cameras` }]);
  }
  for (const id of ids) {
    const isThere = cameras.has(id);
    if (!mayDoWith(principal, right, id) || !isThere) throw cameraRefused(principal, right, id, isThere);
  }
  return ids;
}
