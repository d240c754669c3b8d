// `nightjar user list | create NAME | change NAME | password NAME | reset-second-factor NAME | stream-password … |
// remove NAME | activation-code`. Works on a running recorder, and on one that stands still: headless activation is `nightjar user create --admin NAME --password-stdin`.
import { type CameraScope, ROLES, type Role } from "../domain/roles.ts";
import { NightjarError } from "../errors.ts";
import { type CommandLine, EXIT, textFlag } from "./arguments.ts";
import { cameraScopeOf, cameraScopeText } from "./camera-scope.ts";
import { withUsers } from "./local-users.ts";
import { print, printJson, printTable, readSecretFromStdin } from "./output.ts";
import { streamPassword } from "./stream-password.ts";

const USAGE =
  "user list | create NAME --role ROLE [--cameras all|ID,ID] --password-stdin | change NAME [--role ROLE] [--cameras all|ID,ID] [--disable|--enable] | password NAME --password-stdin | reset-second-factor NAME | stream-password list|add|revoke NAME [LABEL or ID] | remove NAME | activation-code";

export async function user(line: CommandLine): Promise<number> {
  const [, action, subject] = line.words;
  switch (action) {
    case "list":
      return withUsers(line.dataDir, async (users) => {
        const all = await users.listUsers({});
        if (line.json) printJson(all);
        else
          printTable(
            all.map((account) => [
              String(account["name"]),
              String(account["role"]),
              account["enabled"] === false ? "disabled" : "",
              account["secondFactor"] === true ? "second factor" : "",
              cameraScopeText(account["cameras"] as CameraScope),
            ]),
          );
        return EXIT.ok;
      });
    case "create":
      return create(line, subject);
    case "change":
      return withSubject(subject, (name) => change(line, name));
    case "password":
      return withSubject(subject, async (name) => {
        const password = await secret(line);
        return withUsers(line.dataDir, async (users) => {
          await users.setPassword({ name, password });
          return done(line, `Changed the password of ${name}; its sessions and API tokens have ended`);
        });
      });
    case "reset-second-factor":
      return withSubject(subject, (name) =>
        withUsers(line.dataDir, async (users) => {
          await users.resetSecondFactor({ name });
          return done(
            line,
            `${name} signs in with the password alone now; its sessions and API tokens have ended`,
          );
        }),
      );
    case "stream-password":
      return streamPassword(line, USAGE, (work) => withUsers(line.dataDir, work));
    case "remove":
      return withSubject(subject, (name) =>
        withUsers(line.dataDir, async (users) => {
          await users.removeUser({ name });
          return done(line, `Removed ${name}`);
        }),
      );
    case "activation-code":
      return withUsers(line.dataDir, async (users) => {
        const { code } = await users.activationCode({});
        if (line.json) printJson({ code: code ?? null });
        else print(code ?? "This recorder is activated: it needs no code.");
        return EXIT.ok;
      });
    default:
      throw new NightjarError("NJ_CLI_USAGE", "invalid-argument", USAGE);
  }
}

async function create(line: CommandLine, subject: string | undefined): Promise<number> {
  const admin = textFlag(line, "admin");
  const name = admin ?? subject;
  const role = admin === undefined ? roleOf(line) : "administrator";
  const cameras = camerasOf(line);
  if (admin !== undefined && cameras !== undefined)
    throw usage("an administrator sees all cameras: --admin and --cameras exclude each other");
  if (name === undefined || role === undefined) throw usage(`name and role (${ROLES.join(", ")}) are needed`);
  const password = await secret(line);
  return withUsers(line.dataDir, async (users) => {
    await users.createUser({ name, password, role, ...(cameras === undefined ? {} : { cameras }) });
    return done(line, `Made the ${role} ${name}`);
  });
}

async function change(line: CommandLine, name: string): Promise<number> {
  const role = roleOf(line);
  const cameras = camerasOf(line);
  const [enable, disable] = [line.flags["enable"] === true, line.flags["disable"] === true];
  if (enable && disable) throw usage("--enable and --disable exclude each other");
  if (role === undefined && cameras === undefined && !enable && !disable)
    throw usage("what is to change is needed");
  return withUsers(line.dataDir, async (users) => {
    await users.changeUser({
      name,
      ...(role === undefined ? {} : { role }),
      ...(cameras === undefined ? {} : { cameras }),
      ...(enable || disable ? { enabled: enable } : {}),
    });
    return done(line, `Changed ${name}; its sessions have ended`);
  });
}

function roleOf(line: CommandLine): Role | undefined {
  const wanted = textFlag(line, "role");
  const role = ROLES.find((known) => known === wanted);
  if (wanted !== undefined && role === undefined)
    throw usage(`"${wanted.slice(0, 64)}" is no role (${ROLES.join(", ")})`);
  return role;
}

function camerasOf(line: CommandLine): CameraScope | undefined {
  const text = textFlag(line, "cameras");
  return text === undefined ? undefined : cameraScopeOf(text, usage);
}

function usage(reason: string): NightjarError {
  return new NightjarError("NJ_CLI_USAGE", "invalid-argument", `${reason}: ${USAGE}`);
}

function done(line: CommandLine, text: string): number {
  if (line.json) printJson({ ok: true });
  else print(text);
  return EXIT.ok;
}

async function withSubject(
  name: string | undefined,
  action: (name: string) => Promise<number>,
): Promise<number> {
  if (name === undefined) throw new NightjarError("NJ_CLI_USAGE", "invalid-argument", USAGE);
  return action(name);
}

async function secret(line: CommandLine): Promise<string> {
  if (line.flags["password-stdin"] !== true) {
    throw new NightjarError(
      "NJ_CLI_USAGE",
      "invalid-argument",
      "passwords are read from standard input, so that they stay out of the process list: add --password-stdin",
    );
  }
  return readSecretFromStdin();
}
