// The words for roles and states of cameras: closed tables, so that every key can be found by search.
import type { CameraRight, CameraStatus, Role } from "../api/types.ts";
import type { MessageKey } from "../locale/messages.ts";

export const ROLES: readonly Role[] = ["administrator", "operator", "viewer"];

export const ROLE_TEXT: Readonly<Record<Role, MessageKey>> = {
  administrator: "role.administrator",
  operator: "role.operator",
  viewer: "role.viewer",
};

/** What can be withheld for single cameras, of what the role may. */
export const CAMERA_RIGHTS: Readonly<Record<Role, readonly CameraRight[]>> = {
  administrator: [],
  operator: [
    "live",
    "playback",
    "snapshot",
    "export",
    "events.view",
    "events.acknowledge",
    "recordings.manual",
    "recordings.lock",
    "ptz",
  ],
  viewer: ["live", "playback", "snapshot", "events.view"],
};

export const ROLE_HINT: Readonly<Record<Role, MessageKey>> = {
  administrator: "role.administrator.hint",
  operator: "role.operator.hint",
  viewer: "role.viewer.hint",
};

export const STATUS_TEXT: Readonly<Record<CameraStatus, MessageKey>> = {
  connecting: "state.connecting",
  online: "state.online",
  degraded: "state.degraded",
  offline: "state.offline",
  disabled: "state.disabled",
};
