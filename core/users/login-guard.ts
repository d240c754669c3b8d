// Brakes the guessing of passwords and codes (attack list A5): five failures from one address lock that address out of the
// account, twenty from anywhere lock the account, fifty lock the address, each for a quarter of an hour. Counted in the database,
// so that a restart forgets nothing. Not locked out by what strangers do: who works with the account from an address now, a browser
// that has signed in to it before, and who sits at the recorder itself. Whose own sign-ins succeed gives strangers no new guesses.
import type { Clock } from "../clock.ts";
import type { LoginAttemptsTable } from "../db/tables/login-attempts-table.ts";
import { isLoopback } from "../domain/address-policy.ts";
import { networkOf } from "../domain/client-network.ts";
import { NightjarError } from "../errors.ts";

export const LOCK_WINDOW_MS = 15 * 60_000;
export const FAILURES_PER_ACCOUNT_AND_ADDRESS = 5;
export const FAILURES_PER_ACCOUNT = 20;
export const FAILURES_PER_ADDRESS = 50;
const PRUNE_EVERY = 200;
/** No user name and no address begins so. */
const STREAM_ADDRESS_PREFIX = "rtsp:";

/** What stands for the address of a guess, and for the one who guesses as somebody who was let in before. */
export interface Standing {
  readonly kind: "session" | "device";
  readonly id: string;
}

/** One guess that may be judged; tell how it ended exactly once. */
export interface AdmittedAttempt {
  finish(succeeded: boolean): Promise<void>;
  /** It was not judged after all (the server was busy): it does not count. */
  abandon(): void;
}

export class LoginGuard {
  readonly #table: LoginAttemptsTable;
  readonly #clock: Clock;
  /** True if the account has a live session that was opened from this address. */
  readonly #isKnownAddress: (userName: string, address: string) => Promise<boolean>;
  /** What is stored for a name. */
  readonly #markOf: (userName: string) => string;
  /** Guesses being judged now, by what they count against: a thousand at once must not all slip through. */
  readonly #pending = new Map<string, number>();
  #sincePrune = 0;

  constructor(
    table: LoginAttemptsTable,
    clock: Clock,
    isKnownAddress: (userName: string, address: string) => Promise<boolean>,
    markOf: (userName: string) => string,
  ) {
    this.#table = table;
    this.#clock = clock;
    this.#isKnownAddress = isKnownAddress;
    this.#markOf = markOf;
  }

  /**
   * Admits a guess or throws `NJ_LOGIN_LOCKED`, the same for accounts that do not exist. With a live session of the account, or
   * the cookie of a browser that has signed in to it before, what strangers do elsewhere does not count, and session or device
   * stands for the address: a stolen one guesses no more often for moving about.
   */
  async admit(userName: string, from: string, standing?: Standing): Promise<AdmittedAttempt> {
    const name = this.#markOf(userName);
    // All of this machine's own addresses are one guesser: it has sixteen million of them.
    const network = isLoopback(from) ? "loopback" : networkOf(from);
    const address = standing === undefined ? network : `${standing.kind} ${standing.id}`;
    const keys = [`pair ${name} ${address}`, `user ${name}`, `address ${address}`] as const;
    // Taken before the database is read: a guess that ends in between is then counted twice, never not at all.
    const [pairPending, userPending, addressPending] = keys.map((key) => this.#reserve(key)) as [
      number,
      number,
      number,
    ];
    const release = () => {
      for (const key of keys) this.#release(key);
    };
    try {
      const since = this.#clock.wallMs() - LOCK_WINDOW_MS;
      const [pair, user, perAddress] = await Promise.all([
        this.#table.failuresOfUser(name, since, address),
        this.#table.failuresOfUser(name, since),
        this.#table.failuresOfAddress(address, since),
      ]);
      const locked =
        pair + pairPending >= FAILURES_PER_ACCOUNT_AND_ADDRESS ||
        perAddress + addressPending >= FAILURES_PER_ADDRESS ||
        (user + userPending >= FAILURES_PER_ACCOUNT &&
          standing === undefined &&
          !isLoopback(from) &&
          !(await this.#isKnownAddress(userName, from)));
      if (locked) throw lockedError();
    } catch (error) {
      release();
      throw error;
    }
    return {
      finish: async (succeeded) => {
        try {
          await this.#table.record({
            userName: name,
            remoteAddress: address,
            atMs: this.#clock.wallMs(),
            succeeded,
          });
        } finally {
          release();
        }
        await this.#pruneSometimes();
      },
      abandon: release,
    };
  }

  /**
   * Counts a wrong answer where passwords are too long to be guessed: a right one is never locked out, so all that this
   * brakes is noise. False once the address has had its share. Apart from sign-ins: a program with an old password must
   * not lock its owner's browser out.
   */
  async countUnguessable(userName: string, address: string): Promise<boolean> {
    const now = this.#clock.wallMs();
    const remoteAddress = `${STREAM_ADDRESS_PREFIX}${networkOf(address)}`;
    const pending = this.#reserve(remoteAddress);
    try {
      const failures = await this.#table.failuresOfAddress(remoteAddress, now - LOCK_WINDOW_MS);
      if (failures + pending >= FAILURES_PER_ADDRESS) return false;
      await this.#table.record({
        userName: `${STREAM_ADDRESS_PREFIX}${this.#markOf(userName)}`,
        remoteAddress,
        atMs: now,
        succeeded: false,
      });
    } finally {
      this.#release(remoteAddress);
    }
    await this.#pruneSometimes();
    return true;
  }

  #reserve(key: string): number {
    const before = this.#pending.get(key) ?? 0;
    this.#pending.set(key, before + 1);
    return before;
  }

  #release(key: string): void {
    const count = (this.#pending.get(key) ?? 1) - 1;
    if (count <= 0) this.#pending.delete(key);
    else this.#pending.set(key, count);
  }

  async #pruneSometimes(): Promise<void> {
    this.#sincePrune += 1;
    if (this.#sincePrune < PRUNE_EVERY) return;
    this.#sincePrune = 0;
    await this.#table.prune(this.#clock.wallMs() - 2 * LOCK_WINDOW_MS);
  }
}

function lockedError(): NightjarError {
  return new NightjarError(
    "NJ_LOGIN_LOCKED",
    "resource-exhausted",
    "too many wrong passwords: wait a quarter of an hour, use a browser that has signed in before, or sign in on the recorder itself",
    { retryAfterSeconds: LOCK_WINDOW_MS / 1000 },
  );
}
