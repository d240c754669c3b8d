// The API as a Koa application on a Unix socket that only the gateway reaches: security headers,
// problems, figures, routes. Ports, TLS and the addresses of clients are the gateway's business.

import { chmod, rm } from "node:fs/promises";
import type { Server } from "node:http";
import Koa from "koa";
import helmet from "koa-helmet";
import { Type } from "typebox";
import type { Log } from "../log.ts";
import { createServer } from "../node-http.ts";
import { ChangeFeed } from "./change-feed.ts";
import { GATEWAY_ROUTES } from "./gateway-routes.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { openApiDocument } from "./openapi.ts";
import { PagePasses } from "./page-passes.ts";
import { pluginPageFiles, pluginPageRoutes } from "./plugin-pages.ts";
import { pluginResources, routeOf } from "./plugin-resources.ts";
import { httpError, type ProblemAnswer, problemAnswer } from "./problem.ts";
import { answer, needs, type Route, route, SIGNED_IN } from "./route.ts";
import { routeMiddleware } from "./router.ts";
import { apiTokenRoutes } from "./routes/api-token-routes.ts";
import { armingRoutes } from "./routes/arming-routes.ts";
import { auditRoutes } from "./routes/audit-routes.ts";
import { cameraRoutes } from "./routes/camera-routes.ts";
import { certificateRoutes } from "./routes/certificate-routes.ts";
import { changeRoutes } from "./routes/change-routes.ts";
import { clusterRoutes } from "./routes/cluster-routes.ts";
import { detectionRoutes } from "./routes/detection-routes.ts";
import { eventRoutes } from "./routes/event-routes.ts";
import { eventTypeRoutes } from "./routes/event-type-routes.ts";
import { exceptionRoutes } from "./routes/exception-routes.ts";
import { explainRoutes } from "./routes/explain-routes.ts";
import { flowsRoutes } from "./routes/flows-routes.ts";
import { healthRoutes } from "./routes/health-routes.ts";
import { inputRoutes } from "./routes/input-routes.ts";
import { linkageRoutes } from "./routes/linkage-routes.ts";
import { motionRoutes } from "./routes/motion-routes.ts";
import { mqttRoutes } from "./routes/mqtt-routes.ts";
import { outputRoutes } from "./routes/output-routes.ts";
import { pluginInstallRoutes } from "./routes/plugin-install-routes.ts";
import { pluginRegistryRoutes } from "./routes/plugin-registry-routes.ts";
import { pluginRoutes } from "./routes/plugin-routes.ts";
import { pluginSettingsRoutes } from "./routes/plugin-settings-routes.ts";
import { ptzRoutes } from "./routes/ptz-routes.ts";
import { recordingRoutes } from "./routes/recording-routes.ts";
import { secondFactorRoutes } from "./routes/second-factor-routes.ts";
import { sessionListRoutes } from "./routes/session-list-routes.ts";
import { sessionRoutes } from "./routes/session-routes.ts";
import { settingsRoutes } from "./routes/settings-routes.ts";
import { settingsTransferRoutes } from "./routes/settings-transfer-routes.ts";
import { storageRoutes } from "./routes/storage-routes.ts";
import { streamPasswordRoutes } from "./routes/stream-password-routes.ts";
import { systemRoutes } from "./routes/system-routes.ts";
import { tillRoutes } from "./routes/till-routes.ts";
import { userRoutes } from "./routes/user-routes.ts";
import type { HttpServices } from "./services.ts";

export { ChangeFeed };

const HEADERS_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 32 * 1024;

export interface HttpApp {
  /** Serves on a Unix socket (0600), or on a loopback port where tests need one. */
  listen(target: string | { readonly port: number }): Promise<Server>;
  close(): Promise<void>;
  /** All routes that are served, for tests and documents. */
  readonly routes: readonly Route[];
}

