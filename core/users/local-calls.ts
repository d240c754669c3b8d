// User management for whoever owns the data directory: the command line, on a running recorder or on the database itself.
import type { CameraScope, Right, Role } from "../domain/roles.ts";
import { NightjarError } from "../errors.ts";
import type { ApiToken } from "./api-tokens.ts";
import type { Users } from "./users.ts";

/** Who acts, in the audit log. */
export const LOCAL_ACTOR = { userName: "command line", remoteAddress: "" };
const ACTOR = { userName: "command line", address: "" };

/** An API token in plain data, as the HTTP API shows it. */
export interface LocalApiToken {
  readonly id: string;
  readonly user: string;
  readonly name: string;
  readonly rights: readonly string[];
  readonly cameras: "all" | readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt?: string;
  readonly lastAddress?: string;
}

/** What the command line may ask. Errors are those of {@link Users}. */
export interface LocalUserCalls {
  listUsers(params: Record<string, never>): Promise<readonly Record<string, unknown>[]>;
  /** All cameras unless `cameras` says which. */
  createUser(params: { name: string; password: string; role: Role; cameras?: CameraScope }): Promise<void>;
  changeUser(params: { name: string; role?: Role; cameras?: CameraScope; enabled?: boolean }): Promise<void>;
  setPassword(params: { name: string; password: string }): Promise<void>;
  removeUser(params: { name: string }): Promise<void>;
  resetSecondFactor(params: { name: string }): Promise<void>;
  /** Gives the password this once. */
  createStreamPassword(params: { name: string; label: string }): Promise<{ id: string; password: string }>;
  listStreamPasswords(params: { name: string }): Promise<readonly Record<string, unknown>[]>;
  revokeStreamPassword(params: { name: string; id: string }): Promise<void>;
  /** The one-time code while nobody has activated the recorder. */
  activationCode(params: Record<string, never>): Promise<{ code?: string }>;
  listTokens(params: { user?: string }): Promise<readonly LocalApiToken[]>;
  /** `expiresAt`: ISO 8601, or `never`. */
  createToken(params: {
    user: string;
    name: string;
    rights: readonly Right[];
    cameras: "all" | readonly string[];
    expiresAt: string;
  }): Promise<{ secret: string; token: LocalApiToken }>;
  revokeToken(params: { id: string }): Promise<LocalApiToken>;
}

/** The calls on opened user management. */
export function onDatabase(users: Users): LocalUserCalls {
  return {
    listUsers: async () => (await users.accounts.list()).map((account) => ({ ...account })),
    async createUser(account) {
      await users.accounts.create(account, ACTOR);
      // Now that there is an account the code is worth nothing: this takes its file away.
      await users.activation.current();
    },
    async changeUser({ name, ...change }) {
      await users.accounts.change(name, change, ACTOR);
    },
    async setPassword({ name, password }) {
      await users.accounts.change(name, { password }, ACTOR);
    },
    async removeUser({ name }) {
      await users.accounts.remove(name, ACTOR);
    },
    async resetSecondFactor({ name }) {
      await users.secondFactors.reset(name, ACTOR);
    },
    async createStreamPassword({ name, label }) {
      const { id, password } = await users.streamPasswords.create(await known(users, name), label, ACTOR);
      return { id, password };
    },
    async listStreamPasswords({ name }) {
      return (await users.streamPasswords.list(await known(users, name))).map((one) => ({ ...one }));
    },
    async revokeStreamPassword({ name, id }) {
      await users.streamPasswords.revoke(await known(users, name), id, ACTOR);
    },
    async activationCode() {
      const code = await users.activation.current();
      return code === undefined ? {} : { code: code.code };
    },
    async listTokens({ user }) {
      const name = user === undefined ? undefined : (await users.accounts.existing(user)).name;
      return (await users.apiTokens.list(name)).map(plainToken);
    },
    async createToken({ user, name, rights, cameras, expiresAt }) {
      const account = await users.accounts.existing(user);
      const expiresAtMs = expiresAt === "never" ? undefined : Date.parse(expiresAt);
      const made = await users.apiTokens.create(
        { name, rights, cameras, expiresAtMs },
        { userName: account.name, role: account.role, cameras: account.cameras },
        ACTOR,
      );
      return { secret: made.secret, token: plainToken(made.token) };
    },
    async revokeToken({ id }) {
      const found = (await users.apiTokens.list()).find((token) => token.id === id);
      if (found === undefined)
        throw new NightjarError("NJ_TOKEN_NOT_FOUND", "not-found", "there is no such API token");
      await users.apiTokens.revoke(id, found.userName, ACTOR);
      return plainToken(found);
    },
  };
}

function plainToken(token: ApiToken): LocalApiToken {
  return {
    id: token.id,
    user: token.userName,
    name: token.name,
    rights: token.rights,
    cameras: token.cameras,
    createdAt: new Date(token.createdAtMs).toISOString(),
    expiresAt: token.expiresAtMs === undefined ? "never" : new Date(token.expiresAtMs).toISOString(),
    ...(token.lastUsedAtMs === undefined ? {} : { lastUsedAt: new Date(token.lastUsedAtMs).toISOString() }),
    ...(token.lastAddress === undefined ? {} : { lastAddress: token.lastAddress }),
  };
}

/** The account's name as it is written, which is part of what stream passwords are hashed with. */
async function known(users: Users, name: string): Promise<string> {
  const account = await users.accounts.find(name);
  if (account === undefined) {
    throw new NightjarError("NJ_USER_NOT_FOUND", "not-found", `there is no account "${name.slice(0, 64)}"`);
  }
  return account.name;
}
