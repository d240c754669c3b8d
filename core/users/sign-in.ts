// Signing in with name and password, and a code where the account has a second factor: braked against guessing, the same
// answer and time whether the account is missing, disabled or the password wrong, and a session that holds only if the
// account did not change meanwhile. Names without a password here are asked about at the login providers of plugins.
import type { Clock } from "../clock.ts";
import type { UserRow } from "../db/tables/users-table.ts";
import { networkOf } from "../domain/client-network.ts";
import { NightjarError } from "../errors.ts";
import type { Accounts } from "./accounts.ts";
import type { AuditLog } from "./audit-log.ts";
import type { DeviceCookies } from "./device-cookies.ts";
import { LOCK_WINDOW_MS, type LoginGuard, type Standing } from "./login-guard.ts";
import type { LoginSources } from "./login-sources.ts";
import type { ClientInfo, Principal } from "./principal.ts";
import type { CodeKind, SecondFactors } from "./second-factors.ts";
import type { OpenedSession, Sessions } from "./sessions.ts";
import type { TypedNames } from "./typed-names.ts";

/** Entries about refusals in the time of a lock: of all together, and of one network. */
const REFUSALS_REMEMBERED = 1_000;
const REFUSALS_PER_NETWORK = 20;

/** What somebody brings to prove who they are. */
interface Proof {
  readonly password: string;
  readonly code?: string | undefined;
}

/** Whoever confirms, by the session that they have. */
type SignedIn = Pick<Principal, "userName" | "sessionId">;

type Verdict =
  | { readonly kind: "right"; readonly user: UserRow; readonly by?: CodeKind }
  | { readonly kind: "password-wrong" }
  /** A login provider could not be asked; `judged`: another one said no. */
  | { readonly kind: "away"; readonly judged: boolean }
  | { readonly kind: "code-missing" }
  | { readonly kind: "code-wrong" };

export class SignIn {
  readonly #accounts: Accounts;
  readonly #sessions: Sessions;
  readonly #secondFactors: SecondFactors;
  readonly #sources: LoginSources | undefined;
  readonly #guard: LoginGuard;
  readonly #devices: DeviceCookies;
  readonly #names: TypedNames;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #refusals = new Map<string, number>();

  constructor(options: {
    readonly accounts: Accounts;
    readonly sessions: Sessions;
    readonly secondFactors: SecondFactors;
    readonly sources?: LoginSources | undefined;
    readonly guard: LoginGuard;
    readonly devices: DeviceCookies;
    readonly names: TypedNames;
    readonly audit: AuditLog;
    readonly clock: Clock;
  }) {
    this.#accounts = options.accounts;
    this.#sessions = options.sessions;
    this.#secondFactors = options.secondFactors;
    this.#sources = options.sources;
    this.#guard = options.guard;
    this.#devices = options.devices;
    this.#names = options.names;
    this.#audit = options.audit;
    this.#clock = options.clock;
  }

  /**
   * Opens a session. `code`, of the authenticator app or a recovery code, counts where the account has a second factor. Throws `NJ_LOGIN_FAILED`, `NJ_LOGIN_LOCKED`, `NJ_LOGIN_BUSY`,
   * `NJ_LOGIN_PROVIDER_AWAY`, `NJ_USER_LIMIT`, and once the password is right `NJ_SECOND_FACTOR_NEEDED`, `NJ_SECOND_FACTOR_WRONG`.
   */
  async signIn(
    username: string,
    password: string,
    client: ClientInfo,
    code?: string,
  ): Promise<OpenedSession> {
    // Whatever is known of the account goes by its own name, however it was typed.
    const name = await this.#accounts.meantName(username.normalize("NFC").slice(0, 64));
    const device = await this.#devices.idOf(name, client.deviceCookie);
    const standing = device === undefined ? undefined : ({ kind: "device", id: device } as const);
    const { user, by } = await this.#judge(name, { password, code }, client, { standing, withCode: true });
    const session = await this.#sessions.open(user.name, client);
    // A password change or a disabling that came between check and opening has not seen this session, and a second factor
    // that was switched on meanwhile has not been asked for.
    const isPassedBy = by === undefined && (await this.#secondFactors.isOn(user.name));
    const isGone = user.source !== undefined && this.#sources?.isActive(user.source) !== true;
    if (isPassedBy || isGone || !(await this.#accounts.isUnchanged(user))) {
      await this.#sessions.end(session.sessionId);
      throw failed();
    }
    this.#record("session-opened", user.name, client, {
      ...(by === undefined ? {} : { secondFactor: by }),
      ...(user.source === undefined ? {} : { source: user.source }),
    });
    return session;
  }

  /** Checks the password of a signed-in account once more, before something grave; counted like a sign-in, by session. */
  async confirm(who: SignedIn, password: string, client: ClientInfo): Promise<void> {
    const { userName, sessionId } = who;
    const standing = { kind: "session", id: sessionId } as const;
    await this.#judge(userName, { password }, client, { standing, withCode: false });
  }

