// Loaded before anything else (`--import`) by a process that runs the sources: reads packages that lie in hundreds of files from
// the one that whole-packages.ts has made of each, in the folder that the environment names. Without that, everything is read
// as it lies.
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.env.NIGHTJAR_WHOLE_PACKAGES;
if (folder !== undefined) {
  const files = Object.entries(JSON.parse(readFileSync(join(folder, "places.json"), "utf8")));
  const places = new Map(files.map(([name, file]) => [name, pathToFileURL(join(folder, file)).href]));
  registerHooks({
    resolve(specifier, context, next) {
      // Each is a module for `import`; what is required, by packages of others, is another file.
      const url = context.conditions.includes("import") ? places.get(specifier) : undefined;
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
    },
  });
}
