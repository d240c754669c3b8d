// Makes one file of each package that takes long to read as it lies: TypeBox is 679 files, a fifth of a second of the processor,
// its one file a hundredth; the router would load Node's client for the web. The built program has them the same way. Put in
// place of the packages by whole-packages.mjs, in processes of tests and where `npm start` runs the sources.
// `node scripts/whole-packages.ts` makes them and prints their folder.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { rolldown } from "rolldown";
import { quietBuiltins } from "./build-packages/quiet-builtins.ts";

const PACKAGES = resolve(import.meta.dirname, "../node_modules");
/** By what they are imported as: the package, and its file for that. */
const ENTRIES: Readonly<Record<string, readonly [name: string, entry: string]>> = {
  typebox: ["typebox", "build/index.mjs"],
  "typebox/value": ["typebox", "build/value/index.mjs"],
  "@koa/router": ["@koa/router", "dist/index.mjs"],
};
/** Names the file of each import; it is written last. */
export const PLACES_FILE = "places.json";

/** Answers the folder that holds the files, made once for each set of versions. */
export async function wholePackages(): Promise<string> {
  const names = [...new Set(Object.values(ENTRIES).map(([name]) => name))];
  const folder = join(PACKAGES, ".nightjar", names.map(versioned).join("+"));
  if (existsSync(join(folder, PLACES_FILE))) return folder;
  const unfinished = `${folder}-${process.pid}`;
  const entries = Object.entries(ENTRIES).map(([specifier, [name, entry]]) => ({
    ...{ specifier, file: fileName(specifier), entry: join(PACKAGES, name, entry) },
  }));
  const build = await rolldown({
    input: Object.fromEntries(entries.map(({ file, entry }) => [file, entry])),
    platform: "node",
    // What they import of others is shared with whoever else does.
    external: (id) => !id.startsWith(".") && !isAbsolute(id),
    plugins: [quietBuiltins],
    // The package makes functions of text of its own.
    onLog: () => undefined,
  });
  try {
    await build.write({
      dir: unfinished,
      format: "esm",
      entryFileNames: "[name].mjs",
      chunkFileNames: "[name]-[hash].mjs",
    });
  } finally {
    await build.close();
  }
  mkdirSync(unfinished, { recursive: true });
  const places = Object.fromEntries(entries.map(({ specifier, file }) => [specifier, `${file}.mjs`]));
  writeFileSync(join(unfinished, PLACES_FILE), JSON.stringify(places));
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
  return folder;
}

function versioned(name: string): string {
  const { version } = JSON.parse(readFileSync(join(PACKAGES, name, "package.json"), "utf8")) as {
    version: string;
  };
  return `${fileName(name)}-${version}`;
}

function fileName(specifier: string): string {
  return specifier.replaceAll("@", "").replaceAll("/", "-");
}

if (import.meta.main) process.stdout.write(`${await wholePackages()}\n`);
