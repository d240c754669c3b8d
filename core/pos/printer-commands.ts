// Takes the commands of receipt printers (ESC/POS) out of what a till sends, and leaves the text. A cut of the paper ends the
// line. What is not known is taken for a command without arguments: at worst a letter is left over.
//
//   ESC 1B, GS 1D, FS 1C, DLE 10, then a letter that says which command; its arguments follow

const ESC = 0x1b;
const GS = 0x1d;
const FS = 0x1c;
const DLE = 0x10;
const LINE_END = 0x0a;
/** No picture on a receipt is larger; a command that says so hides no more text than that. */
const SKIP_LIMIT_BYTES = 128 * 1024;
const ARGUMENTS_LIMIT = 8;

const lengths = (of: Readonly<Record<number, string>>): ReadonlyMap<number, number> =>
  new Map(
    Object.entries(of).flatMap(([count, letters]) =>
      [...letters].map((letter): [number, number] => [letter.charCodeAt(0), Number(count)]),
    ),
  );

/** How many bytes follow the letter of a command, where that is always the same. */
const FIXED: Readonly<Record<number, ReadonlyMap<number, number>>> = {
  [ESC]: lengths({ 0: "@2SLim<", 1: "!aEGMRtdJ3-{VrTU= &%?", 2: "$\\c", 3: "p", 8: "W" }),
  [GS]: lengths({ 0: ":", 1: "!BHfhwarI/bT^", 2: "LWP$\\" }),
  [FS]: lengths({ 0: "&.", 1: "!-CW", 2: "Sp" }),
  [DLE]: new Map([
    [0x04, 1],
    [0x05, 1],
    [0x14, 3],
  ]),
};

/** The commands of one connection; they may come in pieces. */
export class PrinterCommands {
  #lead: number | undefined;
  #letter: number | undefined;
  #arguments: number[] = [];
  #skip = 0;
  #untilZero = false;

  /** The text in these bytes. */
  textOf(bytes: Uint8Array): Uint8Array {
    const text: number[] = [];
    for (const byte of bytes) {
      if (this.#skip > 0) this.#skip -= 1;
      else if (this.#untilZero) this.#untilZero = byte !== 0;
      else if (this.#letter !== undefined) this.#argument(byte, text);
      else if (this.#lead !== undefined) this.#begin(byte, text);
      else if (byte === ESC || byte === GS || byte === FS || byte === DLE) this.#lead = byte;
      else text.push(byte);
    }
    return Uint8Array.from(text);
  }

  #begin(letter: number, text: number[]): void {
    const fixed = FIXED[this.#lead ?? 0]?.get(letter);
    if (fixed !== undefined) {
      this.#skip = fixed;
      this.#lead = undefined;
      if (this.#isCut(letter)) text.push(LINE_END);
    } else if (this.#lead === ESC && letter === 0x44) {
      // ESC D: places of tabs, up to a zero.
      this.#untilZero = true;
      this.#lead = undefined;
    } else if (lengthOf(this.#lead ?? 0, letter, []) === undefined) {
      this.#lead = undefined;
    } else {
      this.#letter = letter;
      this.#arguments = [];
    }
  }

  #isCut(letter: number): boolean {
    return letter === 0x69 || letter === 0x6d;
  }

  #argument(byte: number, text: number[]): void {
    const [lead = 0, letter = 0] = [this.#lead, this.#letter];
    this.#arguments.push(byte);
    const length = lengthOf(lead, letter, this.#arguments);
    if (length === "more" && this.#arguments.length < ARGUMENTS_LIMIT) return;
    if (lead === GS && letter === 0x56) text.push(LINE_END);
    this.#untilZero = length === "until-zero";
    this.#skip = typeof length === "number" ? Math.min(SKIP_LIMIT_BYTES, length) : 0;
    this.#lead = undefined;
    this.#letter = undefined;
  }
}

/** How many bytes follow the arguments that have come; undefined: no command of this kind. */
function lengthOf(
  lead: number,
  letter: number,
  given: readonly number[],
): number | "more" | "until-zero" | undefined {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = given;
  const need = (count: number, length: () => number | "until-zero") =>
    given.length < count ? "more" : length();
  switch (`${lead} ${String.fromCharCode(letter)}`) {
    // ESC *: a picture of one line, n columns of one or three bytes.
    case `${ESC} *`:
      return need(3, () => (b + c * 256) * (a >= 32 ? 3 : 1));
    // GS V: a cut; two of its kinds have a length.
    case `${GS} V`:
      return need(1, () => (a === 65 || a === 66 || a === 97 || a === 98 || a === 103 || a === 104 ? 1 : 0));
    // GS k: a bar code, ended by zero or with its length.
    case `${GS} k`:
      return given.length === 0 ? "more" : a <= 6 ? "until-zero" : need(2, () => b);
    // GS v 0: a picture of x bytes by y dots.
    case `${GS} v`:
      return need(6, () => (c + d * 256) * (e + f * 256));
    case `${GS} *`:
      return need(2, () => a * b * 8);
    // GS ( and FS (: a function with its length.
    case `${GS} (`:
    case `${FS} (`:
      return need(3, () => b + c * 256);
    default:
      return undefined;
  }
}
