// Judges digest answers (RFC 7616 §3.4) of programs that want to watch with a stream password. The door that gave the
// nonce out has judged that; here it is only part of what was hashed. The answer is the same whether account or password
// is wrong, the account disabled, or nothing there at all.
import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { StreamPasswordsTable } from "../db/tables/stream-passwords-table.ts";
import { NightjarError } from "../errors.ts";
import type { AuditLog } from "./audit-log.ts";
import type { CameraScopes } from "./camera-scopes.ts";
import type { LoginGuard } from "./login-guard.ts";
import type { Principal } from "./principal.ts";
import { type StreamPasswords, streamSessionId } from "./stream-passwords.ts";
import type { TypedNames } from "./typed-names.ts";

/** For how long one judgement holds; whoever watches on is judged anew before. */
const GRANT_MS = 15 * 60_000;
const NOTE_USE_EVERY_MS = 60_000;

/** A client's answer to a challenge. */
export interface DigestAnswer {
  readonly username: string;
  readonly algorithm: "MD5" | "SHA-256";
  /** What is hashed between the two others: nonce, or nonce:nc:cnonce:qop. */
  readonly middle: string;
  /** H(method:uri), hexadecimal. */
  readonly actHash: string;
  readonly response: string;
}

export class StreamSignIn {
  readonly #table: StreamPasswordsTable;
  readonly #passwords: StreamPasswords;
  readonly #scopes: CameraScopes;
  readonly #guard: LoginGuard;
  readonly #names: TypedNames;
  readonly #audit: AuditLog;
  readonly #clock: Clock;

  constructor(options: {
    readonly table: StreamPasswordsTable;
    readonly passwords: StreamPasswords;
    readonly scopes: CameraScopes;
    readonly guard: LoginGuard;
    readonly names: TypedNames;
    readonly audit: AuditLog;
    readonly clock: Clock;
  }) {
    this.#table = options.table;
    this.#passwords = options.passwords;
    this.#scopes = options.scopes;
    this.#guard = options.guard;
    this.#names = options.names;
    this.#audit = options.audit;
    this.#clock = options.clock;
  }

  /** Who answers. Throws `NJ_LOGIN_FAILED`, or `NJ_LOGIN_LOCKED` after many wrong answers from one address. */
  async authenticate(answer: DigestAnswer, address: string): Promise<Principal> {
    const userName = answer.username.normalize("NFC").slice(0, 64);
    const rows = await this.#table.usable(userName);
    const row = rows.find((each) => this.#isRight(answer, each));
    if (row === undefined) throw await this.#wrong(userName, address);
    const now = this.#clock.wallMs();
    if (now - (row.lastUsedAtMs ?? 0) > NOTE_USE_EVERY_MS) {
      // Not waited for: a database that is slow to write must not delay pictures, or let a revocation overtake this.
      this.#table.use(row.id, now).catch(() => undefined);
    }
    return {
      sessionId: streamSessionId(row.id),
      userName: row.userName,
      role: row.role,
      cameras: row.role === "administrator" ? "all" : this.#scopes.of(row.userName),
      expiresAtMs: now + GRANT_MS,
    };
  }

  #isRight(answer: DigestAnswer, row: Parameters<StreamPasswords["hashesOf"]>[0]): boolean {
    const isSha = answer.algorithm === "SHA-256";
    const hashes = this.#passwords.hashesOf(row);
    const right = createHash(isSha ? "sha256" : "md5")
      .update(`${isSha ? hashes.sha256 : hashes.md5}:${answer.middle}:${answer.actHash}`, "latin1")
      .digest();
    const given = Buffer.from(answer.response, "hex");
    return given.length === right.length && timingSafeEqual(given, right);
  }

  async #wrong(userName: string, address: string): Promise<NightjarError> {
    if (await this.#guard.countUnguessable(userName, address)) {
      this.#audit.record({
        ...(await this.#names.tried(userName)),
        remoteAddress: address,
        action: "stream-sign-in-failed",
      });
    } else {
      return new NightjarError(
        "NJ_LOGIN_LOCKED",
        "resource-exhausted",
        "too many wrong stream passwords from this address: wait a quarter of an hour",
      );
    }
    return new NightjarError("NJ_LOGIN_FAILED", "unauthenticated", "user name or stream password is wrong");
  }
}
