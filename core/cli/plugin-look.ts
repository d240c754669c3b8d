// `nightjar plugin list` and `nightjar plugin search [WORDS]`: what is there, and what the registry offers.
import { type CommandLine, EXIT } from "./arguments.ts";
import { print, printJson, printTable } from "./output.ts";
import { type ListedPlugin, withPlugins } from "./plugin-calls.ts";

export async function pluginLook(line: CommandLine): Promise<number> {
  return line.words[1] === "list" ? list(line) : search(line, line.words.slice(2).join(" "));
}

function list(line: CommandLine): Promise<number> {
  return withPlugins(line.dataDir, async ({ isRunning, list: listed }) => {
    const plugins = await listed();
    if (line.json) {
      printJson(plugins);
      return EXIT.ok;
    }
    printTable(plugins.map((plugin) => [plugin.name, plugin.version, ...stateOf(plugin)]));
    if (!isRunning)
      print(
        "The recorder stands still: these were installed. Plugins that come with Nightjar are not listed.",
      );
    return EXIT.ok;
  });
}

function stateOf({ status, bundled, origin, reason }: ListedPlugin): string[] {
  if (status === undefined) return [origin === "file" ? "from a file" : "from the registry"];
  return [status, bundled === true ? "comes with Nightjar" : "", reason ?? ""];
}

function search(line: CommandLine, text: string): Promise<number> {
  return withPlugins(line.dataDir, async (plugins) => {
    const found = await plugins.search(text);
    if (line.json) printJson(found);
    else if (found.length === 0) print("The registry has no such plugin.");
    else
      printTable(
        found.map(({ name, version, publisher, description }) => [
          name,
          version,
          publisher ?? "",
          description,
        ]),
      );
    return EXIT.ok;
  });
}
