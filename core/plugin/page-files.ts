// Reads the files of a plugin's page: below its folder with all links resolved, of a known type, bounded.
import { open, realpath } from "node:fs/promises";
import { extname, join, sep } from "node:path";

const FILE_LIMIT_BYTES = 8 * 1024 * 1024;
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};

export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
}

/** The file at `path` below `folder`; undefined if there is none that may be shown. */
export async function readPageFile(folder: string, path: string): Promise<PageFile | undefined> {
  const type = TYPES[extname(path).toLowerCase()];
  if (type === undefined || path.includes("\0")) return undefined;
  try {
    const root = await realpath(folder);
    const real = await realpath(join(root, path));
    if (!real.startsWith(root + sep)) return undefined;
    const file = await open(real, "r");
    try {
      const stat = await file.stat();
      if (!stat.isFile() || stat.size > FILE_LIMIT_BYTES) return undefined;
      return { type, bytes: await file.readFile() };
    } finally {
      await file.close();
    }
  } catch {
    // Not there, or not to be read: for whoever asks it is the same.
    return undefined;
  }
}
