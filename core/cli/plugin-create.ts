// `nightjar plugin create KIND NAME [FOLDER]`: a new plugin with tests that pass, and what to do next.
import { relative, resolve } from "node:path";
import { NightjarError } from "../errors.ts";
import { createPlugin, templateKinds } from "../plugin/create/create-plugin.ts";
import { type CommandLine, EXIT } from "./arguments.ts";
import { print, printJson } from "./output.ts";

/** Makes the plugin in FOLDER (default: here). Throws `NJ_CLI_USAGE`, and what `createPlugin` throws. */
export async function pluginCreate(line: CommandLine): Promise<number> {
  const [, , kind, name, parent = "."] = line.words;
  if (kind === undefined || name === undefined) {
    throw new NightjarError(
      "NJ_CLI_USAGE",
      "invalid-argument",
      `usage: nightjar plugin create KIND NAME [FOLDER] [--javascript]; kinds: ${(await templateKinds()).join(", ")}`,
    );
  }
  const made = await createPlugin({
    kind,
    name,
    parent: resolve(parent),
    javascript: line.flags["javascript"] === true,
  });
  if (line.json) {
    printJson(made);
    return EXIT.ok;
  }
  const folder = relative(process.cwd(), made.folder) || ".";
  print(`Made ${made.packageName} in ${folder}:`);
  for (const file of made.files) print(`  ${file}`);
  print(
    `\nNext:\n  cd ${folder}\n  node --test                        its tests\n  nightjar start --plugin-path .     a recorder with it`,
  );
  return EXIT.ok;
}
