// The picture of a plugin as it is handed out: looked at anew each time, for the file may have changed since it was found.
import { extname } from "node:path";
import type { FoundPlugin } from "./discovery.ts";
import { readPackageFile } from "./package-file.ts";
import { checkIcon, ICON_LIMIT_BYTES } from "./plugin-icon.ts";

export interface IconFile {
  readonly type: "image/svg+xml" | "image/png";
  readonly bytes: Buffer;
}

/** The picture; undefined where the package names none, or the file is not what it should be any more. */
export async function readIcon({ manifest, folder }: FoundPlugin): Promise<IconFile | undefined> {
  const { icon } = manifest;
  if (icon === undefined || "reason" in (await checkIcon(folder, icon))) return undefined;
  const bytes = await readPackageFile(folder, icon, ICON_LIMIT_BYTES);
  if ("problem" in bytes) return undefined;
  return { type: extname(icon).toLowerCase() === ".png" ? "image/png" : "image/svg+xml", bytes };
}
