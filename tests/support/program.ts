// The program that tests start as a process of its own: put together as it is installed where a run of all tests has
// built that (it starts in less than half the time), else the sources.
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");
export const PROGRAM = process.env["NIGHTJAR_TEST_PROGRAM"] ?? join(ROOT, "core/main.ts");
