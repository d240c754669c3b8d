// Speaks to the recorder's HTTP API under /api/v1 with the session cookie, in the types that are generated from the API's
// own description. Knows no page.
// A refusal becomes an ApiError that carries the problem document; a lost network becomes one with code NJ_UI_OFFLINE.
import type { Operations } from "./generated.ts";
import type { Problem } from "./types.ts";

/** The recorder said no, or could not be reached. `message` is the recorder's own sentence. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** Plain facts of the sentence, to say it in other languages. */
  readonly context: NonNullable<Problem["context"]>;
  readonly fields: NonNullable<Problem["errors"]>;

  constructor(problem: Omit<Problem, "type">) {
    super(problem.detail);
    this.name = new.target.name;
    this.status = problem.status;
    this.code = problem.code;
    this.context = problem.context ?? {};
    this.fields = problem.errors ?? [];
  }
}

/** Folder that the interface is served from, with a trailing slash: "/" or "/nvr/". */
export function basePath(): string {
  return new URL(document.baseURI).pathname;
}

/** URL of an API resource: `apiUrl("/cameras")`. */
export function apiUrl(path: string): string {
  return `${basePath()}api/v1${path}`;
}

/** The same for a WebSocket. */
export function socketUrl(path: string): string {
  const url = new URL(apiUrl(path), location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** What pages ask by themselves, without anybody there, says so: it keeps no idle session alive. */
const BACKGROUND = { "x-nightjar-background": "1" };

let onUnauthenticated: (reason: unknown) => void = () => undefined;

/** Registers what happens when the recorder no longer knows this session: with `idle` or `over` where its time has run out. */
export function whenUnauthenticated(action: (reason: unknown) => void): void {
  onUnauthenticated = action;
}

/** An operation of the API: `"PATCH /cameras/{id}"`. */
export type Operation = keyof Operations;
/** What it answers. */
export type Answer<K extends Operation> = Operations[K]["answer"];
/** What it is given: `path`, `query`, `body` or `file`, as it needs; and a signal that gives the call up. */
export type Given<K extends Operation> = Omit<Operations[K], "answer"> & {
  readonly signal?: AbortSignal | undefined;
};
type Arguments<K extends Operation> =
  Record<never, never> extends Given<K> ? [given?: Given<K>] : [given: Given<K>];

/** Any operation's parts, for what is the same for all. */
interface Parts {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly file?: Blob;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls the API: `call("GET /cameras/{id}", { path: { id } })`. Rejects with {@link ApiError}, or with an AbortError
 * where the signal fired.
 */
export function call<K extends Operation>(operation: K, ...[given]: Arguments<K>): Promise<Answer<K>> {
  const parts: Parts = given ?? {};
  const [method = "", pattern = ""] = operation.split(" ");
  const path = withQuery(filled(pattern, parts.path ?? {}), parts.query ?? {});
  if (parts.file !== undefined) {
    return ask(method, path, parts.file, "application/octet-stream", parts.signal);
  }
  return api(method, path, parts.body, parts.signal);
}

/** Calls what only reads without counting as a use of the session. Rejects as {@link call} does. */
export function askInBackground<K extends Operation>(
  operation: K,
  ...[given]: Arguments<K>
): Promise<Answer<K>> {
  const parts: Parts = given ?? {};
  const [method = "", pattern = ""] = operation.split(" ");
  const path = withQuery(filled(pattern, parts.path ?? {}), parts.query ?? {});
  return ask(method, path, undefined, undefined, parts.signal, BACKGROUND);
}

/** The address of a resource with its parts, for pictures and links. */
export function addressOf<K extends Operation>(
  operation: K,
  given: Omit<Given<K>, "body" | "file" | "signal">,
): string {
  const parts: Parts = given;
  const [, pattern = ""] = operation.split(" ");
  return apiUrl(withQuery(filled(pattern, parts.path ?? {}), parts.query ?? {}));
}

/** Asks for a file; answers it with the name that the recorder gives it. Rejects as {@link call} does. */
export async function takeFile<K extends Operation>(
  operation: K,
  ...[given]: Arguments<K>
): Promise<{ readonly blob: Blob; readonly name: string }> {
  const parts: Parts = given ?? {};
  const [method = "", pattern = ""] = operation.split(" ");
  const path = withQuery(filled(pattern, parts.path ?? {}), parts.query ?? {});
  const body = method === "GET" ? undefined : JSON.stringify(parts.body ?? {});
  const response = await request(method, path, body, "application/json", parts.signal);
  const name = /filename="([^"/\\]{1,200})"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  return { blob: await response.blob(), name: name ?? "nightjar.bin" };
}

/**
 * Calls what no description names: the resources of a plugin. A body is sent as JSON. Rejects as {@link call} does.
 */
export function api<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const text = method === "GET" ? undefined : JSON.stringify(body ?? {});
  return ask<T>(method, path, text, method === "GET" ? undefined : "application/json", signal);
}

function filled(pattern: string, values: Readonly<Record<string, string>>): string {
  return pattern.replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(values[name] ?? ""));
}

function withQuery(path: string, query: NonNullable<Parts["query"]>): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) pairs.set(name, String(value));
  const text = pairs.toString();
  return text === "" ? path : `${path}?${text}`;
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value;
}

async function refusal(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const problem = isProblem(body)
    ? { ...body, status: response.status, detail: body.detail ?? body.title }
    : {
        status: response.status,
        title: response.statusText,
        code: `HTTP_${response.status}`,
        detail: response.statusText,
      };
  return new ApiError(problem);
}

async function ask<T>(
  method: string,
  path: string,
  body: string | Blob | undefined,
  contentType: string | undefined,
  signal: AbortSignal | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const response = await request(method, path, body, contentType, signal, headers);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

async function request(
  method: string,
  path: string,
  body: string | Blob | undefined,
  contentType: string | undefined,
  signal: AbortSignal | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(apiUrl(path), {
      method,
      credentials: "same-origin",
      headers: {
        accept: "application/json",
        ...headers,
        ...(contentType === undefined ? {} : { "content-type": contentType }),
      },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError({ status: 0, title: "offline", code: "NJ_UI_OFFLINE", detail: "" });
  }
  if (!response.ok) {
    const refused = await refusal(response);
    if (response.status === 401 && path !== "/session" && path !== "/activate")
      onUnauthenticated(refused.context["case"]);
    throw refused;
  }
  return response;
}
