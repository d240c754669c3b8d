// What a settings file holds, once it is open: its schema, and the reader that takes nothing on trust. A file that passes
// here has a complete configuration of the current version and accounts and secrets that the recorder could have made.
import { type Static, Type } from "typebox";
import { checkConfig } from "../config/check-config.ts";
import { ConfigInvalidError } from "../config/config-errors.ts";
import { CONFIG_VERSION, type Config } from "../config/config-schema.ts";
import { migrateConfig } from "../config/migrations.ts";
import { schemaProblems, unsafeKeyProblem } from "../config/schema-problems.ts";
import { GRANTABLE_RIGHTS, ROLES } from "../domain/roles.ts";
import { NightjarError } from "../errors.ts";
import { accountKey } from "../users/account-replacement.ts";
import { ACCOUNT_LIMIT } from "../users/accounts.ts";
import { isPasswordHash } from "../users/password-hash.ts";
import { USER_NAME_PATTERN } from "../users/user-name.ts";
import { notSettings } from "./settings-errors.ts";
import { PART_OF_SECRETS } from "./settings-parts.ts";
import { crowdedPlace, holdsTooMuch, VALUES_LIMIT } from "./value-count.ts";

export const SETTINGS_FORMAT = "nightjar-settings";
export const SETTINGS_VERSION = 1;

const TOO_MUCH = `it holds more than ${VALUES_LIMIT} values`;
const closed = { additionalProperties: false } as const;
const MOST_MS = 8_640_000_000_000_000;
const SECRET_NAME = `^(?:${Object.keys(PART_OF_SECRETS).join("|")})[A-Za-z0-9._/@-]{1,190}$`;

const SecondFactorSchema = Type.Object(
  {
    secret: Type.String({ pattern: "^[A-Za-z0-9+/]{16,86}={0,2}$" }),
    sinceMs: Type.Integer({ minimum: 0, maximum: MOST_MS }),
    lastStep: Type.Integer({ minimum: 0, maximum: MOST_MS }),
    recoveryCodes: Type.Array(Type.String({ pattern: "^[0-9a-f]{64}$" }), {
      maxItems: 20,
      uniqueItems: true,
    }),
  },
  closed,
);

const StoredAccountSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64 }),
    role: Type.Enum(ROLES),
    enabled: Type.Boolean(),
    passwordHash: Type.String({ maxLength: 300 }),
    createdAtMs: Type.Integer({ minimum: 0, maximum: MOST_MS }),
    passwordChangedAtMs: Type.Integer({ minimum: 0, maximum: MOST_MS }),
    cameras: Type.Union([
      Type.Literal("all"),
      Type.Array(
        Type.Union([
          Type.String({ minLength: 1, maxLength: 64 }),
          Type.Object(
            {
              id: Type.String({ minLength: 1, maxLength: 64 }),
              rights: Type.Array(Type.Enum(GRANTABLE_RIGHTS), { maxItems: GRANTABLE_RIGHTS.length }),
            },
            closed,
          ),
        ]),
        { maxItems: 1_024 },
      ),
    ]),
    secondFactor: Type.Optional(SecondFactorSchema),
    source: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
  },
  closed,
);

const DocumentSchema = Type.Object(
  {
    format: Type.Literal(SETTINGS_FORMAT),
    version: Type.Literal(SETTINGS_VERSION),
    madeAt: Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$" }),
    madeBy: Type.Object(
      { version: Type.String({ maxLength: 64 }), node: Type.String({ maxLength: 80 }) },
      closed,
    ),
    config: Type.Record(Type.String(), Type.Unknown()),
    secrets: Type.Optional(
      Type.Record(Type.String({ pattern: SECRET_NAME }), Type.String({ maxLength: 64 * 1024 }), {
        additionalProperties: false,
        maxProperties: 20_000,
      }),
    ),
    accounts: Type.Optional(Type.Array(StoredAccountSchema, { maxItems: ACCOUNT_LIMIT })),
  },
  closed,
);

/** A settings file, read and checked. Without secrets and accounts where it was made without a password. */
export type SettingsDocument = Omit<Static<typeof DocumentSchema>, "config"> & { readonly config: Config };

