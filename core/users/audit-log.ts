// The audit log: acts that matter to security, in a chain of hashes (attack list A26). Writing never holds up the act
// itself: what cannot be written is logged as an error. Strangers, who need no account for it, have a share of each day's
// entries: what goes beyond is counted, and told as a number. What is kept, and the check of the chain: audit-upkeep.ts.
import type { Clock } from "../clock.ts";
import { CoreHook } from "../core-hook.ts";
import type { AuditEntry, AuditQuery, AuditRow, AuditTable } from "../db/tables/audit-table.ts";
import { redactUrl } from "../domain/redact-url.ts";
import type { Log } from "../log.ts";
import type { TokenName } from "./principal.ts";

/** An act without its time, which the log adds. One of a program names the token, which the log adds to the detail. */
export type AuditAct = Omit<AuditEntry, "atMs"> & { readonly token?: TokenName | undefined };

/** What a stranger can cause, from however many networks. */
const STRANGERS_ACTS: ReadonlySet<string> = new Set([
  "sign-in-failed",
  "sign-in-refused",
  "stream-sign-in-failed",
]);
const STRANGERS_ACTS_A_DAY = 5_000;
const DAY_MS = 86_400_000;

export class AuditLog {
  readonly #table: AuditTable;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #recorded: CoreHook<[entry: AuditEntry]>;
  #last: Promise<void> = Promise.resolve();
  /** What strangers caused since then, and how much of that was not written down. */
  #strangers = { sinceMs: Number.NEGATIVE_INFINITY, written: 0, left: 0 };

  constructor(table: AuditTable, clock: Clock, log: Log) {
    this.#table = table;
    this.#clock = clock;
    this.#log = log;
    this.#recorded = new CoreHook("act recorded", ["entry"], log);
  }

  /** Adds an act. Returns at once; acts keep their order. */
  record(act: AuditAct): void {
    if (STRANGERS_ACTS.has(act.action) && !this.#hasRoomForStrangers()) return;
    this.#append(act);
  }

  /** Tells how many acts of strangers were left out since it was last asked; called now and then. */
  tellLeftOut(): void {
    const count = this.#strangers.left;
    this.#strangers.left = 0;
    if (count === 0) return;
    this.#append({ userName: "", remoteAddress: "", action: "sign-ins-left-out", detail: { count } });
  }

  #hasRoomForStrangers(): boolean {
    const now = this.#clock.monotonicMs();
    if (now - this.#strangers.sinceMs >= DAY_MS) {
      this.tellLeftOut();
      this.#strangers = { sinceMs: now, written: 0, left: 0 };
    }
    const hasRoom = this.#strangers.written < STRANGERS_ACTS_A_DAY;
    if (hasRoom) this.#strangers.written += 1;
    else this.#strangers.left += 1;
    return hasRoom;
  }

  #append(act: AuditAct): void {
    const { token, ...rest } = act;
    const by = token === undefined ? {} : { token: token.name, tokenId: token.id };
    const entry = { ...rest, detail: { ...withoutSecrets(act.detail), ...by }, atMs: this.#clock.wallMs() };
    this.#last = this.#last.then(() =>
      this.#table.append(entry).then(
        () => this.#recorded.call(entry),
        (error: unknown) => {
          this.#log.error("an act could not be written to the audit log", {
            action: act.action,
            reason: String(error),
          });
        },
      ),
    );
  }

  /** Calls the listener of this name for each act that was written. Gives what ends that. */
  onRecorded(name: string, listener: (entry: AuditEntry) => void): () => void {
    return this.#recorded.tap(name, listener);
  }

  list(query: AuditQuery): Promise<AuditRow[]> {
    return this.#table.list(query);
  }

  /** The number of the first entry that was tampered with; undefined if none was. */
  verify(): Promise<number | undefined> {
    return this.#table.verify();
  }

  /** Resolves when everything recorded so far has been written. */
  settled(): Promise<void> {
    return this.#last;
  }
}

/** Addresses in the detail lose their credentials; the callers leave other secrets out. */
function withoutSecrets(detail: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(detail).map(([key, value]) => [key, typeof value === "string" ? redactUrl(value) : value]),
  );
}
