// The core as it lies in the built package: each process, worker and door for plugins is one file that loads a few shared
// ones, instead of hundreds, third parties' packages included where they are JavaScript. A module that asks where it lies (`import.meta`) is
// answered with the place that it has in the checkout, so that files lie to each other as there.
import { cpSync, globSync, readFileSync } from "node:fs";
import { join, posix, relative } from "node:path";
import { type OutputOptions, type Plugin, rolldown } from "rolldown";
import { refusePacking } from "../pack-plugin/refusal.ts";
import { coreDeclarations } from "./core-declarations.ts";
import { corePart, type ModuleGraph, PART_NAMES } from "./core-parts.ts";
import { plainLetters } from "./plain-letters.ts";
import { quietBuiltins } from "./quiet-builtins.ts";
import { type ThirdParty, thirdParties } from "./third-parties.ts";

/** A file that is started as a program, or named by its address, in words that can be followed. */
const ADDRESS = /new URL\(\s*"(\.{1,2}\/[^"]+)\.ts",\s*import\.meta\.url,?\s*\)/g;
/** A module that starts itself as a worker. */
const OWN_ADDRESS = /new URL\(import\.meta\.url\)/;
const PLACE = "nightjar-place:";
/** Templates of new plugins are read as text; media of tests are data. */
const AS_IT_IS = ["bin", "plugin/create/templates", "testing/media"];

/**
 * Builds the core of the checkout `root` into `target`. Answers whose code is in it besides ours. `separate` are packages that
 * may be missing, or are programs for one machine. Throws `NJ_PACK_REFUSED` for what cannot be followed.
 */
export async function buildCore(
  root: string,
  target: string,
  separate: readonly string[],
): Promise<readonly ThirdParty[]> {
  const core = join(root, "core");
  const sources = globSync("**/*.ts", { cwd: core }).filter(
    (path) => !AS_IT_IS.some((folder) => path.startsWith(`${folder}/`)),
  );
  const entries = entriesOf(core, sources);
  const alone = entries.filter((path) => isThread(core, path));
  const whole = { core, target, separate };
  const part = corePart(core);
  const groups = PART_NAMES.map((name, index) => ({
    debugName: name,
    name: (id: string, graph: ModuleGraph) => (part(id, graph) === name ? name : null),
    priority: PART_NAMES.length - index,
  }));
  const rest = entries.filter((path) => !alone.includes(path));
  const modules = await putTogether(whole, rest, { groups });
  for (const path of alone) modules.push(...(await putTogether(whole, [path], false)));
  for (const path of globSync("**/*.{js,sql,bin}", { cwd: core })) copy(core, target, path);
  for (const path of AS_IT_IS) copy(core, target, path);
  coreDeclarations(root, target, doors(core));
  return thirdParties(modules);
}

interface Whole {
  readonly core: string;
  readonly target: string;
  readonly separate: readonly string[];
}
type CodeSplitting = NonNullable<OutputOptions["codeSplitting"]>;

/** Makes the files of some entries. Answers the modules that are in them. */
async function putTogether(
  { core, target, separate }: Whole,
  entries: readonly string[],
  codeSplitting: CodeSplitting,
): Promise<string[]> {
  const build = await rolldown({
    input: Object.fromEntries(entries.map((path) => [withoutEnding(path), join(core, path)])),
    platform: "node",
    external: [...separate],
    plugins: [places(core), quietBuiltins, plainLetters],
    onLog: (level, log) => {
      // A package that makes functions of text, with nothing in it that comes from outside.
      if (level === "warn" && log.code !== "EVAL")
        throw refusePacking(`the core cannot be put together: ${log.message}`);
    },
  });
  try {
    const { output } = await build.write({
      dir: target,
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "parts/[name]-[hash].js",
      codeSplitting,
    });
    return output.flatMap((part) => (part.type === "chunk" ? part.moduleIds : []));
  } finally {
    await build.close();
  }
}

/**
 * A thread has nothing in common with who starts it but what is sent: each is one file, since to find, read and link
 * another one takes it longer than to begin.
 */
function isThread(core: string, path: string): boolean {
  return /-(?:thread|worker)\.ts$/.test(path) || OWN_ADDRESS.test(readFileSync(join(core, path), "utf8"));
}

/** What others may import: `exports` of the core's card. */
function doors(core: string): string[] {
  const { exports } = JSON.parse(readFileSync(join(core, "package.json"), "utf8")) as {
    exports: Readonly<Record<string, string>>;
  };
  return Object.values(exports)
    .filter((path) => path.endsWith(".ts"))
    .map((path) => posix.normalize(path));
}

/** Every file that is loaded by its name: the command, doors for plugins, programs and workers. */
function entriesOf(core: string, sources: readonly string[]): string[] {
  const found = new Set(["main.ts", ...doors(core)]);
  for (const path of sources) {
    const text = readFileSync(join(core, path), "utf8");
    if (OWN_ADDRESS.test(text)) found.add(path);
    for (const [, address] of text.matchAll(ADDRESS)) {
      const named = posix.join(posix.dirname(path), `${address}.ts`);
      if (!sources.includes(named)) throw refusePacking(`core/${path} names ${named}, which does not exist`);
      found.add(named);
    }
  }
  return [...found];
}

function places(core: string): Plugin {
  return {
    name: "places",
    transform: {
      // Looked at by the bundler itself: to ask here for each of thousands of modules takes longer than the rest.
      filter: { code: "import.meta." },
      handler(code, id) {
        if (!id.startsWith(core)) return undefined;
        const path = relative(core, id).replaceAll("\\", "/");
        return code
          .replaceAll(ADDRESS, 'new URL("$1.js", import.meta.url)')
          .replaceAll("import.meta.url", `new URL("${PLACE}${withoutEnding(path)}.js", import.meta.url).href`)
          .replaceAll("import.meta.dirname", `(import.meta.dirname + "${PLACE}${posix.dirname(path)}")`);
      },
    },
    // Where a module comes to lie is known only now.
    renderChunk(code, { fileName }) {
      const here = posix.dirname(fileName);
      return code
        .replaceAll(
          /new URL\("nightjar-place:([^"]+)"/g,
          (_, path: string) => `new URL("${from(here, path)}"`,
        )
        .replaceAll(/import\.meta\.dirname \+ "nightjar-place:([^"]+)"/g, (_, path: string) => {
          return `import.meta.dirname + "/${from(here, path)}"`;
        });
    },
  };
}

function from(folder: string, path: string): string {
  const way = posix.relative(folder, path);
  return way.startsWith(".") ? way : `./${way}`;
}

function withoutEnding(path: string): string {
  return path.replace(/\.ts$/, "");
}

function copy(from: string, to: string, path: string): void {
  cpSync(join(from, path), join(to, path), { recursive: true });
}
