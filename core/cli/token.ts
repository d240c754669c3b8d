// `nightjar token list | create NAME | revoke ID`: API tokens for programs, on a running recorder and on one that stands
// still. Whoever owns the data directory is asked for no password.
import { isRight, type Right } from "../domain/roles.ts";
import { NightjarError } from "../errors.ts";
import { type CommandLine, EXIT, textFlag } from "./arguments.ts";
import { cameraIdsOf, cameraScopeText } from "./camera-scope.ts";
import { withUsers } from "./local-users.ts";
import { print, printJson, printTable } from "./output.ts";

const USAGE =
  "token list [--account NAME] | create NAME --account NAME --rights RIGHT,RIGHT --expires 90d|2027-01-31|never [--cameras ID,ID] | revoke ID";
const DAY_MS = 86_400_000;

export async function token(line: CommandLine): Promise<number> {
  const [, action, subject] = line.words;
  switch (action) {
    case "list":
      return list(line);
    case "create":
      return create(line, subject);
    case "revoke":
      return revoke(line, subject);
    default:
      throw usage();
  }
}

function list(line: CommandLine): Promise<number> {
  const user = textFlag(line, "account");
  return withUsers(line.dataDir, async (users) => {
    const tokens = await users.listTokens(user === undefined ? {} : { user });
    if (line.json) printJson(tokens);
    else
      printTable(
        tokens.map((one) => [
          one.id,
          one.user,
          one.name,
          one.rights.join(","),
          cameraScopeText(one.cameras),
          one.expiresAt === "never" ? "never ends" : `ends ${one.expiresAt}`,
          one.lastUsedAt === undefined ? "not used" : `used ${one.lastUsedAt} from ${one.lastAddress ?? ""}`,
        ]),
      );
    return EXIT.ok;
  });
}

async function create(line: CommandLine, name: string | undefined): Promise<number> {
  const user = textFlag(line, "account");
  const rights = textFlag(line, "rights");
  const expires = textFlag(line, "expires");
  if (name === undefined || user === undefined || rights === undefined || expires === undefined)
    throw usage();
  const wanted = {
    user,
    name,
    rights: rightsOf(rights),
    cameras: cameraIdsOf(textFlag(line, "cameras") ?? "all", usage),
    expiresAt: endOf(expires),
  };
  return withUsers(line.dataDir, async (users) => {
    const made = await users.createToken(wanted);
    if (line.json) printJson(made);
    else {
      // The secret alone on standard output, so that a script can take it as it is.
      process.stderr.write(
        `Made the API token ${made.token.name} of ${made.token.user}; this is shown once:\n`,
      );
      print(made.secret);
    }
    return EXIT.ok;
  });
}

async function revoke(line: CommandLine, id: string | undefined): Promise<number> {
  if (id === undefined) throw usage();
  return withUsers(line.dataDir, async (users) => {
    const revoked = await users.revokeToken({ id });
    if (line.json) printJson(revoked);
    else print(`Revoked the API token ${revoked.name} of ${revoked.user}`);
    return EXIT.ok;
  });
}

function rightsOf(text: string): Right[] {
  return text.split(",").map((right) => {
    if (isRight(right)) return right;
    throw usage(`"${right.slice(0, 64)}" is no right`);
  });
}

/** `never`, days from now (`90d`), or a date, at whose end it ends (UTC). */
function endOf(text: string): string {
  if (text === "never") return "never";
  const days = /^(\d{1,4})d$/.exec(text)?.[1];
  const endMs = days === undefined ? Date.parse(`${text}T23:59:59Z`) : Date.now() + Number(days) * DAY_MS;
  if ((days === undefined && !/^\d{4}-\d\d-\d\d$/.test(text)) || !Number.isFinite(endMs))
    throw usage(`"${text.slice(0, 64)}" is no end`);
  return new Date(endMs).toISOString();
}

function usage(reason?: string): NightjarError {
  const text = reason === undefined ? USAGE : `${reason}: ${USAGE}`;
  return new NightjarError("NJ_CLI_USAGE", "invalid-argument", text);
}
