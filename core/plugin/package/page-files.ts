// Reads the files of a plugin's page: below its folder, of a known type, bounded.
import { extname } from "node:path";
import { readPackageFile } from "./package-file.ts";

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
  if (type === undefined) return undefined;
  const bytes = await readPackageFile(folder, path, FILE_LIMIT_BYTES);
  // Not there, too large, elsewhere: for whoever asks it is the same.
  return "problem" in bytes ? undefined : { type, bytes };
}
