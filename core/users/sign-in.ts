// Signing in with name and password: braked against guessing, the same answer and time whether the account is missing,
// disabled or the password wrong, and a session that holds only if the account did not change meanwhile.
import type { Clock } from "../clock.ts";
import { NightjarError } from "../errors.ts";
import type { Accounts } from "./accounts.ts";
import type { AuditLog } from "./audit-log.ts";
import { LOCK_WINDOW_MS, type LoginGuard } from "./login-guard.ts";
import type { ClientInfo } from "./principal.ts";
import type { OpenedSession, Sessions } from "./sessions.ts";

const REFUSALS_REMEMBERED = 1_000;

export class SignIn {
  readonly #accounts: Accounts;
  readonly #sessions: Sessions;
  readonly #guard: LoginGuard;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #refusals = new Map<string, number>();

  constructor(options: {
    readonly accounts: Accounts;
    readonly sessions: Sessions;
    readonly guard: LoginGuard;
    readonly audit: AuditLog;
    readonly clock: Clock;
  }) {
    this.#accounts = options.accounts;
    this.#sessions = options.sessions;
    this.#guard = options.guard;
    this.#audit = options.audit;
    this.#clock = options.clock;
  }

  /** Opens a session. Throws `NJ_LOGIN_FAILED`, `NJ_LOGIN_LOCKED`, `NJ_LOGIN_BUSY`. */
  async signIn(username: string, password: string, client: ClientInfo): Promise<OpenedSession> {
    const name = username.normalize("NFC").slice(0, 64);
    const user = await this.#judge(name, password, client);
    const session = await this.#sessions.open(user.name, client);
    // A password change or a disabling that came between check and opening has not seen this session.
    if (!(await this.#accounts.isUnchanged(user))) {
      await this.#sessions.end(session.sessionId);
      throw failed();
    }
    this.#record("session-opened", user.name, client);
    return session;
  }

  /** Checks the password of a signed-in account once more, before something grave; counted like a sign-in. */
  async confirm(userName: string, password: string, client: ClientInfo): Promise<void> {
    await this.#judge(userName, password, client);
  }

  async #judge(name: string, password: string, client: ClientInfo) {
    const attempt = await this.#guard.admit(name, client.address).catch((error: unknown) => {
      this.#recordRefusal(name, client);
      throw error;
    });
    let user: Awaited<ReturnType<Accounts["verify"]>>;
    try {
      user = await this.#accounts.verify(name, password);
    } catch (error) {
      attempt.abandon();
      throw error;
    }
    await attempt.finish(user !== undefined);
    if (user === undefined) {
      this.#record("sign-in-failed", name, client);
      throw failed();
    }
    return user;
  }

  /** Once per account, address and lock: whoever floods the door must not fill the audit log. */
  #recordRefusal(name: string, client: ClientInfo): void {
    const key = `${name.toLowerCase()} ${client.address}`;
    const now = this.#clock.monotonicMs();
    if (now - (this.#refusals.get(key) ?? -LOCK_WINDOW_MS) < LOCK_WINDOW_MS) return;
    if (this.#refusals.size >= REFUSALS_REMEMBERED) this.#refusals.clear();
    this.#refusals.set(key, now);
    this.#record("sign-in-refused", name, client);
  }

  #record(action: string, userName: string, client: ClientInfo): void {
    this.#audit.record({ userName, remoteAddress: client.address, action, detail: {} });
  }
}

function failed(): NightjarError {
  return new NightjarError("NJ_LOGIN_FAILED", "unauthenticated", "user name or password is wrong");
}
