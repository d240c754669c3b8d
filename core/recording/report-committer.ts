// Writes what `media` reports into the index: in the order of arrival, batched, at most one transaction a second
// unless a backlog fills the batch, and told onwards only once it is durable. What fails for want of the disk is
// tried again; what can never be written is left out with an error in the log, and fsck finds its file.
import type { Clock, Timer } from "../clock.ts";
import type { Db, SqlWriter } from "../db/db.ts";
import { insertRunEnd } from "../db/tables/coverage-table.ts";
import { putLastReport } from "../db/tables/last-reports-table.ts";
import { streamsTable } from "../db/tables/streams-table.ts";
import { volumesTable } from "../db/tables/volumes-table.ts";
import type { SegmentId, VolumeId } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { MediaReport } from "../media/protocol.ts";
import type { SegmentRecord } from "../media/segment.ts";
import { indexSegment, unindexSegment } from "./segment-indexing.ts";
import { whyNotIndexable } from "./segment-row.ts";
import { isStateReport, type StateReport, stateKey, stateMark } from "./state-reports.ts";

const PERIOD_MS = 1_000;
const RETRY_MS = 2_000;
const BATCH = 256;

/** What a commit changed, for those who show it. */
export interface IndexChanges {
  readonly added: readonly SegmentRecord[];
  readonly removed: readonly Removed[];
}

export interface Removed {
  readonly id: SegmentId;
  readonly volume: VolumeId;
  /** It was locked: `media` deleted what it should not have, or the lock came too late. */
  readonly wasLocked: boolean;
}

interface Pending {
  readonly report: MediaReport;
  readonly done: () => void;
}

export class ReportCommitter {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onCommitted: (changes: IndexChanges) => void;
  /** What was written of each state last: the same again is not worth a transaction. */
  readonly #marks = new Map<string, string>();
  #pending: Pending[] = [];
  #timer: Timer | undefined;
  #committing: Promise<boolean> | undefined;
  #lastCommitMs = Number.NEGATIVE_INFINITY;
  readonly #closing = new AbortController();

  constructor(db: Db, options: { clock: Clock; log: Log; onCommitted: (changes: IndexChanges) => void }) {
    this.#db = db;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#onCommitted = options.onCommitted;
  }

  /** Reports that wait for their commit. */
  get waiting(): number {
    return this.#pending.length;
  }

  /** Resolves when the reports are durable. Those that concern no table resolve with what came before them. */
  commit(reports: readonly MediaReport[]): Promise<void> {
    if (reports.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const last = reports.length - 1;
      reports.forEach((report, index) => {
        this.#pending.push({ report, done: index === last ? resolve : noop });
      });
      this.#schedule();
    });
  }

  /** Writes what waits now, without the pause. */
  async flush(): Promise<void> {
    while (this.#pending.length > 0 && !this.#closing.signal.aborted) {
      this.#timer?.cancel();
      this.#timer = undefined;
      this.#committing ??= this.#commitBatch();
      if (!(await this.#committing)) return;
    }
  }

  /** Tries once to write what waits, and stops. What is left was not acknowledged and comes again. */
  async close(): Promise<void> {
    await this.flush();
    this.#closing.abort();
    this.#timer?.cancel();
  }

  #schedule(delayMs?: number): void {
    if (this.#closing.signal.aborted || this.#timer !== undefined || this.#committing !== undefined) return;
    const sinceMs = this.#clock.monotonicMs() - this.#lastCommitMs;
    const pauseMs = delayMs ?? (this.#pending.length >= BATCH ? 0 : Math.max(0, PERIOD_MS - sinceMs));
    this.#timer = this.#clock.after(pauseMs, () => {
      this.#timer = undefined;
      this.#committing ??= this.#commitBatch();
    });
  }

  /** False if it must be tried again. */
  async #commitBatch(): Promise<boolean> {
    const batch = this.#pending.slice(0, BATCH);
    let retryMs: number | undefined;
    try {
      await this.#write(batch);
      this.#pending.splice(0, batch.length);
      for (const item of batch) item.done();
    } catch (error) {
      retryMs = RETRY_MS;
      this.#log.error("the index cannot be written; trying again, recording goes on", {
        reason: String(error),
      });
    }
    this.#lastCommitMs = this.#clock.monotonicMs();
    this.#committing = undefined;
    if (this.#pending.length > 0) this.#schedule(retryMs);
    return retryMs === undefined;
  }

  async #write(batch: readonly Pending[]): Promise<void> {
    const reports = batch.map((item) => item.report).filter((report) => this.#isWorthWriting(report));
    if (reports.length === 0) return;
    try {
      this.#onCommitted(await this.#transaction(reports));
    } catch (error) {
      if (!(error instanceof NightjarError) || !["NJ_DB_CONSTRAINT", "NJ_DB"].includes(error.code))
        throw error;
      // One of them is impossible: the others must not wait for it.
      for (const report of reports) await this.#writeAlone(report);
    }
  }

  async #writeAlone(report: MediaReport): Promise<void> {
    try {
      this.#onCommitted(await this.#transaction([report]));
    } catch (error) {
      if (!(error instanceof NightjarError) || !["NJ_DB_CONSTRAINT", "NJ_DB"].includes(error.code))
        throw error;
      this.#log.error("a report of the recorder cannot be indexed; nightjar fsck will look at its file", {
        report,
        reason: error.message,
      });
    }
  }

  async #transaction(reports: readonly MediaReport[]): Promise<IndexChanges> {
    const states = new Map<string, StateReport>();
    for (const report of reports) if (isStateReport(report)) states.set(stateKey(report), report);
    const changes = await this.#db.transaction(async (writer) => {
      const booking = new Booking(writer, this.#clock.wallMs(), this.#log);
      for (const report of reports) if (concernsIndex(report)) await booking.book(report);
      for (const [key, report] of states) await putLastReport(writer, key, report);
      return booking.changes;
    });
    for (const [key, report] of states) this.#marks.set(key, stateMark(report));
    return changes;
  }

  #isWorthWriting(report: MediaReport): boolean {
    if (!isStateReport(report)) return concernsIndex(report);
    return this.#marks.get(stateKey(report)) !== stateMark(report);
  }
}

