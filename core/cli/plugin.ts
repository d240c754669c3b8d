// `nightjar plugin …`: leads to the file of each action.
import { NightjarError } from "../errors.ts";
import type { CommandLine } from "./arguments.ts";

const USAGE =
  "plugin list | search [WORDS] | add SOURCE | update [NAME] | remove NAME | create KIND NAME [FOLDER]";

export async function plugin(line: CommandLine): Promise<number> {
  switch (line.words[1]) {
    case "list":
    case "search":
      return (await import("./plugin-look.ts")).pluginLook(line);
    case "add":
    case "update":
    case "remove":
      return (await import("./plugin-change.ts")).pluginChange(line);
    case "create":
      return (await import("./plugin-create.ts")).pluginCreate(line);
    default:
      throw new NightjarError("NJ_CLI_USAGE", "invalid-argument", USAGE);
  }
}
