// A plugin's picture on disk: below its folder with all links resolved, small, and what its name says it is.
import { open, realpath } from "node:fs/promises";
import { extname, join, sep } from "node:path";

export const ICON_LIMIT_BYTES = 128 * 1024;
const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export type IconResult = { readonly path: string } | { readonly reason: string };

/** Looks at the picture at `icon` below `folder`, whose links are resolved. Gives its real path, or what is wrong. */
export async function checkIcon(folder: string, icon: string): Promise<IconResult> {
  let path: string;
  try {
    path = await realpath(join(folder, icon));
  } catch {
    return { reason: "its nightjar.icon is not there" };
  }
  if (!path.startsWith(folder + sep)) return { reason: "its nightjar.icon lies outside its folder" };
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return { reason: "its nightjar.icon cannot be read" };
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size === 0 || stat.size > ICON_LIMIT_BYTES) {
      return { reason: `its nightjar.icon is no file of at most ${ICON_LIMIT_BYTES / 1024} KiB` };
    }
    const head = Buffer.alloc(Math.min(stat.size, 1024));
    await file.read(head, 0, head.length, 0);
    const isPicture =
      extname(path).toLowerCase() === ".png"
        ? head.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE)
        : /^\s*(?:<\?xml|<!--|<!DOCTYPE svg|<svg)/i.test(head.toString("utf8").replace(/^\uFEFF/, ""));
    return isPicture ? { path } : { reason: "its nightjar.icon is not what its name says" };
  } finally {
    await file.close();
  }
}
