// What a route of the API is: method, path, who may call it, the shapes of what goes in and out, and what it does.
// Shapes validate requests and make the OpenAPI document; a route without a policy cannot be written down.
import type { Static, TObject, TSchema } from "typebox";
import type { CameraRight, Right } from "../domain/roles.ts";
import type { ClientInfo, Principal } from "../users/principal.ts";

/** Who may call a route. There is no default. */
export type Policy =
  /** Anybody who reaches the recorder. */
  | { readonly kind: "public" }
  /** Any signed-in account: what concerns nobody but itself. `inPerson`: never a program with an API token. */
  | { readonly kind: "signed-in"; readonly inPerson?: true }
  /** Accounts whose role holds the right. For camera rights the handler sees to which cameras. */
  | { readonly kind: "right"; readonly right: Right; readonly inPerson?: true }
  /** Accounts that hold the right for the camera in the path; to others the camera does not exist. */
  | { readonly kind: "camera"; readonly right: CameraRight; readonly param: string };

export const PUBLIC: Policy = { kind: "public" };
export const SIGNED_IN: Policy = { kind: "signed-in" };

/** The account itself, signed in with its password: what a stolen API token must not reach. */
export const IN_PERSON: Policy = { kind: "signed-in", inPerson: true };

/** Accounts whose role holds the right. */
export function needs(right: Right): Policy {
  return { kind: "right", right };
}

/** Accounts whose role holds the right, signed in with their password; never a program with an API token. */
export function needsInPerson(right: Right): Policy {
  return { kind: "right", right, inPerson: true };
}

/** Accounts that hold the right for the camera named by `:id`. */
export function needsOnCamera(right: CameraRight): Policy {
  return { kind: "camera", right, param: "id" };
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** How the caller proved who they are. */
export type CredentialKind = "cookie" | "bearer";

/** A request whose parts have been checked against the route's shapes. */
export interface RouteRequest<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Who asks. Throws `NJ_UNAUTHENTICATED` on public routes without a session. */
  readonly principal: Principal;
  readonly principalIfAny: Principal | undefined;
  readonly client: ClientInfo;
  /** A header of the request, "" if it has none; of cookies and credentials nothing is told. */
  header(name: "accept" | "last-event-id"): string;
  /** The body as it comes, for routes that take a file. Whoever reads it counts: what is announced is only a promise. */
  readonly file: AsyncIterable<Uint8Array>;
  /** Writes an act of this caller to the audit log. The detail holds no secrets. */
  audit(action: string, detail?: Readonly<Record<string, unknown>>, camera?: string): void;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
}

/** A handler's answer where status, headers or kind of body are not the usual ones. */
export interface RouteAnswer {
  readonly status: number;
  /** Several values of one name go out as several headers. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Objects become JSON; strings and streams are sent with the content type of `headers`. */
  readonly body?: unknown;
}

/** Makes an answer of another status than 200 (204 where there is no body). */
export function answer(
  status: number,
  body?: unknown,
  headers?: Readonly<Record<string, string | string[]>>,
): RouteAnswer & { readonly isAnswer: true } {
  return { isAnswer: true, status, ...(body === undefined ? {} : { body }), ...(headers ? { headers } : {}) };
}

export interface RouteDefinition<P extends TObject, Q extends TObject, B extends TSchema> {
  readonly method: Method;
  /** Below the root, with `:name` for parameters: `/api/v1/cameras/:id`. */
  readonly path: string;
  readonly policy: Policy;
  /** One sentence for the OpenAPI document. */
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** The body is a file of at most so many bytes (`application/octet-stream`), which the handler reads. */
  readonly fileLimitBytes?: number;
  /** Shape of the answer, for the OpenAPI document. */
  readonly response?: TSchema;
  /** Content type of the answer where it is not JSON. */
  readonly contentType?: string;
  /** Status of success, for the OpenAPI document; 200 unless told. */
  readonly status?: number;
  /** Undefined as an answer is 204. */
  handle(request: RouteRequest<Static<P>, Static<Q>, Static<B>>): unknown;
}

/** A route with its shapes' types forgotten: what routers and documents work with. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly policy: Policy;
  readonly summary: string;
  readonly params: TObject | undefined;
  readonly query: TObject | undefined;
  readonly body: TSchema | undefined;
  readonly fileLimitBytes: number | undefined;
  readonly response: TSchema | undefined;
  readonly contentType: string;
  readonly status: number;
  handle(request: RouteRequest<unknown, unknown, unknown>): unknown;
}

/** Writes down a route; its handler gets what the shapes say. */
export function route<P extends TObject, Q extends TObject, B extends TSchema>(
  definition: RouteDefinition<P, Q, B>,
): Route {
  return {
    method: definition.method,
    path: definition.path,
    policy: definition.policy,
    summary: definition.summary,
    params: definition.params,
    query: definition.query,
    body: definition.body,
    fileLimitBytes: definition.fileLimitBytes,
    response: definition.response,
    contentType: definition.contentType ?? "application/json",
    status: definition.status ?? (definition.response === undefined ? 204 : 200),
    // The router validates against exactly these shapes before it calls, which is what this cast rests on.
    handle: (request) => definition.handle(request as RouteRequest<Static<P>, Static<Q>, Static<B>>),
  };
}