type IndexReport = Extract<
  MediaReport,
  { kind: "segment-closed" | "segment-deleted" | "segment-abandoned" | "run-ended" }
>;

function concernsIndex(report: MediaReport): report is IndexReport {
  return (
    report.kind === "segment-closed" ||
    report.kind === "segment-deleted" ||
    report.kind === "segment-abandoned" ||
    report.kind === "run-ended"
  );
}

/** One transaction's worth of reports; remembers the numbers of streams and volumes meanwhile. */
class Booking {
  readonly #writer: SqlWriter;
  readonly #nowMs: number;
  readonly #log: Log;
  readonly #streams = new Map<string, number>();
  readonly #volumes = new Map<string, number>();
  readonly #added: SegmentRecord[] = [];
  readonly #removed: Removed[] = [];

  constructor(writer: SqlWriter, nowMs: number, log: Log) {
    this.#writer = writer;
    this.#nowMs = nowMs;
    this.#log = log;
  }

  get changes(): IndexChanges {
    return { added: this.#added, removed: this.#removed };
  }

  async book(report: IndexReport): Promise<void> {
    switch (report.kind) {
      case "segment-closed":
        return this.#close(report.segment);
      case "segment-deleted":
      case "segment-abandoned":
        return this.#remove(report.id, report.volume);
      case "run-ended":
        return insertRunEnd(this.#writer, await this.#streamNumber(report.camera, report.stream), {
          end90k: report.endTime90k,
          run: report.run,
          reason: report.reason.slice(0, 500),
        });
    }
  }

  async #close(record: SegmentRecord): Promise<void> {
    const obstacle = whyNotIndexable(record);
    if (obstacle !== undefined) {
      this.#log.error("a segment cannot be indexed; nightjar fsck will look at its file", {
        id: record.id,
        path: record.path,
        reason: obstacle,
      });
      return;
    }
    const changed = await indexSegment(this.#writer, record, {
      streamNumber: await this.#streamNumber(record.camera, record.stream),
      volumeNumber: await this.#volumeNumber(record.volume),
    });
    if (changed) this.#added.push(record);
  }

  async #remove(id: SegmentId, volume: VolumeId): Promise<void> {
    const removed = await unindexSegment(this.#writer, id);
    if (removed !== undefined) this.#removed.push({ id, volume, wasLocked: removed.locked === 1 });
  }

  async #streamNumber(camera: string, stream: string): Promise<number> {
    const key = `${camera}/${stream}`;
    let number = this.#streams.get(key);
    if (number === undefined) {
      number = await streamsTable(this.#writer).numberOf(camera, stream);
      this.#streams.set(key, number);
    }
    return number;
  }

  async #volumeNumber(id: string): Promise<number> {
    let number = this.#volumes.get(id);
    if (number === undefined) {
      number = await volumesTable(this.#writer).numberOf(id, this.#nowMs);
      this.#volumes.set(id, number);
    }
    return number;
  }
}

function noop(): void {
  // A report that is not the last of its call has nobody waiting for it.
}
