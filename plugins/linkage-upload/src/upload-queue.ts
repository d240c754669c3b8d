// What waits to be uploaded, on the recorder's own disk: one file for each event, written whole or not at all, known by its
// name alone. Survives a restart; bounded by count, bytes and age, the oldest goes first.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { UploadFile } from "./carriers.ts";

const FOLDER = "queue";
/** When it came, whose it is and for which target. */
const NAME = /^(\d{13})-([\da-f]{16})-([\da-f]{8})\.json$/;
const MOST_FILES = 10;
/** More than the recorder gives: five pictures are 3 MB of base64 together. */
const LONGEST_JOB_BYTES = 8_000_000;

/** The files of one event for one target. */
export interface Job {
  /** The same for the same event, action and target. */
  readonly key: string;
  readonly target: string;
  readonly files: readonly UploadFile[];
}

/** A job that waits, without its files. */
export interface Waiting {
  readonly key: string;
  /** Of the target's name: what waits need not be read to know for whom. */
  readonly targetMark: string;
  readonly sinceMs: number;
  readonly bytes: number;
}

export interface QueueBounds {
  readonly mostJobs: number;
  readonly mostBytes: number;
  readonly mostAgeMs: number;
}

export class UploadQueue {
  readonly #folder: string;
  readonly #bounds: QueueBounds;
  /** Oldest first. */
  #waiting: Waiting[] = [];

  constructor(folder: string, bounds: QueueBounds) {
    this.#folder = join(folder, FOLDER);
    this.#bounds = bounds;
  }

  get jobs(): readonly Waiting[] {
    return this.#waiting;
  }

  has(key: string): boolean {
    return this.#waiting.some((one) => one.key === key);
  }

  /** Finds what a former life has left, and clears away what it could not finish writing. */
  async open(nowMs: number): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (const name of (await readdir(this.#folder)).sort()) {
      const [, digits, key, targetMark] = NAME.exec(name) ?? [];
      if (key === undefined || targetMark === undefined) {
        if (name.endsWith(".new")) await rm(join(this.#folder, name), { force: true });
        continue;
      }
      const path = join(this.#folder, name);
      const { size: bytes } = await stat(path);
      const one = { key, targetMark, sinceMs: Math.min(Number(digits), nowMs), bytes };
      // The clock was set back meanwhile: a file's name says since when it waits.
      if (this.#path(one) !== path) await rename(path, this.#path(one));
      this.#waiting.push(one);
    }
  }

  /** Keeps a job. Answers those that had to be given up for it, oldest first. Throws where the disk takes it not. */
  async add(job: Job, nowMs: number): Promise<readonly Waiting[]> {
    const text = JSON.stringify({
      version: 1,
      key: job.key,
      target: job.target,
      files: job.files.map(({ folder, name, bytes }) => ({ folder, name, base64: bytes.toString("base64") })),
    });
    const bytes = Buffer.byteLength(text);
    // What comes later never stands before what is there, though the clock was set back.
    const sinceMs = Math.max(nowMs, this.#waiting.at(-1)?.sinceMs ?? 0);
    const one = { key: job.key, targetMark: markOf(job.target), sinceMs, bytes };
    const path = this.#path(one);
    try {
      await writeFile(`${path}.new`, text, { mode: 0o600, flush: true });
      await rename(`${path}.new`, path);
    } catch (error) {
      await rm(`${path}.new`, { force: true });
      throw error;
    }
    this.#waiting.push(one);
    return this.#giveUpOldest();
  }

  /** The job itself; undefined: it is gone, or what is there is none of ours. */
  async read(one: Waiting): Promise<Job | undefined> {
    if (one.bytes > LONGEST_JOB_BYTES) return undefined;
    try {
      return jobOf(JSON.parse(await readFile(this.#path(one), "utf8")), one);
    } catch {
      return undefined;
    }
  }

  async remove(one: Waiting): Promise<void> {
    this.#waiting = this.#waiting.filter((other) => other !== one);
    await rm(this.#path(one), { force: true });
  }

  /** Gives up what has waited too long. Answers it. */
  async removeOld(nowMs: number): Promise<readonly Waiting[]> {
    const old = this.#waiting.filter(({ sinceMs }) => nowMs - sinceMs > this.#bounds.mostAgeMs);
    for (const one of old) await this.remove(one);
    return old;
  }

  async #giveUpOldest(): Promise<readonly Waiting[]> {
    const { mostJobs, mostBytes } = this.#bounds;
    let bytes = this.#waiting.reduce((sum, one) => sum + one.bytes, 0);
    const given: Waiting[] = [];
    while (this.#waiting.length > mostJobs || bytes > mostBytes) {
      const [oldest] = this.#waiting;
      if (oldest === undefined) break;
      bytes -= oldest.bytes;
      given.push(oldest);
      await this.remove(oldest);
    }
    return given;
  }

  #path({ sinceMs, key, targetMark }: Waiting): string {
    return join(this.#folder, `${String(sinceMs).padStart(13, "0")}-${key}-${targetMark}.json`);
  }
}

/** By which the jobs of a target are known. */
export function markOf(target: string): string {
  return createHash("sha256").update(target).digest("hex").slice(0, 8);
}

/** By which a job is known. */
export function keyOf(...words: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(words)).digest("hex").slice(0, 16);
}

function jobOf(value: unknown, { key, targetMark }: Waiting): Job | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { version, target, files } = value as Readonly<Record<string, unknown>>;
  if (version !== 1 || typeof target !== "string" || markOf(target) !== targetMark) return undefined;
  if (!Array.isArray(files) || files.length > MOST_FILES || !files.every(isKeptFile)) return undefined;
  return {
    key,
    target,
    files: files.map(({ folder, name, base64 }) => ({ folder, name, bytes: Buffer.from(base64, "base64") })),
  };
}

interface KeptFile extends Omit<UploadFile, "bytes"> {
  readonly base64: string;
}

function isKeptFile(value: unknown): value is KeptFile {
  if (typeof value !== "object" || value === null) return false;
  const { folder, name, base64 } = value as Partial<KeptFile>;
  const isStep = (step: unknown): boolean =>
    typeof step === "string" && step !== "" && step !== "." && step !== ".." && !/[/\\\p{Cc}]/u.test(step);
  return Array.isArray(folder) && folder.every(isStep) && isStep(name) && typeof base64 === "string";
}
