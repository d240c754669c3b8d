// Names that people type to sign in. One that is no account may be a password in the wrong field, so it is written down
// nowhere: the database and the audit log hold a mark of it, by which the same name is known again and nothing else.
import type { SecretStore } from "../config/secret-store.ts";
import type { Accounts } from "./accounts.ts";

/** Short enough that many names share it, long enough to tell the few of one day apart. */
const SHOWN_DIGITS = 8;

/** Who tried to sign in, for the audit log. */
export interface TriedName {
  /** The account; empty if there is none of that name. */
  readonly userName: string;
  readonly detail: { readonly unknownName?: string };
}

export class TypedNames {
  readonly #secrets: SecretStore;
  readonly #accounts: Accounts;

  constructor(secrets: SecretStore, accounts: Accounts) {
    this.#secrets = secrets;
    this.#accounts = accounts;
  }

  /** For the audit log: the account's name, or a stranger with a mark of what was typed. */
  async tried(typed: string): Promise<TriedName> {
    const account = await this.#accounts.find(typed);
    if (account !== undefined) return { userName: account.name, detail: {} };
    return { userName: "", detail: { unknownName: this.mark(typed).slice(0, SHOWN_DIGITS) } };
  }

  /** What stands for a name where failures are counted; the same whatever its case. */
  mark(typed: string): string {
    return this.#secrets.markOf("typed user name", typed.normalize("NFC").toLowerCase());
  }
}
