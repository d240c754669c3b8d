// The pages of plugins: opened by an account that holds the page's right, then served file by file to the closed frame
// that shows it. The frame has no origin, no cookie and no network; it speaks with the page around it alone (nightjar.js).
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Middleware } from "koa";
import { Type } from "typebox";
import { NightjarError } from "../errors.ts";
import { type PageFile, readPageFile } from "../plugin/package/page-files.ts";
import { mayDo } from "../users/principal.ts";
import { ELEMENT_FILE, elementPage } from "./element-page.ts";
import type { PagePasses } from "./page-passes.ts";
import { httpError } from "./problem.ts";
import { type Route, route, SIGNED_IN } from "./route.ts";
import type { HttpServices } from "./services.ts";

const BRIDGE = join(import.meta.dirname, "page-bridge");
/** Ours, beside the plugin's own files. */
const BRIDGE_FILES: readonly string[] = ["nightjar.js", "nightjar-element.js"];
const FILE = /^\/api\/v1\/plugins\/page\/(nj_[\w-]{43})\/([\w./@-]{0,300})$/;
// Names the frame's own files by the word for its address, which holds although the sandbox takes its origin away.
const CONTENT_POLICY = [
  "sandbox allow-scripts allow-forms",
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

/** The route that opens a page. */
export function pluginPageRoutes({ plugins }: HttpServices, passes: PagePasses): Route[] {
  return [
    route({
      method: "POST",
      path: "/api/v1/plugins/page",
      policy: SIGNED_IN,
      summary:
        "Opens a plugin's page for this session, if it holds the page's right. The address lasts 12 hours.",
      body: Type.Object({ name: Type.String({ maxLength: 214 }) }, { additionalProperties: false }),
      response: Type.Object({
        address: Type.String({ description: "Below /api/v1, for a sandboxed frame." }),
        title: Type.String(),
      }),
      handle({ body, principal }) {
        const page = plugins.pageOf(body.name);
        // One answer for pages that are not there and for those that this account may not open.
        if (page === undefined || !mayDo(principal, page.permission)) {
          throw new NightjarError(
            "NJ_PLUGIN_NOT_FOUND",
            "not-found",
            "there is no such page for this account",
          );
        }
        const pass = passes.issue(body.name, principal.sessionId);
        return { address: `/plugins/page/${pass}/index.html`, title: page.title };
      },
    }),
  ];
}

/** Serves the files of pages to whoever has a pass. */
export function pluginPageFiles({ plugins }: HttpServices, passes: PagePasses): Middleware {
  return async (context, next) => {
    const [, pass = "", path = ""] = FILE.exec(context.path) ?? [];
    if (pass === "" || context.method !== "GET") return next();
    const plugin = passes.pluginOf(pass);
    const page = plugin === undefined ? undefined : plugins.pageOf(plugin);
    const file =
      plugin === undefined || page === undefined ? undefined : await pageFile(plugin, page.folder, path);
    if (file === undefined) throw httpError(404, "NJ_ROUTE_UNKNOWN", "there is no such file");
    context.set({
      "content-type": file.type,
      "content-security-policy": CONTENT_POLICY,
      "cache-control": "private, no-cache",
      // The frame has no origin: without these two it could not load its own modules and pictures.
      "access-control-allow-origin": "*",
      "cross-origin-resource-policy": "cross-origin",
    });
    context.remove("x-frame-options");
    (context as typeof context & { _matchedRoute: string })._matchedRoute = "/api/v1/plugins/page/*";
    context.body = file.bytes;
  };
}

async function pageFile(plugin: string, folder: string, path: string): Promise<PageFile | undefined> {
  if (BRIDGE_FILES.includes(path))
    return { type: "text/javascript; charset=utf-8", bytes: await readFile(join(BRIDGE, path)) };
  const file = await readPageFile(folder, path);
  if (file !== undefined || path !== "index.html") return file;
  // It has no document of its own: is it a custom element?
  const element = await readPageFile(folder, ELEMENT_FILE);
  return element && { type: "text/html; charset=utf-8", bytes: elementPage(plugin) };
}
