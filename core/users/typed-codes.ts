// Codes that people type from a console or from paper: four groups of four characters, 80 random bits. Hashed plainly
// where they are stored, as tokens are: nobody guesses them.
import { randomInt } from "node:crypto";

/** Crockford's base 32: no letter that looks like a figure. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS = 16;
const GROUP = 4;
/** Longer than any code with its hyphens; bounds the work on what is typed. */
const TYPED_LIMIT = 64;

/** A new code: `7Q2M-…`. */
export function newTypedCode(): string {
  let code = "";
  for (let index = 0; index < CHARACTERS; index += 1) {
    if (index > 0 && index % GROUP === 0) code += "-";
    code += ALPHABET[randomInt(ALPHABET.length)] ?? "";
  }
  return code;
}

/** The bare characters of what people type: any case, with or without hyphens, with O for 0 and I or L for 1. */
export function bareCode(typed: string): string {
  return typed
    .slice(0, TYPED_LIMIT)
    .toUpperCase()
    .replace(/[\s-]/g, "")
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1");
}
