// Where the core's own files lie that a plugin's process runs and may read.
import { existsSync, realpathSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const CHILD = fileURLToPath(new URL("./plugin-child.ts", import.meta.url));
export const CORE_FOLDER = realpathSync(resolve(import.meta.dirname, "../.."));
/** What `@nightjar/core` means there. */
export const CORE_INDEX = pathToFileURL(
  realpathSync(fileURLToPath(new URL("./child-core.ts", import.meta.url))),
).href;
/** Packages of the core's that the plugin's process loads. */
export const PACKAGES = ["typebox"].flatMap(packagePlaces);

/** Where a package of the core's is looked for, and where it lies with all links resolved. */
function packagePlaces(name: string): string[] {
  const above = resolve(CORE_FOLDER, "../..");
  const folders = [join(CORE_FOLDER, "node_modules"), resolve(CORE_FOLDER, "../node_modules")];
  // Once installed, the core lies in a scope beside its packages; in a checkout this would be somebody's whole folder.
  if (basename(above) === "node_modules") folders.push(above);
  const place = folders.map((folder) => join(folder, name)).find((folder) => existsSync(folder));
  return place === undefined ? [] : [...new Set([place, realpathSync(place)])];
}
