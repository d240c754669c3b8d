// Compiled code of plugins' own processes, handed from one box to the next: most of it is the core's, and making it anew is more
// than half of what such a process costs to start.
import { mkdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheDirOf } from "../plugin/host/plugin-entry.ts";
import { type TempDir, tempDir } from "./temp-dir.ts";

let shelf: TempDir | undefined;
let made = 0;
const kept: string[] = [];
let isLast = false;

/** For a process that has one box only, and is ended by force where something keeps it alive: nothing is to stay behind then. */
export function keepNoCode(): void {
  isLast = true;
}

/** Puts code that an earlier box left where the plugin of a new box looks for it. */
export function giveCode(dataDir: string, pluginFolder: string): void {
  const to = codeOf(dataDir, pluginFolder);
  const code = to === undefined ? undefined : kept.pop();
  if (to === undefined || code === undefined) return;
  try {
    mkdirSync(dirname(to), { recursive: true });
    renameSync(code, to);
  } catch {
    // It is a plugin with a name that none may have; the next one gets the code.
    kept.push(code);
  }
}

/** Takes the code out of a box that is over. */
export function keepCode(dataDir: string, pluginFolder: string): void {
  const from = isLast ? undefined : codeOf(dataDir, pluginFolder);
  if (from === undefined) return;
  if (shelf === undefined) {
    shelf = tempDir("nightjar-code-");
    process.once("exit", shelf.remove);
  }
  const to = shelf.join(String(made++));
  try {
    renameSync(from, to);
    kept.push(to);
  } catch {
    // It ran inline, or never.
  }
}

/** Where it lies in a box; undefined for what has no name: that does not run. */
function codeOf(dataDir: string, pluginFolder: string): string | undefined {
  try {
    const card: unknown = JSON.parse(readFileSync(join(pluginFolder, "package.json"), "utf8"));
    const name = (card as { readonly name?: unknown } | null)?.name;
    return typeof name === "string" ? cacheDirOf(dataDir, name) : undefined;
  } catch {
    return undefined;
  }
}
