// Speaks to the recorder's HTTP API under /api/v1 with the session cookie. Knows no page.
// A refusal becomes an ApiError that carries the problem document; a lost network becomes one with code NJ_UI_OFFLINE.
import type { Problem } from "./types.ts";

/** The recorder said no, or could not be reached. `message` is the recorder's own sentence. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: readonly { readonly path: string; readonly message: string }[];

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = new.target.name;
    this.status = problem.status;
    this.code = problem.code;
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

let onUnauthenticated: () => void = () => undefined;

/** Registers what happens when the recorder no longer knows this session. */
export function whenUnauthenticated(action: () => void): void {
  onUnauthenticated = action;
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value;
}

async function refusal(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const problem: Problem = isProblem(body)
    ? { ...body, status: response.status, detail: body.detail ?? body.title }
    : {
        status: response.status,
        title: response.statusText,
        code: `HTTP_${response.status}`,
        detail: response.statusText,
      };
  return new ApiError(problem);
}

/** Sends a file. Rejects as {@link api} does. */
export function sendFile<T>(path: string, file: Blob, signal?: AbortSignal): Promise<T> {
  return ask<T>("POST", path, file, "application/octet-stream", signal);
}

/**
 * Calls the API. A body is sent as JSON. Rejects with {@link ApiError}, or with an AbortError where `signal` fired.
 */
export function api<T>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const text = method === "GET" ? undefined : JSON.stringify(body ?? {});
  return ask<T>(method, path, text, method === "GET" ? undefined : "application/json", signal);
}

/** Asks for a file; answers it with the name that the recorder gives it. Rejects as {@link api} does. */
export async function takeFile(
  path: string,
  body: unknown,
): Promise<{ readonly blob: Blob; readonly name: string }> {
  const response = await request("POST", path, JSON.stringify(body), "application/json", undefined);
  const name = /filename="([^"/\\]{1,200})"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  return { blob: await response.blob(), name: name ?? "nightjar.bin" };
}

async function ask<T>(
  method: string,
  path: string,
  body: string | Blob | undefined,
  contentType: string | undefined,
  signal: AbortSignal | undefined,
): Promise<T> {
  const response = await request(method, path, body, contentType, signal);
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
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(apiUrl(path), {
      method,
      credentials: "same-origin",
      headers: {
        accept: "application/json",
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
    if (response.status === 401 && path !== "/session" && path !== "/activate") onUnauthenticated();
    throw await refusal(response);
  }
  return response;
}
