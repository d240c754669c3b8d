// The second factor of accounts: set up in two steps, so that nobody locks themselves out with an app that never got
// the secret; then a code of the app, or one of ten recovery codes, at each sign-in. Secrets lie sealed in the secret
// store under names that say nothing, recovery codes as hashes, and each code counts once.
import type { Clock } from "../clock.ts";
import type { SecretStore } from "../config/secret-store.ts";
import type { SecondFactorsTable } from "../db/tables/second-factors-table.ts";
import { NightjarError } from "../errors.ts";
import type { ApiTokens } from "./api-tokens.ts";
import type { AuditLog } from "./audit-log.ts";
import type { Actor } from "./principal.ts";
import type { Sessions } from "./sessions.ts";
import { newPublicId, tokenHash } from "./tokens.ts";
import { base32, looksLikeTotp, matchingStep, newTotpSecret, otpauthUri } from "./totp.ts";
import { bareCode, newTypedCode } from "./typed-codes.ts";

export const RECOVERY_CODES = 10;
/** How long a set-up that was begun may be finished. */
export const SETUP_LIFE_MS = 15 * 60_000;
const SECRET_PREFIX = "second-factor/";

/** What an authenticator app is given, once. */
export interface SecondFactorSetup {
  /** For a QR code. */
  readonly uri: string;
  /** The same secret for typing, in base 32. */
  readonly secret: string;
}

export type SecondFactorState =
  | { readonly on: false }
  | { readonly on: true; readonly sinceMs: number; readonly recoveryCodesLeft: number };

/** All of a second factor, as sealed settings files carry it. */
export interface StoredSecondFactor {
  /** In base 64. */
  readonly secret: string;
  readonly sinceMs: number;
  readonly lastStep: number;
  /** Hashes of the recovery codes that are left. */
  readonly recoveryCodes: readonly string[];
}

export type CodeKind = "totp" | "recovery-code";

interface BegunSetup {
  readonly secret: Buffer;
  readonly endsAtMs: number;
}

export class SecondFactors {
  readonly #table: SecondFactorsTable;
  readonly #secrets: SecretStore;
  readonly #sessions: Sessions;
  readonly #apiTokens: ApiTokens;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  /** In memory only, by the account's name: a set-up that nobody finishes leaves nothing behind. */
  readonly #begun = new Map<string, BegunSetup>();

  constructor(options: {
    readonly table: SecondFactorsTable;
    readonly secrets: SecretStore;
    readonly sessions: Sessions;
    readonly apiTokens: ApiTokens;
    readonly audit: AuditLog;
    readonly clock: Clock;
  }) {
    this.#table = options.table;
    this.#secrets = options.secrets;
    this.#sessions = options.sessions;
    this.#apiTokens = options.apiTokens;
    this.#audit = options.audit;
    this.#clock = options.clock;
  }

