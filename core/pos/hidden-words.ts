// What must not be kept of a till's lines: words that its owner names, and numbers of payment cards. It is hidden before
// anybody sees the line, plugins too. Pure.

const HIDDEN = "***";
/** 12 to 19 figures, perhaps parted by single blanks or hyphens, as card numbers are (ISO/IEC 7812-1). */
const CARD_NUMBER = /(?<!\d)\d(?:[ -]?\d){11,18}(?!\d)/g;

/** Makes what hides; `words` in either case of letters. */
export function hiding(words: readonly string[], cardNumbers: boolean): (line: string) => string {
  const named = words.map((word) => word.toLowerCase()).toSorted((a, b) => b.length - a.length);
  return (line) => {
    const plain = cardNumbers ? line.replace(CARD_NUMBER, lastFour) : line;
    return named.reduce(withoutWord, plain);
  };
}

function lastFour(number: string): string {
  return `${HIDDEN}${number.replace(/\D/g, "").slice(-4)}`;
}

function withoutWord(line: string, word: string): string {
  const low = line.toLowerCase();
  // Some letters change their length with their case: then places in one are none in the other.
  if (low.length !== line.length) return low.includes(word) ? HIDDEN : line;
  let result = "";
  let at = 0;
  for (let found = low.indexOf(word); found !== -1; found = low.indexOf(word, at)) {
    result += line.slice(at, found) + HIDDEN;
    at = found + word.length;
  }
  return result + line.slice(at);
}
