// How letters outside ASCII lie in the built package: as escapes, which say the same. A single one in a file has V8 keep its whole
// text in two bytes a letter, and turn it into UTF-8 again at each start to see whether what it compiled before still fits: the
// core process holds 3.5 MB less without, and is up sooner.
import type { Plugin } from "rolldown";

const LETTERS = /(\\*)([^\0-\x7f]+)/g;

/** Escapes them in all that was put together, at the very end: Rolldown's own last step writes each letter as itself. */
export const plainLetters: Plugin = {
  name: "plain-letters",
  generateBundle(_options, bundle) {
    for (const part of Object.values(bundle))
      if (part.type === "chunk") part.code = inPlainLetters(part.code);
  },
};

/** The same program, in ASCII alone. */
export function inPlainLetters(code: string): string {
  return code.replaceAll(LETTERS, (_, before: string, letters: string) => {
    const escapes = Array.from(
      { length: letters.length },
      (_each, at) => `\\u${letters.charCodeAt(at).toString(16).padStart(4, "0")}`,
    );
    // A backslash of its own before a letter says nothing, and would take the escape's.
    return `${before.length % 2 === 1 ? before.slice(1) : before}${escapes.join("")}`;
  });
}