/** Brings a configuration of an older version to the current one. */
export type MigrateConfig = (
  path: string,
  parsed: Readonly<Record<string, unknown>>,
) => { readonly value: Record<string, unknown>; readonly from: number };

/**
 * The text of a settings file for {@link parseSettings}, as people may read and compare it. Throws `NJ_SETTINGS_FILE` if
 * there is more than could be read again.
 */
export function settingsText(document: SettingsDocument): string {
  if (holdsTooMuch(document)) throw notSettings(TOO_MUCH);
  return `${JSON.stringify(document, null, 2)}\n`;
}

/**
 * Reads the text of a settings file, older configurations through their migrations. Throws `NJ_SETTINGS_FILE` for
 * whatever is none, `NJ_SETTINGS_NEWER` for one of a later form, and nothing else.
 */
export function parseSettings(text: string, migrate: MigrateConfig = migrateConfig): SettingsDocument {
  const parsed = parseJson(text);
  const version = parsed["version"];
  if (parsed["format"] !== SETTINGS_FORMAT)
    throw notSettings('it does not say "format": "nightjar-settings"');
  if (typeof version === "number" && version > SETTINGS_VERSION) throw newer(`is of version ${version}`);
  const problems = schemaProblems(DocumentSchema, parsed);
  if (problems.length > 0) throw notSettings(listed(problems), problems);
  const document = parsed as Static<typeof DocumentSchema>;
  if (document.accounts !== undefined) checkAccounts(document.accounts);
  return { ...document, config: readConfig(document.config, migrate) };
}

function parseJson(text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    // The parser's own words repeat pieces of the file.
    throw notSettings("it is neither sealed nor JSON, or it was cut off");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw notSettings("it is not a JSON object");
  if (holdsTooMuch(parsed)) throw notSettings(TOO_MUCH);
  const crowded = crowdedPlace(parsed);
  if (crowded !== undefined) throw notSettings(crowded.replace(/^ /, "it "));
  const unsafe = unsafeKeyProblem(parsed);
  if (unsafe !== undefined) throw notSettings(listed([unsafe]), [unsafe]);
  return parsed as Record<string, unknown>;
}

function readConfig(given: Record<string, unknown>, migrate: MigrateConfig): Config {
  const version = given["version"];
  if (typeof version !== "number") {
    throw notSettings("/config/version is missing", [{ path: "/config/version", message: "is missing" }]);
  }
  if (version > CONFIG_VERSION) throw newer(`holds a configuration of version ${version}`);
  try {
    return checkConfig("config", migrate("config", given).value);
  } catch (error) {
    if (!(error instanceof ConfigInvalidError)) throw error;
    const problems = error.problems.map(({ path, message }) => ({ path: `/config${path}`, message }));
    throw notSettings(listed(problems), problems);
  }
}

function checkAccounts(accounts: readonly Static<typeof StoredAccountSchema>[]): void {
  const name = new RegExp(USER_NAME_PATTERN, "u");
  const seen = new Set<string>();
  accounts.forEach((account, index) => {
    const refuse = (field: string, message: string) => {
      const problem = { path: `/accounts/${index}/${field}`, message };
      throw notSettings(listed([problem]), [problem]);
    };
    if (!name.test(account.name) || account.name !== account.name.normalize("NFC"))
      refuse("name", "is no user name");
    // Any two names that the database, or the record of cameras, would take for one.
    for (const folded of new Set([account.name.toLowerCase(), accountKey(account.name)])) {
      if (seen.has(folded)) refuse("name", "is the name of another account too");
    }
    seen.add(account.name.toLowerCase()).add(accountKey(account.name));
    const fits =
      account.source === undefined ? isPasswordHash(account.passwordHash) : account.passwordHash === "";
    if (!fits) refuse("passwordHash", "is no hash that Nightjar makes");
  });
}

function newer(what: string): NightjarError {
  return new NightjarError(
    "NJ_SETTINGS_NEWER",
    "failed-precondition",
    `this settings file ${what}, written by a newer Nightjar: this one knows files up to ${SETTINGS_VERSION} and configurations up to ${CONFIG_VERSION}`,
  );
}

function listed(problems: readonly { readonly path: string; readonly message: string }[]): string {
  return problems.map(({ path, message }) => `${path === "" ? "it" : path} ${message}`).join("; ");
}
