// The kinds of cameras that can be added, as the recorder's plugins offer them.
import { call } from "../../api/client.ts";
import type { BrandPattern, CameraDriver } from "../../api/types.ts";
import { type Answered, useAnswer } from "../../state/use-answer.ts";

/** The driver for which the form knows brands and addresses; all others show what their schema asks for. */
export const RTSP = "rtsp";

/** Asks for the drivers. Without them no form can be drawn, so a page that uses this waits for them. */
export function useDrivers(): Answered<readonly CameraDriver[]> {
  return useAnswer((signal) => call("GET /camera-drivers", { signal }));
}

/** The URL patterns by brand of the RTSP driver. */
export function catalogueOf(drivers: readonly CameraDriver[]): readonly BrandPattern[] {
  return drivers.find((one) => one.id === RTSP)?.catalogue ?? [];
}
