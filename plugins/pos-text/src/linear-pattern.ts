// Regular expressions that take linear time whatever the text: the usual notation without look-around and back-references,
// run as a set of threads that step through the text together (Thompson 1968, Pike). A pattern of an owner's can therefore
// not hold up the recorder, as one of JavaScript's own can.
//
//   a . \d \w \s \D \W \S \t \. [a-z] [^a-z] ^ $ \b (…) (?:…) | * + ? {2} {2,5} {2,} and *? +? ?? {2,5}?
import { NightjarError } from "@nightjar/core";

/** Steps of a compiled pattern: what is repeated counts as often as it is. */
const STEPS_LIMIT = 200;
const REPEAT_LIMIT = 100;

type Test = (letter: string) => boolean;
type Step =
  | { readonly op: "letter"; readonly test: Test }
  | { readonly op: "split"; first: number; second: number }
  | { readonly op: "jump"; to: number }
  | { readonly op: "save"; readonly slot: number }
  | { readonly op: "at"; readonly place: "begin" | "end" | "word" }
  | { readonly op: "found" };

type Node =
  | { readonly kind: "letter"; readonly test: Test }
  | { readonly kind: "at"; readonly place: "begin" | "end" | "word" }
  | { readonly kind: "all" | "any"; readonly of: readonly Node[] }
  | { readonly kind: "group"; readonly number: number; readonly of: Node }
  | {
      readonly kind: "repeat";
      readonly of: Node;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    };

/** A compiled pattern. */
export interface LinearPattern {
  /** The whole match and its groups, as `RegExp.exec` gives them; undefined: there is none. */
  exec(text: string): (string | undefined)[] | undefined;
}

const isDigit: Test = (letter) => letter >= "0" && letter <= "9";
const isWord: Test = (letter) => /^[\p{L}\p{N}_]$/u.test(letter);
const isSpace: Test = (letter) => /^\s$/.test(letter);
const not =
  (test: Test): Test =>
  (letter) =>
    !test(letter);
const CLASSES: Readonly<Record<string, Test>> = {
  ...{ d: isDigit, w: isWord, s: isSpace },
  ...{ D: not(isDigit), W: not(isWord), S: not(isSpace) },
};

/** Compiles a pattern; letters match in either case. Throws `NJ_POS_PATTERN` with what is wrong with it. */
export function linearPattern(source: string): LinearPattern {
  const { node, groups } = new Reader(source).read();
  const steps: Step[] = [];
  emit({ kind: "group", number: 0, of: node }, steps);
  push(steps, { op: "found" });
  return { exec: (text) => run(steps, [...text], groups + 1) };
}