/** Puts the API together. Throws `NJ_ROUTE_WITHOUT_POLICY` if a route is not protected. */
export function createHttpApp(services: HttpServices): HttpApp {
  const metrics = createMetrics(services);
  const passes = new PagePasses(services.clock);
  const routes = apiRoutes(services, metrics, passes);
  const serveRoutes = routeMiddleware(routes, services);
  services.changes.judgeBy(async (id) => {
    const principal = await services.users.callers.find(id);
    // Whatever has run out is told of with the reason.
    if (principal === undefined) await services.users.sessions.sweep();
    return principal;
  });
  const stopTelling = services.users.sessions.onRevoked("api", (ids, reason) => {
    services.changes.endSessions(ids, reason);
    passes.endSessions(ids);
  });
  const app = new Koa();
  app.use(async (context, next) => {
    const start = performance.now();
    try {
      await next();
      if (context.status === 404 && context.body === undefined) {
        throw httpError(404, "NJ_ROUTE_UNKNOWN", "there is no such resource");
      }
    } catch (error) {
      const problem = problemAnswer(error);
      if (problem.status >= 500) logFailure(services.log, context, problem, error);
      context.status = problem.status;
      context.set(problem.headers);
      context.set("content-type", "application/problem+json");
      context.body = JSON.stringify(problem.body);
    }
    const path = (context as typeof context & { _matchedRoute?: unknown })._matchedRoute;
    const known = typeof path === "string" ? path : "unknown";
    metrics.request(context.method, known, context.status, (performance.now() - start) / 1000);
  });
  app.use(securityHeaders());
  app.use(serveRoutes);
  app.use(pluginPageFiles(services, passes));
  app.use(pluginResources(services));
  // Koa would print to the console; what is left here are broken connections.
  app.on("error", (error: unknown) => {
    services.log.debug("a connection to the API broke", { reason: String(error) });
  });

  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, app.callback());
  // Only the gateway asks, which gives up bodies that come to a standstill, and bounds them.
  server.requestTimeout = 0;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  // And keeps connections for its next request: one that ended by itself just then would cost that request its answer.
  server.keepAliveTimeout = 0;
  return {
    routes,
    async listen(target) {
      if (typeof target === "string") await rm(target, { force: true });
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        const done = () => {
          server.off("error", reject);
          resolve();
        };
        if (typeof target === "string") server.listen(target, done);
        else server.listen(target.port, "127.0.0.1", done);
      });
      if (typeof target === "string") await chmod(target, 0o600);
      return server;
    },
    async close() {
      stopTelling();
      services.changes.close();
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** All routes of the API. */
export function apiRoutes(services: HttpServices, metrics: Metrics, passes: PagePasses): Route[] {
  const routes: Route[] = [
    ...sessionRoutes(services),
    ...secondFactorRoutes(services),
    ...sessionListRoutes(services),
    ...apiTokenRoutes(services),
    ...streamPasswordRoutes(services),
    ...userRoutes(services),
    ...auditRoutes(services),
    ...cameraRoutes(services),
    ...recordingRoutes(services),
    ...pluginRoutes(services),
    ...pluginPageRoutes(services, passes),
    ...pluginInstallRoutes(services),
    ...pluginSettingsRoutes(services),
    ...pluginRegistryRoutes(services),
    ...systemRoutes(services),
    ...eventRoutes(services),
    ...eventTypeRoutes(services),
    ...exceptionRoutes(services),
    ...explainRoutes(services),
    ...armingRoutes(services),
    ...linkageRoutes(services),
    ...ptzRoutes(services),
    ...outputRoutes(services),
    ...inputRoutes(services),
    ...changeRoutes(services),
    ...storageRoutes(services),
    ...healthRoutes(services),
    ...settingsRoutes(services),
    ...settingsTransferRoutes(services),
    ...certificateRoutes(services),
    ...clusterRoutes(services),
    ...mqttRoutes(services),
    ...flowsRoutes(services),
    ...tillRoutes(services),
    ...detectionRoutes(services),
    ...motionRoutes(services),
    route({
      method: "GET",
      path: "/metrics",
      policy: needs("metrics.view"),
      summary: "Figures for Prometheus.",
      contentType: "text/plain",
      response: Type.String(),
      handle: async () => answer(200, await metrics.text(), { "content-type": metrics.contentType }),
    }),
  ];
  routes.push(
    route({
      method: "GET",
      path: "/api/v1/openapi.json",
      policy: SIGNED_IN,
      summary: "This description.",
      response: Type.Record(Type.String(), Type.Unknown(), { description: "An OpenAPI 3.1 document." }),
      handle() {
        const ofPlugins = services.plugins
          .list()
          .flatMap(({ name }) => services.plugins.routesOf(name).map((entry) => routeOf(name, entry)));
        const document = openApiDocument([...routes, ...GATEWAY_ROUTES, ...ofPlugins], services.version);
        return answer(200, JSON.stringify(document), { "content-type": "application/json" });
      },
    }),
  );
  return routes;
}

/** A fault of our own with its place; somebody else's absence, which the caller was told of, in a sentence. */
function logFailure(log: Log, context: Koa.Context, { status, body }: ProblemAnswer, error: unknown): void {
  const fields = { method: context.method, path: context.path.slice(0, 200), code: body.code };
  if (status === 503 || status === 504) {
    log.info("a request could not be served now", { ...fields, reason: body.detail });
    return;
  }
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log.error("a request failed", { ...fields, reason });
}

function securityHeaders(): Koa.Middleware {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        workerSrc: ["'self'", "blob:"],
        mediaSrc: ["'self'", "blob:"],
        imgSrc: ["'self'", "data:", "blob:"],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: "deny" },
    referrerPolicy: { policy: "no-referrer" },
    // The certificate is the recorder's own: a browser that was told to insist on HTTPS could be locked out.
    hsts: false,
  }) as unknown as Koa.Middleware;
}