  async isOn(userName: string): Promise<boolean> {
    return (await this.#table.find(userName)) !== undefined;
  }

  async state(userName: string): Promise<SecondFactorState> {
    const found = await this.#table.find(userName);
    if (found === undefined) return { on: false };
    const recoveryCodesLeft = await this.#table.countRecoveryCodes(userName);
    return { on: true, sinceMs: found.sinceMs, recoveryCodesLeft };
  }

  /** All of an account's second factor, for a sealed settings file and nothing else. Throws `NJ_SECRETS_UNREADABLE`. */
  async stored(userName: string): Promise<StoredSecondFactor | undefined> {
    const found = await this.#table.find(userName);
    if (found === undefined) return undefined;
    return {
      secret: this.#secretOf(found.secretName).toString("base64"),
      sinceMs: found.sinceMs,
      lastStep: found.lastStep,
      recoveryCodes: await this.#table.recoveryCodeHashes(userName),
    };
  }

  /** Where an account's secret is kept; undefined if it has no second factor. */
  async secretName(userName: string): Promise<string | undefined> {
    return (await this.#table.find(userName))?.secretName;
  }

  /** Keeps secrets of second factors that are about to be stored; gives their names, in the same order. */
  async keepSecrets(secrets: readonly string[]): Promise<string[]> {
    const kept = new Map(secrets.map((secret) => [`${SECRET_PREFIX}${newPublicId()}`, secret] as const));
    if (kept.size > 0) await this.#secrets.change(kept);
    return [...kept.keys()];
  }

  async forgetSecrets(names: readonly string[]): Promise<void> {
    if (names.length > 0) await this.#secrets.change(new Map(names.map((name) => [name, undefined])));
  }

  /** Names of all accounts that have one. */
  async names(): Promise<ReadonlySet<string>> {
    return new Set(await this.#table.names());
  }

  /**
   * The first step: a new secret, which is given out this once and holds nothing yet. One that was begun before is
   * forgotten. The caller has checked the password. Throws `NJ_SECOND_FACTOR_ON`.
   */
  async begin(userName: string): Promise<SecondFactorSetup> {
    if (await this.isOn(userName)) throw alreadyOn();
    const now = this.#clock.monotonicMs();
    for (const [name, { endsAtMs }] of this.#begun) if (endsAtMs <= now) this.#begun.delete(name);
    const secret = newTotpSecret();
    this.#begun.set(userName, { secret, endsAtMs: now + SETUP_LIFE_MS });
    return { uri: otpauthUri(userName, secret), secret: base32(secret) };
  }

  /**
   * The second step: a code proves that the app has the secret. From now on the account needs codes, and its other
   * sessions end. Gives the recovery codes, this once. Throws `NJ_SECOND_FACTOR_NOT_BEGUN`, `NJ_SECOND_FACTOR_ON`, `NJ_CODE_WRONG`.
   */
  async confirm(userName: string, code: string, actor: Actor): Promise<readonly string[]> {
    const begun = this.#begun.get(userName);
    if (begun === undefined || begun.endsAtMs <= this.#clock.monotonicMs()) {
      throw new NightjarError(
        "NJ_SECOND_FACTOR_NOT_BEGUN",
        "failed-precondition",
        "the set-up was not begun, or more than a quarter of an hour ago: begin again",
      );
    }
    const step = matchingStep(begun.secret, spaceless(code), this.#clock.wallMs());
    if (step === undefined) throw codeWrong();
    // Before anything is waited for: of two confirmations one finds it gone.
    this.#begun.delete(userName);
    if (await this.isOn(userName)) throw alreadyOn();
    const recoveryCodes = newRecoveryCodes();
    const secretName = `${SECRET_PREFIX}${newPublicId()}`;
    await this.#secrets.set(secretName, begun.secret.toString("base64"));
    try {
      await this.#table.insert(
        { userName, secretName, sinceMs: this.#clock.wallMs(), lastStep: step },
        recoveryCodes.map(recoveryCodeHash),
      );
    } catch (error) {
      await this.#secrets.delete(secretName);
      throw error;
    }
    await this.#sessions.endOfUser(userName, actor.sessionId);
    this.#record("second-factor-on", userName, actor);
    return recoveryCodes;
  }

  /** Takes a code of the app or a recovery code; undefined if it is wrong or was used. Throws `NJ_SECRETS_UNREADABLE`. */
  async take(userName: string, typed: string): Promise<CodeKind | undefined> {
    const found = await this.#table.find(userName);
    if (found === undefined) return undefined;
    const code = spaceless(typed);
    if (!looksLikeTotp(code)) {
      const taken = await this.#table.takeRecoveryCode(userName, recoveryCodeHash(typed));
      return taken ? "recovery-code" : undefined;
    }
    const step = matchingStep(this.#secretOf(found.secretName), code, this.#clock.wallMs());
    if (step === undefined || !(await this.#table.takeStep(userName, step))) return undefined;
    return "totp";
  }

  /**
   * New recovery codes in place of all that the actor has, given this once. The caller has checked password and code.
   * Throws `NJ_SECOND_FACTOR_OFF`.
   */
  async renewRecoveryCodes(actor: Actor): Promise<readonly string[]> {
    if (!(await this.isOn(actor.userName))) throw isOff(actor.userName);
    const recoveryCodes = newRecoveryCodes();
    await this.#table.replaceRecoveryCodes(actor.userName, recoveryCodes.map(recoveryCodeHash));
    this.#record("recovery-codes-renewed", actor.userName, actor);
    return recoveryCodes;
  }

  /** Switches the actor's own off. The caller has checked password and code. Throws `NJ_SECOND_FACTOR_OFF`. */
  async switchOff(actor: Actor): Promise<void> {
    const name = await this.remove(actor.userName);
    if (name === undefined) throw isOff(actor.userName);
    this.#record("second-factor-off", name, actor);
  }

  /**
   * Takes it from somebody who lost phone and recovery codes, and ends the account's sessions and API tokens. Never one's own, for which
   * password and code are asked. Throws `NJ_SECOND_FACTOR_OWN`, `NJ_SECOND_FACTOR_OFF`.
   */
  async reset(userName: string, actor: Actor): Promise<void> {
    if ((await this.#table.find(userName))?.userName === actor.userName) {
      throw new NightjarError(
        "NJ_SECOND_FACTOR_OWN",
        "failed-precondition",
        "your own second factor is switched off with password and code; another administrator may reset it",
      );
    }
    const name = await this.remove(userName);
    if (name === undefined) throw isOff(userName);
    await this.#sessions.endOfUser(name);
    await this.#apiTokens.endOfUser(name);
    this.#record("second-factor-reset", name, actor);
  }

  /**
   * Takes the second factor and all that belongs to it away, as when its account goes. Gives the account's name as it is
   * written; undefined if there was none.
   */
  async remove(userName: string): Promise<string | undefined> {
    this.#begun.delete(userName);
    const found = await this.#table.find(userName);
    if (found === undefined || !(await this.#table.remove(userName))) return undefined;
    await this.#secrets.delete(found.secretName);
    return found.userName;
  }

  #record(action: string, user: string, actor: Actor): void {
    this.#audit.record({
      userName: actor.userName,
      remoteAddress: actor.address,
      action,
      detail: { user },
      token: actor.token,
    });
  }

  #secretOf(secretName: string): Buffer {
    const secret = this.#secrets.get(secretName);
    if (secret === undefined) {
      throw new NightjarError(
        "NJ_SECRETS_UNREADABLE",
        "data-loss",
        `the secret "${secretName}" of a second factor is missing: a recovery code still works, or have it reset`,
        { name: secretName },
      );
    }
    return Buffer.from(secret, "base64");
  }
}

function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, newTypedCode);
}

/** What is stored of a recovery code, however it is typed. */
function recoveryCodeHash(typed: string): string {
  return tokenHash(bareCode(typed));
}

/** Apps show codes in groups; people type them so. */
function spaceless(code: string): string {
  return code.slice(0, 64).replace(/\s/g, "");
}

function alreadyOn(): NightjarError {
  return new NightjarError(
    "NJ_SECOND_FACTOR_ON",
    "failed-precondition",
    "the second factor is on already: switch it off before you set it up anew",
  );
}

function isOff(userName: string): NightjarError {
  return new NightjarError(
    "NJ_SECOND_FACTOR_OFF",
    "not-found",
    `there is no account "${userName.slice(0, 64)}" with a second factor`,
  );
}

/** The error of a code that a signed-in person typed wrongly. */
export function codeWrong(): NightjarError {
  return new NightjarError(
    "NJ_CODE_WRONG",
    "permission-denied",
    "the code is wrong, or was used before: wait for the next one, and see that the phone's clock is right",
  );
}
