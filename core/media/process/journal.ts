// Numbered reports for `core`, kept until it acknowledges them: in memory, and on disk in `<data>/media/` so that
// they outlive a restart of `media` (docs/design/storage-and-quota.md). They may be lost: the files are the truth.
// The journal is bounded; past that the oldest go, and `fsck` finds what they told.
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { MediaReport, NumberedReport } from "../protocol.ts";
import { writeFileAtomically } from "./atomic-file.ts";

const FILE = "journal.jsonl";
/** Lines that no longer matter may make up this much of the file before it is written anew. */
const SLACK_LINES = 4_096;

export class ReportJournal {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #limit: number;
  #reports: NumberedReport[] = [];
  #next: number;
  #fileLines = 0;
  #unwritten: string[] = [];
  #writing: Promise<void> | undefined;
  #dropped = 0;
  /** Called after each new report. */
  onReport: () => void = () => undefined;

  /** `folder` is `<data>/media`. `limit` bounds the reports that are kept. */
  constructor(folder: string, clock: Clock, log: Log, limit = 100_000) {
    this.#path = join(folder, FILE);
    this.#clock = clock;
    this.#log = log;
    this.#limit = limit;
    // Above any number given before, also when the journal was lost.
    this.#next = Math.max(1, Math.floor(clock.wallMs()));
  }

  /** Reads what an earlier process left. Broken lines are skipped. */
  async open(): Promise<void> {
    let text = "";
    try {
      text = await readFile(this.#path, "utf8");
    } catch {
      return;
    }
    for (const line of text.split("\n")) {
      if (line === "") continue;
      this.#fileLines += 1;
      const report = parseLine(line);
      if (report === undefined) continue;
      if (report.number < 0) this.#forgetUpTo(-report.number);
      else if (report.number > (this.#reports.at(-1)?.number ?? 0)) this.#reports.push(report);
    }
    this.#next = Math.max(this.#next, (this.#reports.at(-1)?.number ?? 0) + 1);
  }

  /** Reports that are not acknowledged, oldest first, above `after`, at most `limit`. */
  pending(after: number, limit: number): readonly NumberedReport[] {
    const reports = this.#reports;
    // The usual case is that everything up to `after` was sent and little is behind it.
    let from = reports.length;
    while (from > 0 && (reports[from - 1] as NumberedReport).number > after) from -= 1;
    return reports.slice(from, from + limit);
  }

  get size(): number {
    return this.#reports.length;
  }

  /** Writes a report down and numbers it. */
  add(report: MediaReport): NumberedReport {
    const numbered = this.number(report);
    this.#reports.push(numbered);
    if (this.#reports.length > this.#limit) this.#makeRoom();
    this.#write(JSON.stringify(numbered));
    this.onReport();
    return numbered;
  }

  /** Numbers a report that is not kept: worth sending only now. */
  number(report: MediaReport): NumberedReport {
    const number = this.#next;
    this.#next += 1;
    return { number, atMs: this.#clock.wallMs(), report };
  }

  /** Forgets everything up to `upTo`. */
  acknowledge(upTo: number): void {
    const before = this.#reports.length;
    this.#forgetUpTo(upTo);
    if (this.#reports.length === before) return;
    this.#write(JSON.stringify({ number: -upTo }));
  }

  /** Resolves when all that was added is on disk. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  #forgetUpTo(upTo: number): void {
    const kept = this.#reports.findIndex((report) => report.number > upTo);
    this.#reports = kept === -1 ? [] : this.#reports.slice(kept);
  }

  #makeRoom(): void {
    // States of which a newer one waits tell nothing any more; segments do.
    const seen = new Set<string>();
    const kept: NumberedReport[] = [];
    for (let index = this.#reports.length - 1; index >= 0; index -= 1) {
      const numbered = this.#reports[index] as NumberedReport;
      const key = stateKey(numbered.report);
      if (key !== undefined && seen.has(key)) continue;
      if (key !== undefined) seen.add(key);
      kept.push(numbered);
    }
    kept.reverse();
    const excess = kept.length - Math.floor(this.#limit * 0.9);
    if (excess > 0) {
      kept.splice(0, excess);
      this.#dropped += excess;
      this.#log.warn("core has been away for long: the oldest reports are gone, fsck will find the files", {
        dropped: this.#dropped,
      });
    }
    this.#reports = kept;
  }

  #write(line: string): void {
    this.#unwritten.push(line);
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    // One turn later, so that what is reported together is written together.
    await Promise.resolve();
    while (this.#unwritten.length > 0) {
      try {
        if (this.#fileLines + this.#unwritten.length > this.#reports.length + SLACK_LINES) {
          this.#unwritten = [];
          this.#fileLines = this.#reports.length;
          await writeFileAtomically(
            this.#path,
            this.#reports.map((report) => `${JSON.stringify(report)}\n`).join(""),
          );
        } else {
          const lines = this.#unwritten;
          this.#unwritten = [];
          this.#fileLines += lines.length;
          await appendFile(this.#path, `${lines.join("\n")}\n`, { mode: 0o600 });
        }
      } catch (error) {
        this.#log.warn("the journal of reports cannot be written; going on without", {
          reason: String(error),
        });
        return;
      }
    }
  }
}

function parseLine(line: string): NumberedReport | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || !("number" in value)) return undefined;
    if (!Number.isSafeInteger(value.number)) return undefined;
    if ((value.number as number) >= 0 && !("report" in value)) return undefined;
    return value as NumberedReport;
  } catch {
    return undefined;
  }
}

/** Reports of which only the newest counts share a key. */
function stateKey(report: MediaReport): string | undefined {
  switch (report.kind) {
    case "stream-state":
    case "recording-state":
    case "stream-format":
    case "camera-clock":
      return `${report.kind}/${report.camera}/${report.stream}`;
    case "volume-state":
      return `${report.kind}/${report.state.volume}`;
    default:
      return undefined;
  }
}
