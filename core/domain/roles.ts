// Who may do what: the closed tables of roles and rights (features.md 17.1, 17.2). Default deny: a right that a role
// does not list is not had. Rights marked as camera rights hold only for the cameras that an account may see.

export const ROLES = ["administrator", "operator", "viewer"] as const;
/** What kind of account somebody has. */
export type Role = (typeof ROLES)[number];

/** Rights that hold per camera. The first four are also what media tickets can carry. */
export const CAMERA_RIGHTS = [
  "live",
  "playback",
  "snapshot",
  "export",
  "cameras.view",
  "recordings.manual",
  "recordings.lock",
  "ptz",
  "events.view",
  "events.acknowledge",
] as const;

/** Rights over the recorder as a whole. */
export const SYSTEM_RIGHTS = [
  "status.view",
  "system.view",
  "metrics.view",
  "settings.view",
  "settings.edit",
  "cameras.edit",
  "users.manage",
  "arming.set",
  "outputs.set",
  "inputs.set",
  "audit.view",
  "diagnostics.view",
  "flows.view",
  "flows.edit",
  "linkage.run",
  "mqtt.connect",
  "mqtt.other-topics",
] as const;

export type CameraRight = (typeof CAMERA_RIGHTS)[number];
export type SystemRight = (typeof SYSTEM_RIGHTS)[number];
export type Right = CameraRight | SystemRight;

const VIEWER_RIGHTS: readonly Right[] = [
  "live",
  "playback",
  "snapshot",
  "cameras.view",
  "events.view",
  "status.view",
  "mqtt.connect",
];

const OPERATOR_RIGHTS: readonly Right[] = [
  ...VIEWER_RIGHTS,
  "export",
  "recordings.manual",
  "recordings.lock",
  "ptz",
  "events.acknowledge",
  "arming.set",
  "outputs.set",
  "inputs.set",
  "system.view",
  "settings.view",
  "flows.view",
];

/** The rights of each role. Operators run the recorder day by day, viewers watch, administrators change it. */
export const RIGHTS_OF_ROLE: Readonly<Record<Role, ReadonlySet<Right>>> = {
  administrator: new Set([...CAMERA_RIGHTS, ...SYSTEM_RIGHTS]),
  operator: new Set(OPERATOR_RIGHTS),
  viewer: new Set(VIEWER_RIGHTS),
};

/** The cameras that an account may see: all of them, or these ids. */
export type CameraScope = "all" | readonly string[];

/** True if the role holds the right at all (for camera rights: for the cameras in its scope). */
export function roleHolds(role: Role, right: Right): boolean {
  return RIGHTS_OF_ROLE[role].has(right);
}

/** True if the scope includes the camera. */
export function scopeIncludes(scope: CameraScope, camera: string): boolean {
  return scope === "all" || scope.includes(camera);
}

/** The cameras that both include. */
export function scopeWithin(one: CameraScope, other: CameraScope): CameraScope {
  if (one === "all") return other;
  return other === "all" ? one : one.filter((camera) => other.includes(camera));
}

/** True if `text` names a right. */
export function isRight(text: string): text is Right {
  return (RIGHTS_OF_ROLE.administrator as ReadonlySet<string>).has(text);
}

/** True if `text` names a role. */
export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}
