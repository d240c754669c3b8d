// Sends the journal's reports to `core`, in order and at most 256 at once, from the last acknowledged one on after
// every reconnect. Knows nothing of what they say.
import type { Clock } from "../../clock.ts";
import type { Link } from "../../link/link.ts";
import type { Log } from "../../log.ts";
import type { CoreMethodsForMedia, MediaReport } from "../protocol.ts";
import type { ReportJournal } from "./journal.ts";

const BATCH = 256;
const RETRY_MS = 1_000;
const DRAIN_POLL_MS = 10;

export class ReportSender {
  readonly #journal: ReportJournal;
  readonly #clock: Clock;
  readonly #log: Log;
  #link: Link<CoreMethodsForMedia> | undefined;
  #sentUpTo = 0;
  #offeredUpTo = 0;
  #sending = false;

  constructor(journal: ReportJournal, clock: Clock, log: Log) {
    this.#journal = journal;
    this.#clock = clock;
    this.#log = log;
    journal.onReport = () => this.#send();
  }

  /** `core` is there (again): everything that it has not acknowledged is sent. */
  connect(link: Link<CoreMethodsForMedia>): void {
    this.#link = link;
    this.#sentUpTo = 0;
    this.#offeredUpTo = 0;
    this.#sending = false;
    this.#send();
    void link.closed.then(() => {
      if (this.#link === link) this.#link = undefined;
    });
  }

  /**
   * Sends a report that nobody needs later. While older ones still wait it is left out: core would acknowledge
   * its number, and with it those that it has not seen.
   */
  sendVolatile(report: MediaReport): void {
    if (this.#journal.pending(this.#offeredUpTo, 1).length > 0) return;
    this.#link?.notify("reports", { reports: [this.#journal.number(report)] });
  }

  /**
   * Resolves when `core` has taken everything, or is away, or after `limitMs`: a recorder that is stopped in order
   * leaves an index that knows its last files.
   */
  async drain(limitMs: number): Promise<void> {
    const deadlineMs = this.#clock.monotonicMs() + limitMs;
    while (this.#link !== undefined && this.#clock.monotonicMs() < deadlineMs) {
      if (!this.#sending && this.#journal.pending(this.#sentUpTo, 1).length === 0) return;
      await new Promise<void>((resolve) => this.#clock.after(DRAIN_POLL_MS, resolve));
    }
  }

  #send(): void {
    const link = this.#link;
    if (link === undefined || this.#sending) return;
    const reports = this.#journal.pending(this.#sentUpTo, BATCH);
    const last = reports.at(-1);
    if (last === undefined) return;
    this.#sending = true;
    this.#offeredUpTo = last.number;
    link.request("reports", { reports }, 30_000).then(
      () => {
        if (this.#link !== link) return;
        this.#sending = false;
        this.#sentUpTo = last.number;
        this.#send();
      },
      (error: unknown) => {
        if (this.#link !== link) return;
        this.#log.debug("reports were not taken", { reason: String(error) });
        this.#clock.after(RETRY_MS, () => {
          if (this.#link !== link) return;
          this.#sending = false;
          this.#send();
        });
      },
    );
  }
}
