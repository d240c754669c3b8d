// How a sentence of the recorder's is shown, whatever it comes as: with a capital letter at its begin and a full stop at
// its end. Names, paths and addresses stay as they are written.

/** The sentence; an empty one stays empty. */
export function asSentence(text: string): string {
  const whole = text.trim();
  return withStop(withCapital(whole));
}

/** What is written small wherever it stands. */
const SMALL = /^(?:ffmpeg|npm|libgpiod|bubblewrap)\b/;

function withCapital(text: string): string {
  if (SMALL.test(text)) return text;
  // A name or path in front stays as it is: capital letters would change what it names.
  return /^[a-zà-ÿ][a-zà-ÿ'’-]*[\s,]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

function withStop(text: string): string {
  const lastWord = /\S*$/.exec(text)?.[0] ?? "";
  // A stop behind an address, path or command would be typed with it.
  if (lastWord === text || /[/\\`@]|--/.test(lastWord)) return text;
  return /[\p{L}\p{N})\]"'’”%]$/u.test(text) ? `${text}.` : text;
}
