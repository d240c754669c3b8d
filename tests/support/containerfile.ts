// Reads the Containerfile and .containerignore for the tests: instructions, and what is copied from the checkout.
import { readFileSync } from "node:fs";
import { join, matchesGlob, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** All instructions in their order, continued lines joined. */
export const instructions: readonly Instruction[] = readFileSync(join(ROOT, "Containerfile"), "utf8")
  .replaceAll(/^#.*\n/gm, "")
  .replaceAll(/\\\n\s*/g, "")
  .split("\n")
  .filter((line) => line.trim() !== "")
  .map((line) => ({ name: line.split(" ", 1)[0] ?? "", text: line.slice(line.indexOf(" ") + 1) }));

/** The texts of all instructions of that name. */
export function all(name: string): string[] {
  return instructions.filter((instruction) => instruction.name === name).map(({ text }) => text);
}

/** The text of the last one, which is in force. */
export function last(name: string): string {
  return all(name).at(-1) ?? "";
}

/** What is copied from the checkout, in order. */
export const copies: readonly { readonly sources: readonly string[]; readonly target: string }[] = all("COPY")
  .filter((text) => !text.startsWith("--from="))
  .map((text) => text.split(" "))
  .map((words) => ({ sources: words.slice(0, -1), target: words.at(-1) ?? "" }));

const ignored = readFileSync(join(ROOT, ".containerignore"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

/** True for a path below the checkout that no build sees. */
export function isIgnored(path: string): boolean {
  return ignored.some((pattern) => matchesGlob(path, pattern));
}
