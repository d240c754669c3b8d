// Answers the gateway's question whether a caller may have a camera's pictures: the same accounts, rights and words as
// on the API's own routes, for live sockets, playback, clips and snapshots (attack list A2, A8, A16).
import { cameraMeant } from "../domain/camera-address.ts";
import type { CameraId, StreamName } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import type { Grant, MediaRight, RequestCredentials } from "../gateway/protocol.ts";
import { mayDo, mayDoWith, type Principal } from "../users/principal.ts";
import type { Users } from "../users/users.ts";
import { bearerOf, cookieValue, PLAIN_COOKIE, SECURE_COOKIE, unauthenticated } from "./credentials.ts";
import { cameraNotFound, cameraRefused } from "./router.ts";

export interface AuthorizeOptions {
  readonly users: Pick<Users, "sessions" | "callers" | "tickets" | "streamSignIn">;
  /** Name and streams of a camera, or undefined if there is none. */
  camera(id: string): { readonly name: string; readonly streams: readonly StreamName[] } | undefined;
  /** Ids and names of all cameras. */
  cameras(): readonly { readonly id: string; readonly name: string }[];
  /** Why recordings of a camera are refused to an account although its role allows them. */
  vetoPlayback?(camera: CameraId, userName: string): Promise<string | undefined>;
}

export interface AuthorizeRequest {
  readonly credentials: RequestCredentials;
  readonly camera: string;
  readonly right: MediaRight;
}

/** Makes the judge. It rejects with unauthenticated, permission-denied, or not-found (the same for a camera one may not see). */
export function createAuthorize(options: AuthorizeOptions): (request: AuthorizeRequest) => Promise<Grant> {
  const { sessions, callers, tickets, streamSignIn } = options.users;

  async function identify(request: AuthorizeRequest): Promise<Principal> {
    const { credentials } = request;
    if (credentials.digest !== undefined) {
      if (request.right !== "live") throw denied(request.right);
      return await streamSignIn.authenticate(credentials.digest, credentials.remoteAddress);
    }
    if (credentials.ticket !== undefined) return await byTicket(credentials.ticket, request);
    if (credentials.authorization !== undefined) {
      const token = bearerOf(credentials.authorization);
      return known(
        token === undefined ? undefined : await callers.byBearer(token, credentials.remoteAddress),
      );
    }
    const token =
      cookieValue(credentials.cookie, SECURE_COOKIE) ?? cookieValue(credentials.cookie, PLAIN_COOKIE);
    if (token === undefined) throw unauthenticated();
    // Browsers send Origin with every WebSocket: a foreign page must not watch with its visitor's cookie.
    if (credentials.origin !== undefined && !namesHost(credentials.origin, credentials.host)) {
      throw new NightjarError(
        "NJ_ORIGIN_FOREIGN",
        "permission-denied",
        "pictures are shown on the recorder's own pages only, or with a bearer token or ticket",
      );
    }
    return known(await sessions.authenticate(token));
  }

  async function byTicket(ticket: string, request: AuthorizeRequest): Promise<Principal> {
    const grant = await tickets.redeem(ticket);
    const principal = grant === undefined ? undefined : await callers.find(grant.holderId);
    if (grant === undefined || principal === undefined) throw unauthenticated();
    if (grant.camera !== request.camera) throw cameraNotFound();
    if (!grant.rights.includes(request.right)) throw denied(request.right);
    return { ...principal, expiresAtMs: Math.min(principal.expiresAtMs, grant.expiresAtMs) };
  }

  /** People type addresses of streams by hand: there a camera's name does as well as its id. */
  function meant(request: AuthorizeRequest, principal: Principal): AuthorizeRequest {
    if (request.credentials.digest === undefined) return request;
    const visible = options.cameras().filter(({ id }) => mayDoWith(principal, request.right, id));
    return { ...request, camera: cameraMeant(request.camera, visible)?.id ?? request.camera };
  }

  return async (asked) => {
    const principal = await identify(asked);
    if (!mayDo(principal, asked.right)) throw denied(asked.right);
    const request = meant(asked, principal);
    const camera = options.camera(request.camera);
    if (!mayDoWith(principal, request.right, request.camera) || camera === undefined)
      throw cameraRefused(principal, request.right, request.camera, camera !== undefined);
    if (request.right === "playback" || request.right === "export") {
      const veto = await options.vetoPlayback?.(request.camera as CameraId, principal.userName);
      if (veto !== undefined) throw new NightjarError("NJ_PLAYBACK_REFUSED", "permission-denied", veto);
    }
    return {
      sessionId: principal.sessionId,
      userName: principal.userName,
      camera: { id: request.camera as CameraId, name: camera.name },
      streams: camera.streams,
      expiresAtMs: principal.expiresAtMs,
    };
  };
}

function known(principal: Principal | undefined): Principal {
  if (principal === undefined) throw unauthenticated();
  return principal;
}

function denied(right: MediaRight): NightjarError {
  return new NightjarError("NJ_PERMISSION_DENIED", "permission-denied", `this needs the right ${right}`);
}

function namesHost(origin: string, host: string | undefined): boolean {
  if (host === undefined) return false;
  try {
    const { protocol, origin: own } = new URL(origin);
    return (protocol === "http:" || protocol === "https:") && own === new URL(`${protocol}//${host}`).origin;
  } catch {
    return false;
  }
}
