// What the flows process may touch of the machine: Node's own permissions, cut down to the program's files and to what it keeps.
// A function node is code that can get at everything of its process; so the process can get at little: no settings, no
// secrets, no recordings, no programs, no threads, no native code. An administrator may open a wall: folders, programs.
import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { FlowsAllowed } from "../config/flows-config.ts";
import { FLOWS_FOLDER, PALETTE_FOLDER } from "../flows/protocol.ts";
import { RUN_FOLDER } from "./process-contract.ts";

const CORE_FOLDER = realpathSync(resolve(import.meta.dirname, ".."));

/**
 * Arguments for Node, and the recorder's own folders that they name. `dataDir` is absolute. The `folders` of an administrator
 * are those that core has found: nothing is looked up on them here, for a dead share would stop the supervisor.
 */
export function flowsWalls(dataDir: string, { programs, folders }: FlowsAllowed): string[] {
  const writes = [FLOWS_FOLDER, RUN_FOLDER, "logs", "cache/code"].map((name) => join(dataDir, name));
  for (const place of writes) mkdirSync(place, { recursive: true, mode: 0o700 });
  return [
    "--permission",
    "--disable-warning=SecurityWarning",
    ...[...programPlaces(), ...writes, ...folders].map((place) => `--allow-fs-read=${place}`),
    ...[...writes, ...folders].map((place) => `--allow-fs-write=${place}`),
    // The node exec looks whether there is this shell.
    ...(programs ? ["--allow-child-process", "--allow-fs-read=/bin/bash"] : []),
  ];
}

/** The core, and the packages that it loads, wherever npm has put them: beside the program, or around it. */
function programPlaces(): string[] {
  const root = resolve(CORE_FOLDER, "..");
  const packages = [join(CORE_FOLDER, "node_modules"), join(root, "node_modules")];
  try {
    packages.push(resolve(createRequire(import.meta.url).resolve("node-red/package.json"), "../.."));
  } catch {
    // Not installed: then core does not want the process either.
  }
  const real = packages.filter((place) => existsSync(place)).map((place) => realpathSync(place));
  return [...new Set([CORE_FOLDER, PALETTE_FOLDER, join(root, "package.json"), ...real])];
}
