// First-run activation: whoever can read the console (or the file in the data directory) types a one-time code and
// becomes the first administrator. There is no default account (A4). The code has 80 bits, lives 30 minutes, and is
// new after every start.
import { timingSafeEqual } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { writeFileAtomically } from "../config/atomic-file.ts";
import { NightjarError } from "../errors.ts";
import type { Accounts } from "./accounts.ts";
import type { ClientInfo } from "./principal.ts";
import { tokenHash } from "./tokens.ts";
import { bareCode, newTypedCode } from "./typed-codes.ts";

/** Holds the code as text, 0600, until it is used or replaced. */
export const ACTIVATION_CODE_FILE = "activation-code.txt";
export const ACTIVATION_CODE_LIFE_MS = 30 * 60_000;
const TRIES_PER_WINDOW = 10;
const WINDOW_MS = 60_000;
const ADDRESSES_REMEMBERED = 1_000;

export interface ActivationCode {
  /** For people: four groups of four. */
  readonly code: string;
  readonly expiresAtMs: number;
}

export class Activation {
  readonly #file: string;
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #tries = new Map<string, { count: number; since: number }>();
  #code: ActivationCode | undefined;

  constructor(options: { readonly dataDir: string; readonly accounts: Accounts; readonly clock: Clock }) {
    this.#file = join(options.dataDir, ACTIVATION_CODE_FILE);
    this.#accounts = options.accounts;
    this.#clock = options.clock;
  }

  /** True once there is an account. */
  isActivated(): Promise<boolean> {
    return this.#accounts.any();
  }

  /** The code in force, or a new one where it has run out; undefined if the recorder is activated. */
  async current(): Promise<ActivationCode | undefined> {
    const code = this.#code;
    if (code !== undefined && code.expiresAtMs > this.#clock.wallMs() && !(await this.isActivated()))
      return code;
    return await this.renew();
  }

  /** A new code, which replaces the one before; undefined if the recorder is activated. Called at start and on demand. */
  async renew(): Promise<ActivationCode | undefined> {
    if (await this.isActivated()) {
      await this.#forget();
      return undefined;
    }
    const code: ActivationCode = {
      code: newTypedCode(),
      expiresAtMs: this.#clock.wallMs() + ACTIVATION_CODE_LIFE_MS,
    };
    await writeFileAtomically(
      this.#file,
      `${code.code}\nvalid until ${new Date(code.expiresAtMs).toISOString()}\n`,
    );
    this.#code = code;
    return code;
  }

  /**
   * Makes the first administrator. Throws `NJ_ALREADY_ACTIVATED`, `NJ_ACTIVATION_CODE_WRONG`, `NJ_ACTIVATION_CODE_EXPIRED`,
   * `NJ_ACTIVATION_BUSY`, or what is wrong with name or password (the code stays valid then).
   */
  async activate(
    request: { readonly code: string; readonly username: string; readonly password: string },
    client: ClientInfo,
  ): Promise<void> {
    this.#countTry(client.address);
    if (await this.isActivated()) throw alreadyActivated();
    this.#checkCode(request.code);
    const made = await this.#accounts.createFirst(
      { name: request.username, password: request.password },
      { userName: request.username, address: client.address },
    );
    if (!made) throw alreadyActivated();
    await this.#forget();
  }

  #checkCode(given: string): void {
    const code = this.#code;
    const matches =
      code !== undefined &&
      timingSafeEqual(Buffer.from(tokenHash(bareCode(given))), Buffer.from(tokenHash(bareCode(code.code))));
    if (!matches || code === undefined) {
      throw new NightjarError(
        "NJ_ACTIVATION_CODE_WRONG",
        "permission-denied",
        "this is not the activation code: it was printed when Nightjar started, and stands in activation-code.txt",
      );
    }
    if (code.expiresAtMs <= this.#clock.wallMs()) {
      throw new NightjarError(
        "NJ_ACTIVATION_CODE_EXPIRED",
        "permission-denied",
        "the activation code is older than 30 minutes: `nightjar user activation-code` or a restart gives a new one",
      );
    }
  }

  /** Guessing 80 bits is hopeless anyway; this keeps the attempt from costing anything. */
  #countTry(address: string): void {
    const now = this.#clock.monotonicMs();
    if (this.#tries.size >= ADDRESSES_REMEMBERED) this.#tries.clear();
    const tries = this.#tries.get(address);
    if (tries === undefined || now - tries.since > WINDOW_MS) {
      this.#tries.set(address, { count: 1, since: now });
      return;
    }
    tries.count += 1;
    if (tries.count > TRIES_PER_WINDOW) {
      throw new NightjarError("NJ_ACTIVATION_BUSY", "resource-exhausted", "too many tries: wait a minute", {
        retryAfterSeconds: WINDOW_MS / 1000,
      });
    }
  }

  async #forget(): Promise<void> {
    this.#code = undefined;
    await rm(this.#file, { force: true });
  }
}

function alreadyActivated(): NightjarError {
  return new NightjarError(
    "NJ_ALREADY_ACTIVATED",
    "failed-precondition",
    "this recorder has its administrator already: sign in",
  );
}
