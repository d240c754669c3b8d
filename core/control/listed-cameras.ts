// What others need to know of the cameras in the list: recording, and whoever is to be let in to them.
import type { CameraList, ResolvedCamera } from "../cameras/camera-list.ts";
import type { CameraId } from "../domain/ids.ts";
import type { AuthorizeOptions } from "../http/authorize.ts";
import type { RecordedCamera } from "../recording/recorded-camera.ts";

/** As recording sees them. */
export function recordedCameras(list: Pick<CameraList, "all">): RecordedCamera[] {
  return list.all().map(recordedCamera);
}

/** One of them. */
export function recordedCamera({ camera: { id, enabled, record }, streams }: ResolvedCamera): RecordedCamera {
  return { id: id as CameraId, enabled, streams, record };
}

/** As rights are asked for them. */
export function camerasToAuthorize(
  list: Pick<CameraList, "all" | "find">,
): Pick<AuthorizeOptions, "camera" | "cameras"> {
  return {
    camera: (id) => {
      const found = list.find(id);
      if (found === undefined) return undefined;
      return {
        name: found.camera.name,
        streams: found.streams.sub === undefined ? ["main"] : ["main", "sub"],
      };
    },
    cameras: () => list.all().map(({ camera: { id, name } }) => ({ id, name })),
  };
}
