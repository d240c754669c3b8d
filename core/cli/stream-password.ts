// `nightjar user stream-password list NAME | add NAME [LABEL] | revoke NAME ID`: what other programs watch with.
import { NightjarError } from "../errors.ts";
import type { LocalUserCalls } from "../users/local-calls.ts";
import { type CommandLine, EXIT } from "./arguments.ts";
import { print, printJson, printTable } from "./output.ts";

/** Does what the words say, on the user management that `onUsers` opens. Throws `NJ_CLI_USAGE` with `usage`. */
export async function streamPassword(
  line: CommandLine,
  usage: string,
  onUsers: (work: (users: LocalUserCalls) => Promise<number>) => Promise<number>,
): Promise<number> {
  const [, , action, name, third] = line.words;
  if (name === undefined) throw new NightjarError("NJ_CLI_USAGE", "invalid-argument", usage);
  switch (action) {
    case "list":
      return onUsers(async (users) => {
        const all = await users.listStreamPasswords({ name });
        if (line.json) printJson(all);
        else
          printTable(
            all.map((one) => [String(one["id"]), String(one["label"]), lastUse(one["lastUsedAtMs"])]),
          );
        return EXIT.ok;
      });
    case "add":
      return onUsers(async (users) => {
        const label = (third ?? "command line").slice(0, 64);
        const { id, password } = await users.createStreamPassword({ name, label });
        if (line.json) printJson({ id, label, password });
        else {
          print(password);
          print(`  The stream password of ${name} for "${label}", shown this once.`);
        }
        return EXIT.ok;
      });
    case "revoke": {
      if (third === undefined) throw new NightjarError("NJ_CLI_USAGE", "invalid-argument", usage);
      return onUsers(async (users) => {
        await users.revokeStreamPassword({ name, id: third });
        if (line.json) printJson({ ok: true });
        else print("Revoked; what was watched with it has ended");
        return EXIT.ok;
      });
    }
    default:
      throw new NightjarError("NJ_CLI_USAGE", "invalid-argument", usage);
  }
}

function lastUse(atMs: unknown): string {
  return typeof atMs === "number" ? `last used ${new Date(atMs).toISOString()}` : "never used";
}
