// User management for whoever owns the data directory: the command line, on a running recorder or on the database itself.
import type { Role } from "../domain/roles.ts";
import type { Users } from "./users.ts";

/** Who acts, in the audit log. */
export const LOCAL_ACTOR = { userName: "command line", remoteAddress: "" };
const ACTOR = { userName: "command line", address: "" };

/** What the command line may ask. Errors are those of {@link Users}. */
export interface LocalUserCalls {
  listUsers(params: Record<string, never>): Promise<readonly Record<string, unknown>[]>;
  createUser(params: { name: string; password: string; role: Role }): Promise<void>;
  setPassword(params: { name: string; password: string }): Promise<void>;
  removeUser(params: { name: string }): Promise<void>;
  resetSecondFactor(params: { name: string }): Promise<void>;
  /** The one-time code while nobody has activated the recorder. */
  activationCode(params: Record<string, never>): Promise<{ code?: string }>;
}

/** The calls on opened user management. */
export function onDatabase(users: Users): LocalUserCalls {
  return {
    listUsers: async () => (await users.accounts.list()).map((account) => ({ ...account })),
    async createUser({ name, password, role }) {
      await users.accounts.create({ name, password, role }, ACTOR);
      // Now that there is an account the code is worth nothing: this takes its file away.
      await users.activation.current();
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
    async activationCode() {
      const code = await users.activation.current();
      return code === undefined ? {} : { code: code.code };
    },
  };
}