  /** Checks password and code once more; otherwise as {@link confirm}. Throws what {@link signIn} throws. */
  async confirmWithCode(who: SignedIn, password: string, code: string, client: ClientInfo): Promise<void> {
    const { userName, sessionId } = who;
    const standing = { kind: "session", id: sessionId } as const;
    await this.#judge(userName, { password, code }, client, { standing, withCode: true });
  }

  async #judge(
    name: string,
    proof: Proof,
    client: ClientInfo,
    { standing, withCode }: { readonly standing: Standing | undefined; readonly withCode: boolean },
  ): Promise<Extract<Verdict, { kind: "right" }>> {
    const attempt = await this.#guard.admit(name, client.address, standing).catch(async (error: unknown) => {
      await this.#recordRefusal(name, client);
      throw error;
    });
    let verdict: Verdict;
    try {
      verdict = await this.#verdict(name, proof, withCode, client.address);
    } catch (error) {
      attempt.abandon();
      throw error;
    }
    if (verdict.kind === "code-missing") {
      // No failure; and no success either, which would wipe out the wrong codes counted so far.
      attempt.abandon();
      throw new NightjarError(
        "NJ_SECOND_FACTOR_NEEDED",
        "unauthenticated",
        "this account needs a code too: the one that your authenticator app shows now, or a recovery code",
      );
    }
    if (verdict.kind === "away") {
      // A guess counts where somebody has judged it, and only there.
      if (verdict.judged) await attempt.finish(false);
      else attempt.abandon();
      throw new NightjarError(
        "NJ_LOGIN_PROVIDER_AWAY",
        "unavailable",
        "nobody can say now whether the password is right: the directory does not answer, try again or ask an administrator",
      );
    }
    await attempt.finish(verdict.kind === "right");
    if (verdict.kind === "right") {
      if (verdict.by === "recovery-code") this.#record("recovery-code-used", name, client);
      return verdict;
    }
    const isCode = verdict.kind === "code-wrong";
    const { userName, detail } = await this.#names.tried(name);
    this.#record("sign-in-failed", userName, client, {
      ...detail,
      ...(isCode ? { wrong: "second-factor" } : {}),
    });
    throw isCode ? wrongCode() : failed();
  }

  async #verdict(name: string, proof: Proof, withCode: boolean, address: string): Promise<Verdict> {
    const found =
      (await this.#accounts.verify(name, proof.password)) ??
      (await this.#outside(name, proof.password, address));
    if (found === undefined) return { kind: "password-wrong" };
    if ("kind" in found) return found;
    const user = found;
    if (!withCode || !(await this.#secondFactors.isOn(user.name))) return { kind: "right", user };
    if (proof.code === undefined || proof.code === "") return { kind: "code-missing" };
    const by = await this.#secondFactors.take(user.name, proof.code);
    return by === undefined ? { kind: "code-wrong" } : { kind: "right", user, by };
  }

  /** Whom a login provider lets in, with the account that follows from that. */
  async #outside(
    typed: string,
    password: string,
    address: string,
  ): Promise<UserRow | Extract<Verdict, { kind: "away" }> | undefined> {
    // Directories do not tell Anna from anna: neither may be a second account.
    const name = typed.toLowerCase();
    const leave = this.#sources === undefined ? undefined : await this.#accounts.outsideLeave(name);
    if (this.#sources === undefined || leave?.may !== true) return undefined;
    const verdict = await this.#sources.judge(name, password, leave.source);
    if (verdict.kind === "wrong") return undefined;
    if (verdict.kind === "away") return verdict;
    const { source, role, cameras } = verdict;
    return this.#accounts.takeOver({ name, source, role, cameras }, address);
  }

  /**
   * Once per account, network and lock, and few of each network: whoever floods the door, under whatever names, must not
   * fill the audit log.
   */
  async #recordRefusal(name: string, client: ClientInfo): Promise<void> {
    const network = ` ${networkOf(client.address)}`;
    const key = `${name.toLowerCase()}${network}`;
    const now = this.#clock.monotonicMs();
    // The oldest come first.
    for (const [known, atMs] of this.#refusals) {
      if (now - atMs < LOCK_WINDOW_MS) break;
      this.#refusals.delete(known);
    }
    if (this.#refusals.has(key) || this.#refusals.size >= REFUSALS_REMEMBERED) return;
    let ofNetwork = 0;
    for (const known of this.#refusals.keys()) if (known.endsWith(network)) ofNetwork += 1;
    if (ofNetwork >= REFUSALS_PER_NETWORK) return;
    this.#refusals.set(key, now);
    const { userName, detail } = await this.#names.tried(name);
    this.#record("sign-in-refused", userName, client, detail);
  }

  #record(
    action: string,
    userName: string,
    client: ClientInfo,
    detail: Readonly<Record<string, string>> = {},
  ): void {
    this.#audit.record({ userName, remoteAddress: client.address, action, detail });
  }
}

function failed(): NightjarError {
  return new NightjarError("NJ_LOGIN_FAILED", "unauthenticated", "user name or password is wrong");
}

function wrongCode(): NightjarError {
  return new NightjarError(
    "NJ_SECOND_FACTOR_WRONG",
    "unauthenticated",
    "the code is wrong, or was used before: wait for the next one, and see that the phone's clock is right",
  );
}
