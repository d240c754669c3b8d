// `nightjar plugin …`: leads to the file of each action.
import { NightjarError } from "../errors.ts";
import type { CommandLine } from "./arguments.ts";

const USAGE = "plugin create KIND NAME [FOLDER]";

export async function plugin(line: CommandLine): Promise<number> {
  switch (line.words[1]) {
    case "create":
      return (await import("./plugin-create.ts")).pluginCreate(line);
    default:
      throw new NightjarError("NJ_CLI_USAGE", "invalid-argument", USAGE);
  }
}
