// The API's routes as they are declared, without a recorder behind them: for pages and tests that go through all of them.
import { apiRoutes } from "../core/http/app.ts";
import type { Route } from "../core/http/route.ts";
import type { HttpServices } from "../core/http/services.ts";

/** All routes but those of plugins. Their handlers must not be called: nothing stands behind the services. */
export function documentedRoutes(): Route[] {
  const nothing: unknown = new Proxy(() => undefined, { get: () => nothing });
  const [, metrics, passes] = [nothing, nothing, nothing] as Parameters<typeof apiRoutes>;
  return apiRoutes(nothing as HttpServices, metrics, passes);
}
