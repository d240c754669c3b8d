// Opens settings files that people hand in, plain or sealed: one key is derived at a time, since each takes 64 MiB and a
// processor, and whoever guesses passwords is braked.
import type { Clock } from "../clock.ts";
import { NightjarError } from "../errors.ts";
import { SETTINGS_UPLOAD_LIMIT_BYTES } from "../gateway/protocol.ts";
import { type DeriveKey, deriveKey, isSealed, readSealHeader, seal, unseal } from "./sealed-file.ts";
import { parseSettings, type SettingsDocument } from "./settings-document.ts";
import { notSettings } from "./settings-errors.ts";

const WAITING_LIMIT = 4;
const WRONG_LIMIT = 5;
const WRONG_WINDOW_MS = 60_000;
const CALLERS_REMEMBERED = 1_000;

export class FileOpener {
  readonly #clock: Clock;
  readonly #derive: DeriveKey;
  readonly #wrong = new Map<string, { count: number; sinceMs: number }>();
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(clock: Clock, derive: DeriveKey = deriveKey) {
    this.#clock = clock;
    this.#derive = derive;
  }

  /** Seals a settings file. Throws `NJ_SETTINGS_BUSY` when too many wait. */
  seal(content: Uint8Array, password: string): Promise<Buffer> {
    return this.#inTurn(() => seal(content, password, undefined, this.#derive));
  }

  /**
   * Reads a settings file for `caller`, against whom wrong passwords count. Throws `NJ_SETTINGS_FILE`,
   * `NJ_SETTINGS_NEWER`, `NJ_SETTINGS_PASSWORD`, `NJ_SETTINGS_PASSWORD_MISSING`, `NJ_SETTINGS_BUSY`.
   */
  async open(bytes: Uint8Array, password: string | undefined, caller: string): Promise<SettingsDocument> {
    if (bytes.length > SETTINGS_UPLOAD_LIMIT_BYTES)
      throw notSettings(`it is larger than ${SETTINGS_UPLOAD_LIMIT_BYTES} bytes`);
    if (!isSealed(bytes)) return parseSettings(textOf(bytes));
    readSealHeader(bytes);
    if (password === undefined || password === "") {
      throw new NightjarError(
        "NJ_SETTINGS_PASSWORD_MISSING",
        "invalid-argument",
        "this settings file is sealed: give the password that it was made with",
      );
    }
    const content = await this.#inTurn(async () => {
      this.#refuseGuessing(caller);
      try {
        const opened = await unseal(bytes, password, this.#derive);
        this.#wrong.delete(caller);
        return opened;
      } catch (error) {
        if (error instanceof NightjarError && error.code === "NJ_SETTINGS_PASSWORD") this.#countWrong(caller);
        throw error;
      }
    });
    return parseSettings(textOf(content));
  }

  #refuseGuessing(caller: string): void {
    const wrong = this.#wrong.get(caller);
    if (wrong === undefined || wrong.count < WRONG_LIMIT) return;
    const left = wrong.sinceMs + WRONG_WINDOW_MS - this.#clock.monotonicMs();
    if (left > 0) throw busy("too many wrong passwords: wait a minute", left / 1000);
    this.#wrong.delete(caller);
  }

  #countWrong(caller: string): void {
    if (this.#wrong.size >= CALLERS_REMEMBERED) this.#wrong.clear();
    const now = this.#clock.monotonicMs();
    const before = this.#wrong.get(caller);
    const isOver = before === undefined || now - before.sinceMs >= WRONG_WINDOW_MS;
    this.#wrong.set(caller, isOver ? { count: 1, sinceMs: now } : { ...before, count: before.count + 1 });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= WAITING_LIMIT)
      return Promise.reject(busy("too many settings files are being sealed or opened: try again", 5));
    this.#waiting += 1;
    const done = this.#turn.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw notSettings("it is neither sealed nor text");
  }
}

function busy(message: string, retryAfterSeconds: number): NightjarError {
  return new NightjarError("NJ_SETTINGS_BUSY", "resource-exhausted", message, { retryAfterSeconds });
}
