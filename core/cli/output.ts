// What the command line prints: text for people on standard output, problems on standard error, JSON on request.
import { NightjarError, toPlainError } from "../errors.ts";
import { EXIT } from "./arguments.ts";

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints a table with aligned columns; nothing for no rows. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  for (const row of rows)
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}

/** Prints an error and gives the exit code that belongs to it. */
export function printError(error: unknown, json: boolean): number {
  const plain = toPlainError(error);
  if (json) process.stderr.write(`${JSON.stringify({ error: plain })}\n`);
  else process.stderr.write(`nightjar: ${plain.message} [${plain.code}]\n`);
  if (!(error instanceof NightjarError)) return EXIT.failed;
  if (error.code === "NJ_CLI_USAGE") return EXIT.usage;
  return error.code === "NJ_NOT_RUNNING" || error.code === "NJ_LINK_CLOSED" ? EXIT.unavailable : EXIT.failed;
}

/** Reads a secret from standard input: the first line, at most 1 KiB. */
export async function readSecretFromStdin(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > 4096) break;
  }
  const line = text.split(/\r?\n/, 1)[0] ?? "";
  if (line === "") {
    throw new NightjarError("NJ_CLI_USAGE", "invalid-argument", "no password came on standard input");
  }
  return line;
}
