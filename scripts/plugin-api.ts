// Reads the plugin API from its sources: every name that core/index.ts exports, with its doc comment and declaration.
// Used by write-docs.ts for docs/reference/plugin-api.md, and by tests/architecture/plugin-api.test.ts.
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export interface ApiName {
  readonly name: string;
  /** Only a type: gone when the plugin runs. */
  readonly isType: boolean;
  /** Doc comment as text; empty: there is none. */
  readonly paragraph: string;
  /** Declaration without bodies, comments of members included; empty for names of other packages. */
  readonly declaration: string;
  /** From the project's root, or a package's name. */
  readonly source: string;
}

/** All names that a module exports, in the order of its text. `file` is absolute. */
export function apiOf(root: string, file: string): ApiName[] {
  const text = readFileSync(file, "utf8");
  const names: ApiName[] = [];
  const statements =
    /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*)?^export\s+(type\s+)?(?:\*|\{([^}]*)\})\s+from\s+"([^"]+)";/gm;
  for (const [, comment = "", typeOnly, list, from = ""] of text.matchAll(statements)) {
    if (list === undefined) {
      names.push(...apiOf(root, join(dirname(file), from)));
      continue;
    }
    for (const item of list.split(",").map((part) => part.trim())) {
      if (item === "") continue;
      const name = item.replace(/^type\s+/, "");
      const isType = typeOnly !== undefined || item !== name;
      names.push(declared(root, file, from, name, isType, paragraphOf(comment)));
    }
  }
  return names;
}

function declared(
  root: string,
  file: string,
  from: string,
  name: string,
  isType: boolean,
  shared: string,
): ApiName {
  if (!from.startsWith(".")) return { name, isType, paragraph: shared, declaration: "", source: from };
  const source = join(dirname(file), from);
  const text = readFileSync(source, "utf8");
  const place = new RegExp(
    `(/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\n)?^export (?:abstract )?(?:async )?(?:function|const|class|interface|type) ${name}\\b`,
    "m",
  ).exec(text);
  if (place === null) {
    // Passed on by a module of its own.
    const onward = apiOf(root, source).find((other) => other.name === name);
    return onward ?? { name, isType, paragraph: "", declaration: "", source: relative(root, source) };
  }
  const comment = place[1] ?? "";
  return {
    name,
    isType,
    paragraph: paragraphOf(comment),
    declaration: withTable(declarationAt(text.slice(place.index + comment.length)), text),
    source: relative(root, source).replaceAll("\\", "/"),
  };
}

/** The text of a doc comment, one line. */
function paragraphOf(comment: string): string {
  return comment
    .replaceAll(/^\s*\/\*\*|\*\/\s*$/g, "")
    .replaceAll(/^\s*\* ?/gm, "")
    .replaceAll(/\{@link ([^}]+)\}/g, "`$1`")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ");
}

/** A declaration from its `export` on: interfaces and types whole, functions and classes without their insides. */
function declarationAt(text: string): string {
  if (/^export (?:async )?function /.test(text)) return `${textUntil(text, /\{$/).replace(/\s*\{$/, "")};`;
  if (/^export (?:abstract )?class /.test(text)) return classShape(textUntil(text, /^\}$/));
  if (/^export interface /.test(text)) return textUntil(text, /^\}$|\{\}$/);
  return textUntil(text, /;$/);
}

/** A type that is made of a table of words shows the table. */
function withTable(declaration: string, text: string): string {
  const table = /\(typeof (\w+)\)\[number\]/.exec(declaration)?.[1];
  const words = table === undefined ? null : new RegExp(`const ${table} = \\[([^\\]]*)\\]`).exec(text);
  if (words === null) return declaration;
  const union = [...(words[1] ?? "").matchAll(/"[^"]+"/g)].join(" | ");
  return declaration.replace(`(typeof ${table})[number]`, union);
}

/** The lines up to and including the first that matches. A list of parameters may take several. */
function textUntil(text: string, last: RegExp): string {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => last.test(line));
  return lines.slice(0, end + 1).join("\n");
}

/** The public part of a class: its fields, its constructor, its methods. */
function classShape(text: string): string {
  const lines = text.split("\n");
  const members = lines.filter((line) =>
    /^ {2}(readonly \w+|constructor\(|(?:async |get |static )?\w+\()/.test(line),
  );
  const bare = members.map((line) => line.replace(/ \{$/, ";").replace(/^( {2}constructor\(.*\));?$/, "$1;"));
  return [lines[0], ...bare, "}"].join("\n");
}
