// The audit log: acts that matter to security, in a chain of hashes (attack list A26). Writing never holds up the act
// itself: what cannot be written is logged as an error.
import type { Clock } from "../clock.ts";
import type { AuditEntry, AuditQuery, AuditRow, AuditTable } from "../db/tables/audit-table.ts";
import { redactUrl } from "../domain/redact-url.ts";
import type { Log } from "../log.ts";
import type { TokenName } from "./principal.ts";

/** An act without its time, which the log adds. One of a program names the token, which the log adds to the detail. */
export type AuditAct = Omit<AuditEntry, "atMs"> & { readonly token?: TokenName | undefined };

export class AuditLog {
  readonly #table: AuditTable;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #listeners = new Set<(entry: AuditEntry) => void>();
  #last: Promise<void> = Promise.resolve();

  constructor(table: AuditTable, clock: Clock, log: Log) {
    this.#table = table;
    this.#clock = clock;
    this.#log = log;
  }

  /** Adds an act. Returns at once; acts keep their order. */
  record(act: AuditAct): void {
    const { token, ...rest } = act;
    const by = token === undefined ? {} : { token: token.name, tokenId: token.id };
    const entry = { ...rest, detail: { ...withoutSecrets(act.detail), ...by }, atMs: this.#clock.wallMs() };
    this.#last = this.#last.then(() =>
      this.#table.append(entry).then(
        () => {
          for (const listener of this.#listeners) listener(entry);
        },
        (error: unknown) => {
          this.#log.error("an act could not be written to the audit log", {
            action: act.action,
            reason: String(error),
          });
        },
      ),
    );
  }

  /** Calls `listener` for each act that was written. Gives what ends that. */
  onRecorded(listener: (entry: AuditEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
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
