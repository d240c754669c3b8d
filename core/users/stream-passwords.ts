// Stream passwords: with them other programs (VLC, ffmpeg, another recorder) watch cameras over RTSP in an account's name.
// Digest log-in needs a hash that stands in for the password, which an account's own argon2id hash is not; so the recorder
// makes them itself, too long to guess, shows them once, and keeps their digest hashes sealed (docs/decisions/0018).
import { createHash, randomInt } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { SecretStore } from "../config/secret-store.ts";
import type { StreamPasswordRow, StreamPasswordsTable } from "../db/tables/stream-passwords-table.ts";
import type { UsersTable } from "../db/tables/users-table.ts";
import { NightjarError } from "../errors.ts";
import type { AuditLog } from "./audit-log.ts";
import { requireOwn } from "./outside-accounts.ts";
import type { Actor } from "./principal.ts";
import type { Sessions } from "./sessions.ts";
import { newPublicId } from "./tokens.ts";

/** Part of every digest hash: another realm would make all passwords worthless. */
export const STREAM_REALM = "Nightjar";
export const STREAM_PASSWORDS_PER_ACCOUNT = 10;
/** Without what looks alike, and safe in an address. 24 of 57 are 139 bits. */
const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const LENGTH = 24;
const SESSION_PREFIX = "stream-password:";

/** A stream password as its owner sees it. */
export interface StreamPassword {
  readonly id: string;
  readonly label: string;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | undefined;
}

/** H(user:realm:password) of RFC 7616 §3.4.2, hexadecimal, for both algorithms. */
export interface DigestHashes {
  readonly md5: string;
  readonly sha256: string;
}

export class StreamPasswords {
  readonly #table: StreamPasswordsTable;
  readonly #users: Pick<UsersTable, "find">;
  readonly #secrets: SecretStore;
  readonly #sessions: Sessions;
  readonly #audit: AuditLog;
  readonly #clock: Clock;

  constructor(options: {
    readonly table: StreamPasswordsTable;
    readonly users: Pick<UsersTable, "find">;
    readonly secrets: SecretStore;
    readonly sessions: Sessions;
    readonly audit: AuditLog;
    readonly clock: Clock;
  }) {
    this.#table = options.table;
    this.#users = options.users;
    this.#secrets = options.secrets;
    this.#sessions = options.sessions;
    this.#audit = options.audit;
    this.#clock = options.clock;
  }

  /** Those of an account, oldest first. */
  async list(userName: string): Promise<StreamPassword[]> {
    return (await this.#table.list(userName)).map(toStreamPassword);
  }

  /** Those of all accounts, by account, oldest first. */
  async listAll(): Promise<(StreamPassword & { readonly userName: string })[]> {
    return (await this.#table.listAll()).map((row) => ({ ...toStreamPassword(row), userName: row.userName }));
  }

  /**
   * Makes one for the account `userName`, which the caller has asked for its password, and gives it out this once.
   * Throws `NJ_STREAM_PASSWORD_LIMIT`, `NJ_USER_FROM_PROVIDER`, and `NJ_DB_CONSTRAINT` if there is no such account.
   */
  async create(
    userName: string,
    label: string,
    actor: Actor,
  ): Promise<StreamPassword & { readonly password: string }> {
    const user = await this.#users.find(userName);
    if (user !== undefined) requireOwn(user);
    const password = newPassword();
    const row = { id: newPublicId(), userName, label, createdAtMs: this.#clock.wallMs() };
    const hashes: DigestHashes = {
      md5: credentialsHash("md5", userName, password),
      sha256: credentialsHash("sha256", userName, password),
    };
    const sealedHashes = this.#secrets.sealText(purposeOf(row), JSON.stringify(hashes));
    if (!(await this.#table.insert({ ...row, sealedHashes }, STREAM_PASSWORDS_PER_ACCOUNT))) {
      throw new NightjarError(
        "NJ_STREAM_PASSWORD_LIMIT",
        "resource-exhausted",
        `an account has at most ${STREAM_PASSWORDS_PER_ACCOUNT} stream passwords: revoke one that is not used`,
      );
    }
    this.#record("stream-password-created", row, actor);
    return { ...toStreamPassword({ ...row, sealedHashes, lastUsedAtMs: null }), password };
  }

  /** Takes one from its account: what is watched with it ends at once. Throws `NJ_STREAM_PASSWORD_NOT_FOUND`. */
  async revoke(userName: string, id: string, actor: Actor): Promise<void> {
    const row = await this.#table.find(id);
    if (row === undefined || !(await this.#table.remove(userName, id))) {
      throw new NightjarError(
        "NJ_STREAM_PASSWORD_NOT_FOUND",
        "not-found",
        "this account has no such stream password",
      );
    }
    this.#sessions.haveEnded([streamSessionId(id)]);
    this.#record("stream-password-revoked", row, actor);
  }

  /** Ends what is watched with any of an account's: its rights are others now. The passwords stay. */
  async endStreams(userName: string): Promise<void> {
    this.#sessions.haveEnded((await this.#table.list(userName)).map(({ id }) => streamSessionId(id)));
  }

  /** Whose a session of a stream is, by the session's id; undefined if it is no such session or gone. */
  async ownerOf(sessionId: string): Promise<string | undefined> {
    if (!sessionId.startsWith(SESSION_PREFIX)) return undefined;
    return (await this.#table.find(sessionId.slice(SESSION_PREFIX.length)))?.userName;
  }

  /** The hashes of one. Throws `NJ_SECRETS_UNREADABLE`. */
  hashesOf(row: StreamPasswordRow): DigestHashes {
    return JSON.parse(this.#secrets.openText(purposeOf(row), row.sealedHashes)) as DigestHashes;
  }

  #record(action: string, row: Pick<StreamPasswordRow, "userName" | "label" | "id">, actor: Actor): void {
    this.#audit.record({
      userName: actor.userName,
      remoteAddress: actor.address,
      action,
      detail: { user: row.userName, label: row.label, id: row.id },
    });
  }
}

/** What is watched with a stream password counts as this session: it ends when the password goes. */
export function streamSessionId(id: string): string {
  return `${SESSION_PREFIX}${id}`;
}

/** Authenticated with the sealed hashes, so that a row cannot lend its own to another account. */
function purposeOf({ id, userName }: { readonly id: string; readonly userName: string }): string {
  return `stream-password/${id}/${userName}`;
}

function newPassword(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
}

function credentialsHash(algorithm: "md5" | "sha256", userName: string, password: string): string {
  return createHash(algorithm).update(`${userName}:${STREAM_REALM}:${password}`, "utf8").digest("hex");
}

function toStreamPassword(row: StreamPasswordRow): StreamPassword {
  const { id, label, createdAtMs, lastUsedAtMs } = row;
  return { id, label, createdAtMs, lastUsedAtMs: lastUsedAtMs ?? undefined };
}
