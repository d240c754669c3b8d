// Which passwords are taken: at least 12 characters, not one that everybody tries first, and nothing else. No rules of
// composition: they make passwords worse (NIST SP 800-63B §3.1.1; ASVS 5.0 6.2.1, 6.2.4, 6.2.5). What is known by its
// pattern is here; the list of leaked ones is core/users/common-password-list.ts. Pure.
import { COMMON_PASSWORD_WORDS } from "./common-passwords.ts";

export const PASSWORD_MIN_CHARACTERS = 12;
/** Far above what people type; bounds the work of hashing. */
export const PASSWORD_MAX_CHARACTERS = 1024;

/** What is said of a password that everybody tries first, whichever way it was found out. */
export const COMMON_PASSWORD =
  "the password is one of those that are tried first: several unusual words make a good one";

const LONGEST_WORD = 16;
/** What fingers do by themselves: counting, the alphabet, walks over a keyboard's rows and columns. */
const WALKS = [
  "01234567890",
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiop",
  "qwertzuiop",
  "azertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "yxcvbnm",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
  "zaq1xsw2cde3vfr4bgt5nhy6mju7",
  "1qazxsw23edcvfr45tgbnhy6",
  "zaq12wsxcde34rfvbgt56yhn",
  "qazwsxedcrfvtgbyhnujm",
  "1q2w3e4r5t6z7u8i9o0p",
  "q1w2e3r4t5z6u7i8o9p0",
  "1q2w3e4r5t6y7u8i9o0p",
  "q1w2e3r4t5y6u7i8o9p0",
  "1a2b3c4d5e6f7g8h9i0j",
  "a1b2c3d4e5f6g7h8i9j0",
];
const RUNS = WALKS.flatMap((walk) => [walk, [...walk].reverse().join("")]);
/** Fewer letters than this among figures and signs are decoration themselves. */
const LETTERS_OF_A_WORD = 3;
const LEET: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

/**
 * Says in a sentence why a password cannot be taken; undefined if it can. `userName` may not make up the password.
 */
export function passwordProblem(password: string, userName = ""): string | undefined {
  const characters = [...password.normalize("NFC")].length;
  if (characters < PASSWORD_MIN_CHARACTERS) {
    return `the password has ${characters} characters, it needs at least ${PASSWORD_MIN_CHARACTERS}`;
  }
  if (characters > PASSWORD_MAX_CHARACTERS) {
    return `the password is longer than ${PASSWORD_MAX_CHARACTERS} characters`;
  }
  if (isCommon(password, userName)) {
    return COMMON_PASSWORD;
  }
  return undefined;
}

/**
 * What a password is to be looked up as in a list of leaked ones: as typed and with figures read as letters, whole and
 * without the figures and signs around it, as long as these are the smaller half.
 */
export function listedForms(password: string): readonly string[] {
  const text = inLowerCase(password);
  const forms = [text];
  for (const part of [text.replace(/\P{L}+$/u, ""), withoutDecoration(text)])
    if (part.length * 2 >= text.length) forms.push(part);
  return [...new Set(forms.flatMap((form) => [form, asLetters(form)]))];
}

/** As lists of leaked passwords are compared: without a difference of case or of equivalent characters. */
export function inLowerCase(password: string): string {
  return password.normalize("NFKC").toLowerCase();
}

/** A password without the figures and signs around it. */
export function withoutDecoration(text: string): string {
  return text.replace(/^\P{L}+|\P{L}+$/gu, "");
}

/** Figures and signs read as the letters that they stand for: "p4ssw0rd" is "password". */
function asLetters(text: string): string {
  return [...text].map((character) => LEET[character] ?? character).join("");
}

function isCommon(password: string, userName: string): boolean {
  const text = inLowerCase(password);
  if (new Set(text).size < 5 || isRepetition(text)) return true;
  if ((text.match(/\p{L}/gu) ?? []).length < LETTERS_OF_A_WORD) return true;
  const words = new Set(COMMON_PASSWORD_WORDS);
  if (userName.length >= 3) words.add(userName.toLowerCase());
  return isMadeOf(text, asLetters(text), words);
}

/** "abcabcabcabc": one piece of up to a third of the length, over and over (the last time perhaps cut). */
function isRepetition(text: string): boolean {
  for (let period = 1; period <= text.length / 3; period += 1) {
    let same = true;
    for (let index = period; index < text.length && same; index += 1)
      same = text[index] === text[index - period];
    if (same) return true;
  }
  return false;
}

/**
 * True if the text is nothing but at most two different common words with figures, runs and signs around them.
 * Each position knows the fewest different words that lead to it.
 */
function isMadeOf(text: string, spelled: string, words: ReadonlySet<string>): boolean {
  if (text.length > 64) return false;
  const reached: (ReadonlySet<string> | undefined)[] = [new Set<string>()];
  for (let end = 1; end <= text.length; end += 1) {
    let best: ReadonlySet<string> | undefined;
    const offer = (used: ReadonlySet<string> | undefined, word?: string): void => {
      if (used === undefined) return;
      const next = word === undefined || used.has(word) ? used : new Set([...used, word]);
      if (best === undefined || next.size < best.size) best = next;
    };
    if (/[\p{N}\p{P}\p{S}\s]/u.test(text[end - 1] ?? "")) offer(reached[end - 1]);
    for (let start = Math.max(0, end - LONGEST_WORD); start <= end - 3; start += 1) {
      const piece = text.slice(start, end);
      const word = words.has(piece) ? piece : spelled.slice(start, end);
      if (words.has(word)) offer(reached[start], word);
      else if (RUNS.some((run) => run.includes(piece))) offer(reached[start]);
    }
    reached[end] = best;
  }
  const used = reached[text.length];
  return used !== undefined && used.size <= 2;
}
