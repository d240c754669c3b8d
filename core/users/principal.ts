// Who makes a request, once known, and the two questions that every door asks about them.
import {
  CAMERA_RIGHTS,
  type CameraRight,
  type CameraScope,
  RIGHTS_OF_ROLE,
  type Right,
  type Role,
  roleHolds,
  scopeHolds,
} from "../domain/roles.ts";

/** Where a request comes from, as the gateway vouches for. */
export interface ClientInfo {
  /** IP address; empty for the command line. */
  readonly address: string;
  /** The browser's own connection is TLS. */
  readonly secure: boolean;
  readonly userAgent: string;
  /** What a browser keeps of having signed in before; only signing in looks at it. */
  readonly deviceCookie?: string | undefined;
}

/** The API token that a program acts with, as the audit log names it. */
export interface TokenName {
  readonly id: string;
  readonly name: string;
}

/** A signed-in account, or a program with a token of one. */
export interface Principal {
  /** Of the session; of the token where a program acts. What is opened under it ends with it. */
  readonly sessionId: string;
  readonly userName: string;
  readonly role: Role;
  readonly cameras: CameraScope;
  /** When the session ends at the latest, unless it is used again. Wall clock in milliseconds. */
  readonly expiresAtMs: number;
  /** Only where a program acts: the rights that it was given narrow those of the account. */
  readonly token?: TokenName & {
    readonly rights: ReadonlySet<Right>;
    /** Undefined: never. */
    readonly expiresAtMs: number | undefined;
  };
}

/** Who changes something, for the audit log. The command line acts without a session. */
export interface Actor {
  readonly userName: string;
  readonly address: string;
  readonly sessionId?: string;
  /** The token that it was done with, if a program did it. */
  readonly token?: TokenName | undefined;
}

/** What rights follow from: of whoever asks, or of an account that nobody is signed in with. */
export type Holder = Pick<Principal, "role" | "cameras" | "token">;

/** May the account do this at all? For camera rights: with some camera. */
export function mayDo(principal: Omit<Holder, "cameras">, right: Right): boolean {
  return roleHolds(principal.role, right) && (principal.token?.rights.has(right) ?? true);
}

/** All that the account may do, or the program with its token. */
export function rightsOf(principal: Principal): Right[] {
  return [...RIGHTS_OF_ROLE[principal.role]].filter((right) => mayDo(principal, right));
}

/** What is left of an account's rights for the cameras with which it may do less. */
export function narrowedRights(principal: Principal): Record<string, Right[]> {
  if (principal.cameras === "all") return {};
  const narrowed = principal.cameras.filter((camera) => typeof camera !== "string");
  return Object.fromEntries(
    narrowed.map(({ id }) => [id, CAMERA_RIGHTS.filter((right) => mayDoWith(principal, right, id))]),
  );
}

/** May the account do this with this camera? */
export function mayDoWith(principal: Holder, right: CameraRight, camera: string): boolean {
  return mayDo(principal, right) && scopeHolds(principal.cameras, right, camera);
}

/** The recorder's own events, of no camera, are for who runs it and sees all of it. */
export function seesRecorder(principal: Holder): boolean {
  return mayDo(principal, "system.view") && principal.cameras === "all";
}

/** May the account do this with an event, of a camera or of the recorder itself? */
export function mayDoWithEvent(principal: Holder, right: CameraRight, camera: string | undefined): boolean {
  if (camera !== undefined) return mayDoWith(principal, right, camera);
  return mayDo(principal, right) && seesRecorder(principal);
}
