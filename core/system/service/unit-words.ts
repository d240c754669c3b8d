// Words of a systemd unit file: quoting after systemd.syntax(7), percent signs after "Specifiers" in systemd.unit(5).
import { NightjarError } from "../../errors.ts";

/** What needs no quotes in any setting; a colon does, since it parts source and destination of binds. */
const PLAIN = /^[\w@%+=,./-]+$/;
/** A unit is a text of lines, so control characters can stand in none of its words. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * One word of a setting that takes a list of words, such as a path or an argument of `ExecStart=`.
 * Throws `NJ_SERVICE_PATH` (invalid-argument) for control characters.
 */
export function unitWord(text: string): string {
  if (text === "" || CONTROL.test(text)) throw unfit(text);
  const literal = text.replaceAll("%", "%%");
  if (PLAIN.test(literal)) return literal;
  return `"${literal.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/**
 * A whole command line for `ExecStart=`. Its colon keeps `$` in arguments from being taken for a variable.
 * Throws `NJ_SERVICE_PATH` (invalid-argument), also for a program whose path holds quotes or a backslash: systemd
 * refuses to run such a one, however it is written.
 */
export function unitCommand(program: string, args: readonly string[]): string {
  if (/["'\\]/.test(program)) throw unfit(program);
  return `:${[program, ...args].map(unitWord).join(" ")}`;
}

function unfit(text: string): NightjarError {
  return new NightjarError(
    "NJ_SERVICE_PATH",
    "invalid-argument",
    `${JSON.stringify(text)} cannot stand in a systemd unit: choose a path without quotes, backslashes and control characters`,
  );
}
