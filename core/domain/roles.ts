// Who may do what: the closed tables of roles and rights (docs/design/security.md). Default deny: a right that a role
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

/** What can be withheld for a single camera. Whoever has the camera at all sees that it is there. */
export const GRANTABLE_RIGHTS = CAMERA_RIGHTS.filter((right) => right !== "cameras.view");
export type GrantableRight = (typeof GRANTABLE_RIGHTS)[number];

/** A camera for which fewer rights hold than the role has: those of both. */
export interface NarrowedCamera {
  readonly id: string;
  readonly rights: readonly GrantableRight[];
}

/** The cameras that an account may see: all of them; or these, each with all that the role may, or with less. */
export type CameraScope = "all" | readonly (string | NarrowedCamera)[];

/** True if the role holds the right at all (for camera rights: for the cameras in its scope). */
export function roleHolds(role: Role, right: Right): boolean {
  return RIGHTS_OF_ROLE[role].has(right);
}

/** True if the scope includes the camera, with whichever rights. */
export function scopeIncludes(scope: CameraScope, camera: string): boolean {
  return scope === "all" || scope.some((one) => idOf(one) === camera);
}

/** True if the scope leaves the right for the camera. Of a camera that is named twice, what both say. */
export function scopeHolds(scope: CameraScope, right: CameraRight, camera: string): boolean {
  if (scope === "all") return true;
  const named = scope.filter((one) => idOf(one) === camera);
  return named.length > 0 && named.every((one) => rightsFor(one).includes(right));
}

/** What both include, with the rights that both leave. */
export function scopeWithin(one: CameraScope, other: CameraScope): CameraScope {
  if (one === "all") return other;
  if (other === "all") return one;
  return one.flatMap((camera) => {
    const id = idOf(camera);
    if (!scopeIncludes(other, id)) return [];
    const rights = GRANTABLE_RIGHTS.filter(
      (right) => rightsFor(camera).includes(right) && scopeHolds(other, right, id),
    );
    return [rights.length === GRANTABLE_RIGHTS.length ? id : { id, rights }];
  });
}

/** The ids of a scope's cameras, each once. */
export function scopedIds(scope: CameraScope): "all" | string[] {
  return scope === "all" ? "all" : [...new Set(scope.map(idOf))];
}

function idOf(camera: string | NarrowedCamera): string {
  return typeof camera === "string" ? camera : camera.id;
}

/** The rights that an entry of a scope leaves. */
export function rightsFor(camera: string | NarrowedCamera): readonly CameraRight[] {
  if (typeof camera === "string") return CAMERA_RIGHTS;
  return [...camera.rights, "cameras.view"];
}

/** True if `text` names a right that can be withheld for a single camera. */
export function isGrantable(text: string): text is GrantableRight {
  return (GRANTABLE_RIGHTS as readonly string[]).includes(text);
}

/** True if `text` names a right over cameras. */
export function isCameraRight(text: string): text is CameraRight {
  return (CAMERA_RIGHTS as readonly string[]).includes(text);
}

/** True if `text` names a right. */
export function isRight(text: string): text is Right {
  return (RIGHTS_OF_ROLE.administrator as ReadonlySet<string>).has(text);
}

/** True if `text` names a role. */
export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}
