// What a plugin registers to be asked over HTTP: a description of a route, and what answers it. The core authenticates,
// checks the right and the shapes, and hands over plain data: a plugin never sees a socket, a cookie or a token.
import type { TObject, TSchema } from "typebox";

/** A request as a plugin sees it: checked, and plain data. */
export interface PluginRequest {
  /** Values of the path's `:names`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** Account that asks. */
  readonly userName: string;
}

/** A resource of a plugin's own below `/api/v1/plugins/<package>/`. */
export interface PluginRoute {
  /** Unique within the plugin. */
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the plugin's own place, with `:name` for parameters: `/lamps/:lamp`. */
  readonly path: string;
  /** The right that a caller must hold: one of the recorder's own, as `settings.edit`. */
  readonly permission: string;
  /**
   * For whoever is signed in, never for a program with an API token: what reaches further than the token may, because it is
   * done in the name of the account later.
   */
  readonly inPerson?: boolean;
  /** One sentence for the description of the API. */
  readonly summary: string;
  readonly query?: TObject;
  readonly body?: TSchema;
  readonly response?: TSchema;
  /**
   * Answers with plain data (200), or with nothing (204). A thrown {@link NightjarError} becomes a problem by its kind.
   * Has ten seconds; `context.signal` aborts when the caller has gone.
   */
  handle(request: PluginRequest, context: { readonly signal: AbortSignal }): Promise<unknown>;
}
