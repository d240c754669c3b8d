// One file of a new plugin, made of the template's: its names put in, and plain JavaScript made of it if that is wanted.
// Pure. A template is a real plugin called "template"; that word stands for the new one's id wherever it occurs.
import { stripTypeScriptTypes } from "node:module";

/** What the compiler of a new plugin is; the same as the recorder's own. */
const COMPILER = { "@types/node": "24.12.0", typescript: "7.0.2" };

export interface PluginNames {
  readonly kind: string;
  /** The driver's id: `acme`. */
  readonly id: string;
  readonly packageName: string;
  /** For people: `Acme`. */
  readonly title: string;
}

export interface TemplateFile {
  /** Below the plugin's folder. */
  readonly path: string;
  readonly text: string;
}

/**
 * Makes the new plugin's file, or undefined for one that it has no use for. `corePath` leads from the plugin's folder to
 * the core that makes it.
 */
export function fileOfTemplate(
  template: TemplateFile,
  names: PluginNames,
  javascript: boolean,
  corePath: string,
): TemplateFile | undefined {
  const { path } = template;
  const text = withNames(template.text, names);
  if (path === "package.json") return { path, text: packageCard(text, javascript, corePath) };
  // Archives of npm leave out what is called .gitignore.
  if (path === "gitignore") return { path: ".gitignore", text };
  if (!javascript) return { path, text };
  if (path === "tsconfig.json") return undefined;
  return {
    path: path.replace(/\.ts$/, ".js"),
    text: withoutTypescriptNames(path.endsWith(".ts") ? withoutTypes(text) : text),
  };
}

function withNames(text: string, { kind, id, packageName, title }: PluginNames): string {
  return text
    .replaceAll(`nightjar-${kind}-template`, packageName)
    .replaceAll("Template", title)
    .replaceAll(/\btemplate\b/g, id);
}

function packageCard(text: string, javascript: boolean, corePath: string): string {
  const card = JSON.parse(javascript ? withoutTypescriptNames(text) : text) as {
    scripts: Record<string, string>;
    [key: string]: unknown;
  };
  if (javascript) delete card.scripts["types"];
  const development = { "@nightjar/core": `file:${corePath}`, ...(javascript ? {} : COMPILER) };
  return `${JSON.stringify({ ...card, devDependencies: development }, null, 2)}\n`;
}

function withoutTypescriptNames(text: string): string {
  return text.replaceAll(/(?<!pack-plugin)\.ts\b/g, ".js");
}

/** Node's stripper leaves blanks where types stood; they are taken out, as people will go on with this file. */
function withoutTypes(text: string): string {
  const before = text.split("\n");
  return stripTypeScriptTypes(text, { mode: "strip" })
    .split("\n")
    .filter((line, index) => line.trim() !== "" || before[index]?.trim() === "")
    .map((line) => {
      const indent = /^ */.exec(line)?.[0] ?? "";
      const rest = line.slice(indent.length);
      return `${indent}${rest.replaceAll(/ +([,);])/g, "$1").replaceAll(/ {2,}/g, " ")}`.trimEnd();
    })
    .join("\n");
}
