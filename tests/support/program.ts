// The program that tests start as a process of its own: put together as it is installed where a run of all tests has
// built that (it starts in less than half the time), else the sources.
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

export const ROOT = resolve(import.meta.dirname, "../..");
export const PROGRAM = process.env["NIGHTJAR_TEST_PROGRAM"] ?? join(ROOT, "core/main.ts");

/** For processes that run the sources: packages of hundreds of files are read from one each where a run has made it. */
export const WHOLE_PACKAGES: readonly string[] =
  process.env["NIGHTJAR_WHOLE_PACKAGES"] === undefined
    ? []
    : ["--import", pathToFileURL(join(ROOT, "scripts/whole-packages.mjs")).href];