/** Reads the notation. */
class Reader {
  readonly #source: readonly string[];
  #at = 0;
  #groups = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = [...source];
  }

  read(): { readonly node: Node; readonly groups: number } {
    const node = this.#choice();
    if (this.#at < this.#source.length) throw wrong("there is a ) too many");
    return { node, groups: this.#groups };
  }

  #choice(): Node {
    const ways = [this.#row()];
    while (this.#source[this.#at] === "|") {
      this.#at += 1;
      ways.push(this.#row());
    }
    return ways.length === 1 ? (ways[0] as Node) : { kind: "any", of: ways };
  }

  #row(): Node {
    const of: Node[] = [];
    while (this.#at < this.#source.length && !"|)".includes(this.#source[this.#at] ?? ""))
      of.push(this.#repeated());
    return { kind: "all", of };
  }

  #repeated(): Node {
    const of = this.#one();
    const bounds = this.#bounds();
    if (bounds === undefined) return of;
    if (of.kind === "at") throw wrong("a place cannot be repeated");
    const lazy = this.#source[this.#at] === "?";
    if (lazy) this.#at += 1;
    if (this.#bounds() !== undefined) throw wrong("there is nothing to repeat");
    return { kind: "repeat", of, ...bounds, lazy };
  }

  #bounds(): { readonly least: number; readonly most: number } | undefined {
    const sign = this.#source[this.#at];
    const known = { "*": [0, Infinity], "+": [1, Infinity], "?": [0, 1] }[sign ?? ""];
    if (known !== undefined) {
      this.#at += 1;
      return { least: known[0] ?? 0, most: known[1] ?? 1 };
    }
    const [whole = "", first = "", comma, second = ""] =
      /^\{(\d{1,3})(,)?(\d{1,3})?\}/.exec(this.#source.slice(this.#at, this.#at + 10).join("")) ?? [];
    if (whole === "") return undefined;
    this.#at += whole.length;
    const least = Number(first);
    const most = comma === undefined ? least : second === "" ? Infinity : Number(second);
    if (most < least || least > REPEAT_LIMIT || (most !== Infinity && most > REPEAT_LIMIT))
      throw wrong(`something is repeated ${REPEAT_LIMIT} times at most, and the smaller number comes first`);
    return { least, most };
  }

  #one(): Node {
    const letter = this.#source[this.#at] ?? "";
    this.#at += 1;
    switch (letter) {
      case "(":
        return this.#group();
      case "[":
        return { kind: "letter", test: this.#class() };
      case "\\":
        return this.#escaped();
      case ".":
        return { kind: "letter", test: () => true };
      case "^":
        return { kind: "at", place: "begin" };
      case "$":
        return { kind: "at", place: "end" };
      case "*":
      case "+":
      case "?":
        throw wrong("there is nothing to repeat");
      default:
        return { kind: "letter", test: same(letter) };
    }
  }

  #group(): Node {
    this.#depth += 1;
    if (this.#depth > 20) throw wrong("its groups lie too deep in each other");
    let number: number | undefined;
    if (this.#source[this.#at] === "?") {
      if (this.#source[this.#at + 1] !== ":")
        throw wrong("it looks ahead or back, or names a group: that is not offered");
      this.#at += 2;
    } else {
      this.#groups += 1;
      number = this.#groups;
    }
    const of = this.#choice();
    if (this.#source[this.#at] !== ")") throw wrong("a ( is not closed");
    this.#at += 1;
    this.#depth -= 1;
    return number === undefined ? of : { kind: "group", number, of };
  }

  #escaped(): Node {
    const letter = this.#source[this.#at];
    this.#at += 1;
    if (letter === undefined) throw wrong("it ends with a \\");
    if (letter === "b") return { kind: "at", place: "word" };
    return { kind: "letter", test: CLASSES[letter] ?? same(this.#plain(letter)) };
  }

  /** What an escaped letter stands for. */
  #plain(letter: string): string {
    if (letter === "t") return "\t";
    if (/[A-Za-z0-9]/.test(letter)) throw wrong(`\\${letter} is not offered`);
    return letter;
  }

  #class(): Test {
    const isNot = this.#source[this.#at] === "^";
    if (isNot) this.#at += 1;
    const tests: Test[] = [];
    while (this.#source[this.#at] !== "]" || tests.length === 0) {
      if (this.#at >= this.#source.length) throw wrong("a [ is not closed");
      const from = this.#member();
      if (typeof from === "function") tests.push(from);
      else if (this.#source[this.#at] === "-" && (this.#source[this.#at + 1] ?? "]") !== "]") {
        this.#at += 1;
        const to = this.#member();
        if (typeof to === "function" || order(to) < order(from)) throw wrong("a range in [ ] is none");
        tests.push(eitherCase((letter) => order(letter) >= order(from) && order(letter) <= order(to)));
      } else tests.push(same(from));
    }
    this.#at += 1;
    return (letter) => tests.some((test) => test(letter)) !== isNot;
  }

  #member(): string | Test {
    const letter = this.#source[this.#at] ?? "";
    this.#at += 1;
    if (letter !== "\\") return letter;
    const escaped = this.#source[this.#at] ?? "";
    this.#at += 1;
    if (escaped === "") throw wrong("it ends with a \\");
    return CLASSES[escaped] ?? this.#plain(escaped);
  }
}

const order = (letter: string): number => letter.codePointAt(0) ?? 0;
const eitherCase =
  (test: Test): Test =>
  (letter) =>
    test(letter) || test(letter.toLowerCase()) || test(letter.toUpperCase());

function same(letter: string): Test {
  const small = letter.toLowerCase();
  return (other) => other === letter || other.toLowerCase() === small;
}

function push(steps: Step[], step: Step): void {
  if (steps.length >= STEPS_LIMIT) throw wrong("it is too long, with what it repeats");
  steps.push(step);
}

function emit(node: Node, steps: Step[]): void {
  switch (node.kind) {
    case "letter":
      push(steps, { op: "letter", test: node.test });
      return;
    case "at":
      push(steps, { op: "at", place: node.place });
      return;
    case "all":
      for (const each of node.of) emit(each, steps);
      return;
    case "group":
      push(steps, { op: "save", slot: node.number * 2 });
      emit(node.of, steps);
      push(steps, { op: "save", slot: node.number * 2 + 1 });
      return;
    case "any": {
      const jumps: { op: "jump"; to: number }[] = [];
      for (const [index, way] of node.of.entries()) {
        if (index === node.of.length - 1) {
          emit(way, steps);
          break;
        }
        const split: Step & { op: "split" } = { op: "split", first: steps.length + 1, second: 0 };
        push(steps, split);
        emit(way, steps);
        const jump: Step & { op: "jump" } = { op: "jump", to: 0 };
        push(steps, jump);
        jumps.push(jump);
        split.second = steps.length;
      }
      for (const jump of jumps) jump.to = steps.length;
      return;
    }
    case "repeat":
      emitRepeat(node, steps);
  }
}

function emitRepeat({ of, least, most, lazy }: Node & { kind: "repeat" }, steps: Step[]): void {
  for (let count = 0; count < least; count += 1) emit(of, steps);
  const fork = (): Step & { op: "split" } => {
    const split: Step & { op: "split" } = { op: "split", first: 0, second: 0 };
    push(steps, split);
    return split;
  };
  const aim = (split: Step & { op: "split" }, inner: number, outer: number): void => {
    split.first = lazy ? outer : inner;
    split.second = lazy ? inner : outer;
  };
  if (most === Infinity) {
    const split = fork();
    const inner = steps.length;
    emit(of, steps);
    push(steps, { op: "jump", to: inner - 1 });
    aim(split, inner, steps.length);
    return;
  }
  const splits: [Step & { op: "split" }, number][] = [];
  for (let count = least; count < most; count += 1) {
    const split = fork();
    splits.push([split, steps.length]);
    emit(of, steps);
  }
  for (const [split, inner] of splits) aim(split, inner, steps.length);
}

interface Thread {
  readonly step: number;
  readonly saved: readonly (number | undefined)[];
}

function run(
  steps: readonly Step[],
  text: readonly string[],
  groups: number,
): (string | undefined)[] | undefined {
  let now: Thread[] = [];
  let best: readonly (number | undefined)[] | undefined;
  const seen = new Int32Array(steps.length).fill(-1);
  const isWordAt = (at: number): boolean => at >= 0 && at < text.length && isWord(text[at] ?? "");

  /** Follows what takes no letter; each step once for each place, so that the work is bounded. */
  function follow(to: Thread[], step: number, saved: Thread["saved"], at: number): void {
    if (seen[step] === at) return;
    seen[step] = at;
    const here = steps[step];
    switch (here?.op) {
      case "jump":
        follow(to, here.to, saved, at);
        return;
      case "split":
        follow(to, here.first, saved, at);
        follow(to, here.second, saved, at);
        return;
      case "save": {
        const next = [...saved];
        next[here.slot] = at;
        follow(to, step + 1, next, at);
        return;
      }
      case "at": {
        const holds =
          here.place === "begin"
            ? at === 0
            : here.place === "end"
              ? at === text.length
              : isWordAt(at - 1) !== isWordAt(at);
        if (holds) follow(to, step + 1, saved, at);
        return;
      }
      default:
        to.push({ step, saved });
    }
  }

  for (let at = 0; at <= text.length; at += 1) {
    // Marks are of the place, and threads of it have been followed when the letter before was taken.
    if (best === undefined) follow(now, 0, [], at);
    if (now.length === 0 && best !== undefined) break;
    const next: Thread[] = [];
    for (const { step, saved } of now) {
      const here = steps[step];
      if (here?.op === "found") {
        best = saved;
        break;
      }
      if (here?.op === "letter" && at < text.length && here.test(text[at] ?? ""))
        follow(next, step + 1, saved, at + 1);
    }
    now = next;
  }
  if (best === undefined) return undefined;
  const found = best;
  return Array.from({ length: groups }, (_, group) => {
    const [from, to] = [found[group * 2], found[group * 2 + 1]];
    return from === undefined || to === undefined ? undefined : text.slice(from, to).join("");
  });
}

function wrong(message: string): NightjarError {
  return new NightjarError("NJ_POS_PATTERN", "invalid-argument", `the pattern cannot be used: ${message}`);
}
