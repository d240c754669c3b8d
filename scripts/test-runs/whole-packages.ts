// Makes one file of each package that lies in hundreds and that nearly all tests load: reading TypeBox takes a fifth of a
// second of the processor, its one file a hundredth. The built program has it the same way. Put in place of the packages by
// whole-packages.mjs, in the processes of tests alone.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";

const PACKAGE = "typebox";
/** By what they are imported as. */
const ENTRIES: Readonly<Record<string, string>> = {
  typebox: "build/index.mjs",
  "typebox/value": "build/value/index.mjs",
};
/** Names the file of each import; it is written last. */
export const PLACES_FILE = "places.json";

/** Answers the folder that holds the files, made once for each version of the package. */
export async function wholePackages(): Promise<string> {
  const from = resolve("node_modules", PACKAGE);
  const { version } = JSON.parse(readFileSync(join(from, "package.json"), "utf8")) as { version: string };
  const folder = resolve("node_modules/.nightjar", `${PACKAGE}-${version}`);
  if (existsSync(join(folder, PLACES_FILE))) return folder;
  const unfinished = `${folder}-${process.pid}`;
  const names = Object.keys(ENTRIES).map((entry) => [entry, entry.replaceAll("/", "-")] as const);
  const build = await rolldown({
    input: Object.fromEntries(names.map(([entry, name]) => [name, join(from, ENTRIES[entry] ?? "")])),
    platform: "node",
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
  const places = Object.fromEntries(names.map(([entry, name]) => [entry, `${name}.mjs`]));
  writeFileSync(join(unfinished, PLACES_FILE), JSON.stringify(places));
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
  return folder;
}
