// What a tile says when it is not simply live: decided from what the recorder knows of the camera and what the player
// sees. Pure.
import type { CameraState } from "../../api/types.ts";
import { problemLine } from "../../locale/problem-text.ts";
import { cameraReason } from "../../locale/told-reasons.ts";
import type { LiveState } from "../../player/live-player.ts";

export type TileNotice =
  | { readonly kind: "disabled" }
  | { readonly kind: "connecting" }
  /** The camera gives no picture: why and since when. */
  | { readonly kind: "offline"; readonly sinceMs: number; readonly reason: string; readonly code: string }
  /** The line to the recorder is gone. */
  | { readonly kind: "line"; readonly sinceMs: number }
  /** The line stands, and nothing comes. */
  | { readonly kind: "stalled"; readonly sinceMs: number }
  /** Pictures come, and none is shown. */
  | { readonly kind: "undrawn"; readonly sinceMs: number }
  | { readonly kind: "refused"; readonly sinceMs: number; readonly reason: string; readonly code: string };

/** The notice over a tile; undefined while it is live. */
export function tileNotice(camera: CameraState, player: LiveState): TileNotice | undefined {
  if (camera.status === "disabled") return { kind: "disabled" };
  const offline: TileNotice = {
    kind: "offline",
    sinceMs: Date.parse(camera.since),
    reason: cameraReason(camera) ?? "",
    code: camera.code ?? "",
  };
  if (player.kind === "live" || player.kind === "still") {
    return camera.status === "offline" ? offline : undefined;
  }
  if (player.kind === "connecting") return camera.status === "offline" ? offline : { kind: "connecting" };
  if (player.reason === "line") return { kind: "line", sinceMs: player.sinceMs };
  if (camera.status === "offline") return offline;
  if (player.code !== undefined) {
    const { code, message = "", sinceMs } = player;
    return { kind: "refused", sinceMs, reason: problemLine({ code, sentence: message }), code };
  }
  const { reason, sinceMs } = player;
  return { kind: reason === "stalled" || reason === "undrawn" ? reason : "line", sinceMs };
}
