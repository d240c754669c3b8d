// The kinds of cameras that can be added, as the recorder's plugins offer them.
import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { BrandPattern, CameraDriver } from "../../api/types.ts";
import { complain } from "../../state/toasts.ts";

/** The driver for which the form knows brands and addresses; all others show what their schema asks for. */
export const RTSP = "rtsp";

/** The drivers; undefined while they load. */
export function useDrivers(): readonly CameraDriver[] | undefined {
  const [drivers, setDrivers] = useState<readonly CameraDriver[] | undefined>(undefined);
  useEffect(() => {
    const abort = new AbortController();
    call("GET /camera-drivers", { signal: abort.signal })
      .then(setDrivers)
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        complain(error);
        setDrivers([]);
      });
    return () => abort.abort();
  }, []);
  return drivers;
}

/** The URL patterns by brand of the RTSP driver. */
export function catalogueOf(drivers: readonly CameraDriver[]): readonly BrandPattern[] {
  return drivers.find((one) => one.id === RTSP)?.catalogue ?? [];
}
