// Who makes a request, once known, and the two questions that every door asks about them.
import {
  type CameraRight,
  type CameraScope,
  type Right,
  type Role,
  roleHolds,
  scopeIncludes,
} from "../domain/roles.ts";

/** Where a request comes from, as the gateway vouches for. */
export interface ClientInfo {
  /** IP address; empty for the command line. */
  readonly address: string;
  /** The browser's own connection is TLS. */
  readonly secure: boolean;
  readonly userAgent: string;
}

/** A signed-in account. */
export interface Principal {
  readonly sessionId: string;
  readonly userName: string;
  readonly role: Role;
  readonly cameras: CameraScope;
  /** When the session ends at the latest, unless it is used again. Wall clock in milliseconds. */
  readonly expiresAtMs: number;
}

/** Who changes something, for the audit log. The command line acts without a session. */
export interface Actor {
  readonly userName: string;
  readonly address: string;
  readonly sessionId?: string;
}

/** May the account do this at all? For camera rights: with some camera. */
export function mayDo(principal: Principal, right: Right): boolean {
  return roleHolds(principal.role, right);
}

/** May the account do this with this camera? */
export function mayDoWith(principal: Principal, right: CameraRight, camera: string): boolean {
  return roleHolds(principal.role, right) && scopeIncludes(principal.cameras, camera);
}
