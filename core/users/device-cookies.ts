// Browsers that have signed in before, known again by a cookie (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"):
// what strangers guess does not lock them out. It opens nothing: the password is asked for as ever, and guesses with it are
// counted by themselves. Nothing is stored; a new password of an account of the recorder's own makes all
// of its cookies worthless.
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { SecretStore } from "../config/secret-store.ts";
import type { UserRow, UsersTable } from "../db/tables/users-table.ts";

/** As long as browsers keep a cookie at most (RFC 6265bis §5.5). */
export const DEVICE_COOKIE_DAYS = 400;
const DAY_MS = 86_400_000;
const ID_BYTES = 12;
/** Accounts that one browser is known for; the longest unused gives way. */
const ACCOUNT_LIMIT = 5;
/** `<id>-<time of issue>-<mark>`, joined by dots. */
const ENTRY = /^([\w]{24})-([0-9a-z]{1,10})-([0-9a-f]{32})$/;
const COOKIE_LIMIT = 1_000;

export class DeviceCookies {
  readonly #secrets: Pick<SecretStore, "markOf">;
  readonly #users: Pick<UsersTable, "find">;
  readonly #clock: Clock;

  constructor(secrets: Pick<SecretStore, "markOf">, users: Pick<UsersTable, "find">, clock: Clock) {
    this.#secrets = secrets;
    this.#users = users;
    this.#clock = clock;
  }

  /** What the browser is to keep once `userName` has signed in; `before` is what it has brought. */
  async issue(userName: string, before: string | undefined): Promise<string> {
    const user = await this.#users.find(userName);
    const kept = entriesOf(before);
    if (user === undefined) return kept.join(".");
    const id = randomBytes(ID_BYTES).toString("hex");
    const time = this.#clock.wallMs().toString(36);
    const others = kept.filter((entry) => this.#idIn(entry, user) === undefined);
    return [`${id}-${time}-${this.#mark(user, id, time)}`, ...others].slice(0, ACCOUNT_LIMIT).join(".");
  }

  /** The device's id if it has signed in as that account before; undefined for strangers. */
  async idOf(typedName: string, cookie: string | undefined): Promise<string | undefined> {
    const entries = entriesOf(cookie);
    if (entries.length === 0) return undefined;
    const user = await this.#users.find(typedName);
    if (user === undefined) return undefined;
    return entries.map((entry) => this.#idIn(entry, user)).find((id) => id !== undefined);
  }

  #idIn(entry: string, user: UserRow): string | undefined {
    const [, id = "", time = "", mark = ""] = ENTRY.exec(entry) ?? [];
    const ageMs = this.#clock.wallMs() - Number.parseInt(time, 36);
    if (!(ageMs < DEVICE_COOKIE_DAYS * DAY_MS)) return undefined;
    const right = this.#mark(user, id, time);
    return timingSafeEqual(Buffer.from(right), Buffer.from(mark)) ? id : undefined;
  }

  /** Holds for this account with this password, and for no account of the same name that comes after it. */
  #mark(user: UserRow, id: string, time: string): string {
    const { name, createdAtMs, passwordHash, source = "" } = user;
    return this.#secrets.markOf(
      "device cookie",
      JSON.stringify([name, createdAtMs, passwordHash, source, id, time]),
    );
  }
}

function entriesOf(cookie: string | undefined): string[] {
  if (cookie === undefined || cookie.length > COOKIE_LIMIT) return [];
  return cookie.split(".", ACCOUNT_LIMIT).filter((entry) => ENTRY.test(entry));
}
