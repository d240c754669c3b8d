// The passwords that leaked most often, as a list that is read when somebody sets one and forgotten again: common-passwords.bin,
// made by scripts/write-common-passwords.ts (decision 0020). It holds the first 32 bits of each one's SHA-256, in order, 4 bytes
// each, big-endian: one good password in some ten thousand is refused for nothing.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { listedForms } from "../domain/password-rules.ts";
import { NightjarError } from "../errors.ts";

const ENTRY_BYTES = 4;
const LIST = new URL("./common-passwords.bin", import.meta.url);

/** Shared by those who ask while it goes on. */
let reading: Promise<Buffer> | undefined;

/** What stands in the list for a password. */
export function listEntry(form: string): number {
  return createHash("sha256").update(form).digest().readUInt32BE(0);
}

/** True for one of the list, whatever figures and signs stand around it. Throws `NJ_PASSWORD_LIST_UNREADABLE`. */
export async function isOnCommonList(password: string): Promise<boolean> {
  reading ??= readFile(LIST).finally(() => {
    reading = undefined;
  });
  const list = await reading.catch((error: unknown) => {
    throw new NightjarError(
      "NJ_PASSWORD_LIST_UNREADABLE",
      "internal",
      "the list of common passwords, a part of Nightjar, cannot be read: install Nightjar again",
      {},
      error,
    );
  });
  return listedForms(password).some((form) => holds(list, listEntry(form)));
}

function holds(list: Buffer, entry: number): boolean {
  let low = 0;
  let high = Math.floor(list.length / ENTRY_BYTES) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = list.readUInt32BE(middle * ENTRY_BYTES);
    if (found === entry) return true;
    if (found < entry) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}
