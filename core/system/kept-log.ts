// Keeps the newest lines of a process's log in `<data>/logs/<process>.log` besides standard error, so that the page of
// the system can show them wherever the recorder runs. Two files of 1 MiB at most. Neither of the two ever holds up the
// process: a terminal may be stopped by Ctrl-S, a pipe not be read, a disk be slow. What is not taken in time is left out.
import { appendFile, mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";

/** Below the data directory. */
export const LOGS_FOLDER = "logs";
export const LOG_FILE_BYTES = 1024 * 1024;
/** Lines that wait for the disk, or for whoever reads standard error; more are left out. */
const WAITING_BYTES = 256 * 1024;
/** Time that the last lines are given to get to standard error and to the file. */
const LAST_LINES_MS = 500;

/** A destination for `createLog`. */
export class KeptLog {
  /** Writes in a thread: in this one a write waits for as long as nobody reads. */
  readonly #standardError = pino.destination({ fd: 2, sync: false, maxLength: WAITING_BYTES });
  readonly #file: string;
  readonly #folder: string;
  #waiting: string[] = [];
  #waitingBytes = 0;
  /** Bytes in the file; undefined until it was looked at. */
  #sizeBytes: number | undefined;
  #isWriting = false;
  /** Until all that waits is in the file. */
  #writing: Promise<void> | undefined;
  #leftOut = 0;

  constructor(dataDir: string, name: string) {
    this.#folder = join(dataDir, LOGS_FOLDER);
    this.#file = join(this.#folder, `${name}.log`);
    // Broken pipes are no news to it: the terminal may be gone.
    this.#standardError.on("error", () => undefined);
  }

  /** Takes a line for standard error and for the file. */
  write(line: string): void {
    this.#standardError.write(line);
    this.keep(line);
  }

  /** Takes a line for the file alone. */
  keep(line: string): void {
    if (this.#waitingBytes + line.length > WAITING_BYTES) {
      this.#leftOut += 1;
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    if (!this.#isWriting) this.#writing = this.#writeOut();
  }

  /** Writes what waits, at the end of the process. Resolves also where nobody reads standard error, or the disk does not answer. */
  async close(): Promise<void> {
    let late: NodeJS.Timeout | undefined;
    const flushed = new Promise<void>((resolve) => this.#standardError.flush(() => resolve()));
    const given = new Promise<void>((resolve) => {
      late = setTimeout(resolve, LAST_LINES_MS);
    });
    // Also the line that is on its way: whoever ends the process right after this would take it along.
    await Promise.race([Promise.all([flushed, this.#writing]), given]);
    clearTimeout(late);
  }

  async #writeOut(): Promise<void> {
    this.#isWriting = true;
    try {
      while (this.#waiting.length > 0) {
        this.#sizeBytes ??= await this.#open();
        if (this.#sizeBytes > LOG_FILE_BYTES) {
          await rename(this.#file, `${this.#file}.1`);
          this.#sizeBytes = 0;
        }
        const text = this.#take();
        await appendFile(this.#file, text, { mode: 0o600 });
        this.#sizeBytes += Buffer.byteLength(text);
      }
    } catch {
      // The next line tries again; these stay on standard error only.
      this.#take();
      this.#sizeBytes = undefined;
    } finally {
      this.#isWriting = false;
    }
  }

  async #open(): Promise<number> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    return await stat(this.#file).then(
      ({ size }) => size,
      () => 0,
    );
  }

  #take(): string {
    const lines = this.#waiting;
    if (this.#leftOut > 0) {
      const time = new Date().toISOString();
      lines.push(
        `${JSON.stringify({ level: "warn", time, message: "lines of the log were left out", count: this.#leftOut })}\n`,
      );
      this.#leftOut = 0;
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
    return lines.join("");
  }
}
