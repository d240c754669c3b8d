// Serves the built web interface from memory: read once, compressed once, found by name in a map, so that no path
// from outside ever reaches the file system (attack list A11). Read again when its index page changes on disk.
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, sep } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { httpError, sendProblem } from "./problem.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

const compress = promisify(gzip);
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".map": "application/json",
  ".txt": "text/plain; charset=utf-8",
  ".mp4": "video/mp4",
};
const COMPRESSIBLE = new Set([
  ".html",
  ".js",
  ".mjs",
  ".css",
  ".json",
  ".webmanifest",
  ".svg",
  ".map",
  ".txt",
]);
/** Names that Vite gives to built files: a hash before the extension, so that the content never changes. */
const HASHED = /-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;
const FILE_LIMIT_BYTES = 16 * 1024 * 1024;
const FILES_LIMIT = 2_000;
const LOOK_EVERY_MS = 1_000;

interface StaticFile {
  readonly body: Buffer;
  readonly gzipped: Buffer | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
}

/** The files of `ui/dist`. */
export class StaticUi {
  readonly #folder: string;
  readonly #log: Log;
  #files: ReadonlyMap<string, StaticFile> = new Map();
  #stamp = "";
  /** The path that the index page was last read for, or is being. */
  #basePath: string | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | undefined;

  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Answers a request for `path` (decoded, with a leading slash). `basePath` goes into the index page. */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    basePath: string,
  ): Promise<void> {
    if (request.method !== "GET" && request.method !== "HEAD") {
      sendProblem(response, httpError(405, "NJ_METHOD_NOT_ALLOWED", "only GET and HEAD are understood here"));
      return;
    }
    await this.#refresh(basePath);
    const file = this.#files.get(path) ?? (extname(path) === "" ? this.#files.get("/index.html") : undefined);
    if (file === undefined) {
      const missing =
        this.#files.size === 0
          ? new NightjarError(
              "NJ_UI_MISSING",
              "unavailable",
              "the web interface is not built: run `npm run build:ui`",
            )
          : new NightjarError("NJ_NOT_FOUND", "not-found", "there is no such file");
      sendProblem(response, missing, request.method === "HEAD");
      return;
    }
    this.#send(request, response, file);
  }

  #send(request: IncomingMessage, response: ServerResponse, file: StaticFile): void {
    const wanted = request.headers["if-none-match"];
    if (wanted?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === file.etag) === true) {
      response.writeHead(304, { etag: file.etag, "cache-control": file.headers["cache-control"] });
      response.end();
      return;
    }
    const zipped =
      file.gzipped !== undefined && /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
    const body = zipped && file.gzipped !== undefined ? file.gzipped : file.body;
    response.writeHead(200, {
      ...file.headers,
      "content-length": body.length,
      ...(zipped ? { "content-encoding": "gzip" } : {}),
    });
    response.end(request.method === "HEAD" ? undefined : body);
  }

  /** Looks at most once a second whether the interface was built anew. */
  async #refresh(basePath: string): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS && this.#basePath === basePath) {
      await this.#loading;
      return;
    }
    // What is on its way may be for the path of before.
    if (this.#basePath !== basePath) await this.#loading;
    this.#lookedAtMs = nowMs;
    this.#basePath = basePath;
    this.#loading ??= this.#load(basePath).finally(() => {
      this.#loading = undefined;
    });
    await this.#loading;
  }

  async #load(basePath: string): Promise<void> {
    try {
      const index = await stat(join(this.#folder, "index.html"));
      const stamp = `${index.mtimeMs} ${index.size} ${index.ino} ${basePath}`;
      if (stamp === this.#stamp) return;
      const files = new Map<string, StaticFile>();
      const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true });
      for (const entry of entries.slice(0, FILES_LIMIT)) {
        // Links are left out: what they lead to may lie anywhere.
        if (!entry.isFile()) continue;
        const full = join(entry.parentPath, entry.name);
        const name = full
          .slice(this.#folder.replace(/[/\\]$/, "").length)
          .split(sep)
          .join("/");
        const content = await readFile(full);
        if (content.length <= FILE_LIMIT_BYTES) files.set(name, await prepare(name, content, basePath));
      }
      this.#files = files;
      this.#stamp = stamp;
    } catch (error) {
      // A build in progress has no index page for a moment: what was read before goes on being served.
      this.#log.debug("the web interface could not be read", { folder: this.#folder, reason: String(error) });
    }
  }
}

async function prepare(name: string, content: Buffer, basePath: string): Promise<StaticFile> {
  const body = name === "/index.html" ? withBase(content, basePath) : content;
  const extension = extname(name);
  const zipped =
    COMPRESSIBLE.has(extension) && body.length > 512 ? await compress(body, { level: 9 }) : undefined;
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
  const immutable = name.startsWith("/assets/") && HASHED.test(name);
  return {
    body,
    gzipped: zipped !== undefined && zipped.length < body.length ? zipped : undefined,
    etag,
    headers: {
      ...SECURITY_HEADERS,
      "content-type": MEDIA_TYPES[extension] ?? "application/octet-stream",
      "cache-control": immutable ? "public, max-age=31536000, immutable" : "no-cache",
      etag,
      vary: "accept-encoding",
    },
  };
}

/** Relative addresses of the index page hold at any depth, and below a reverse proxy's path, through `<base>`. */
function withBase(page: Buffer, basePath: string): Buffer {
  const text = page.toString("utf8");
  if (/<base\b/i.test(text)) return page;
  const safe = basePath.replace(/[^A-Za-z0-9/_.~-]/g, "");
  return Buffer.from(text.replace(/<head[^>]*>/i, (head) => `${head}<base href="${safe}/">`));
}
