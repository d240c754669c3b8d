// Which requests the gateway answers itself, which go to core, and which are files of the web interface.
// Only paths are looked at; nothing is decided here about who may do what.
import { type CameraId, isId } from "../../domain/ids.ts";
import { FLOWS_EDITOR_PATH, FLOWS_PAGES_PATH } from "../../flows/protocol.ts";

export const MEDIA_ROUTES = ["live", "playback", "clip.mp4", "snapshot.jpg"] as const;
/** Resources of core's that are a stream, and are to be had by WebSocket too. */
export const EVENT_PATHS = ["/api/v1/changes", "/api/v1/events"] as const;
export type MediaRouteName = (typeof MEDIA_ROUTES)[number];

export type Route =
  /** Pictures of one camera, made here. */
  | {
      readonly kind: "media";
      readonly name: MediaRouteName;
      readonly camera: CameraId;
      readonly query: URLSearchParams;
    }
  /** Everything else of the API, and `/metrics`; `target` is path and query without the base path. */
  | { readonly kind: "core"; readonly target: string }
  /** Node-RED: its editor, or what flows serve. `target` is path and query without the base path. */
  | { readonly kind: "flows"; readonly right: "flows.edit" | "flows.view"; readonly target: string }
  /** The root certificate, public. */
  | { readonly kind: "ca" }
  /** A file of the web interface, or its index page; `path` begins with a slash. */
  | { readonly kind: "ui"; readonly path: string }
  /** The base path or the editor without its slash: `location` is where the browser is sent. */
  | { readonly kind: "redirect"; readonly location: string }
  | { readonly kind: "outside" }
  | { readonly kind: "malformed" };

const MEDIA_PATTERN = /^\/api\/v1\/cameras\/([^/]{1,200})\/(live|playback|clip\.mp4|snapshot\.jpg)$/;
/** Longest path and query that is looked at; `server.maxHeaderSize` is the outer bound. */
const TARGET_LIMIT = 8192;

/** Says whose a request is. `target` is the request line's, `basePath` is "" or "/something". */
export function classifyRequest(target: string, basePath: string): Route {
  if (!target.startsWith("/") || target.length > TARGET_LIMIT) return { kind: "malformed" };
  if (basePath !== "") {
    if (target === basePath) return { kind: "redirect", location: `${basePath}/` };
    if (!target.startsWith(`${basePath}/`)) return { kind: "outside" };
  }
  const local = target.slice(basePath.length);
  let url: URL;
  try {
    // Not `new URL(local, base)`: "//host" would be taken for another host.
    url = new URL(`http://nightjar${local}`);
  } catch {
    return { kind: "malformed" };
  }
  const path = url.pathname;
  const match = MEDIA_PATTERN.exec(path);
  if (match !== null) {
    const camera = decode(match[1] ?? "");
    if (camera === undefined || !isId(camera)) return { kind: "malformed" };
    return {
      kind: "media",
      name: match[2] as MediaRouteName,
      camera: camera as CameraId,
      query: url.searchParams,
    };
  }
  // The editor asks for its parts by addresses that are relative to this one.
  if (path === FLOWS_EDITOR_PATH) return { kind: "redirect", location: `${basePath}${FLOWS_EDITOR_PATH}/` };
  if (path.startsWith(`${FLOWS_EDITOR_PATH}/`))
    return { kind: "flows", right: "flows.edit", target: path + url.search };
  if (path === FLOWS_PAGES_PATH || path.startsWith(`${FLOWS_PAGES_PATH}/`))
    return { kind: "flows", right: "flows.view", target: path + url.search };
  if (path === "/ca.crt") return { kind: "ca" };
  if (path === "/api" || path.startsWith("/api/") || path === "/metrics") {
    return { kind: "core", target: path + url.search };
  }
  const decoded = decode(path);
  if (decoded === undefined || decoded.includes("\0")) return { kind: "malformed" };
  return { kind: "ui", path: decoded };
}

/** True if what core is asked for is a stream of events. */
export function isEventStream(target: string): boolean {
  const [path] = target.split("?");
  return (EVENT_PATHS as readonly string[]).includes(path ?? "");
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
