// Where the core's own files lie that a plugin's process runs and may read.
import { existsSync, realpathSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A core whose files the processes of plugins run. */
export interface ChildPlaces {
  /** The program of such a process. */
  readonly program: string;
  /** `file:` address of what `@nightjar/core` means there. */
  readonly core: string;
  /** What it may read: the core's folder, and the packages that it loads, links resolved. */
  readonly reads: readonly string[];
}

const CORE_FOLDER = realpathSync(resolve(import.meta.dirname, "../.."));

/** The running core's. */
export const OWN_PLACES = placesIn(
  CORE_FOLDER,
  fileURLToPath(new URL("./plugin-child.ts", import.meta.url)),
  fileURLToPath(new URL("./child-core.ts", import.meta.url)),
);

/** Those of a core that was put together as it is installed: its processes start in a fraction of the time. */
export function builtPlaces(coreFolder: string): ChildPlaces {
  const folder = join(realpathSync(coreFolder), "plugin/isolated");
  return placesIn(realpathSync(coreFolder), join(folder, "plugin-child.js"), join(folder, "child-core.js"));
}

function placesIn(coreFolder: string, program: string, core: string): ChildPlaces {
  return {
    program,
    core: pathToFileURL(realpathSync(core)).href,
    reads: [coreFolder, ...packagePlaces(coreFolder, "typebox")],
  };
}

/** Where a package of the core's is looked for, and where it lies with all links resolved. */
function packagePlaces(coreFolder: string, name: string): string[] {
  const above = resolve(coreFolder, "../..");
  const folders = [join(coreFolder, "node_modules"), resolve(coreFolder, "../node_modules")];
  // Once installed, the core lies in a scope beside its packages; in a checkout this would be somebody's whole folder.
  if (basename(above) === "node_modules") folders.push(above);
  const place = folders.map((folder) => join(folder, name)).find((folder) => existsSync(folder));
  return place === undefined ? [] : [...new Set([place, realpathSync(place)])];
}
