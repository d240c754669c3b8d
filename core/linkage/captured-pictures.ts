// Pictures that actions keep with events: JPEG files in one folder of the data directory, within a bound of bytes and of
// files, the oldest deleted first. A file's name says of which event, camera and moment it is.
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EventCapture } from "../domain/alarm-event.ts";

const NAME = /^(\d{1,15})_(\d{1,9})_([a-z0-9-]{1,64})_(\d{1,15})\.jpg$/;
const MOST_BYTES = 512 * 1024 * 1024;
const MOST_FILES = 20_000;
/** Of one event. */
const MOST_OF_EVENT = 64;

interface Kept {
  readonly name: string;
  readonly event: number;
  readonly file: number;
  readonly camera: string;
  readonly sizeBytes: number;
}

export class CapturedPictures {
  readonly #folder: string;
  readonly #most: { readonly bytes: number; readonly files: number };
  /** The oldest first. */
  #kept: Kept[] = [];
  #bytes = 0;
  #last = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(folder: string, most = { bytes: MOST_BYTES, files: MOST_FILES }) {
    this.#folder = folder;
    this.#most = most;
  }

  /** Looks at what is there. Call it before anything else. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const found: Kept[] = [];
    for (const name of await readdir(this.#folder)) {
      const [, event, file, camera] = NAME.exec(name) ?? [];
      if (event === undefined || file === undefined || camera === undefined) continue;
      const { size } = await stat(join(this.#folder, name));
      found.push({ name, event: Number(event), file: Number(file), camera, sizeBytes: size });
    }
    this.#kept = found.sort((a, b) => a.file - b.file);
    this.#bytes = found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    this.#last = found.at(-1)?.file ?? 0;
  }

  /** Keeps a picture with an event. The oldest of all go where there are too many. */
  keep(event: number, camera: string, atMs: number, jpeg: Buffer): Promise<EventCapture> {
    const kept = this.#tail.then(() => this.#write(event, camera, atMs, jpeg));
    this.#tail = kept.catch(() => undefined);
    return kept;
  }

  /** A picture of an event, with the camera that it shows; undefined if there is none, or none any more. */
  async find(event: number, file: number): Promise<{ camera: string; jpeg: Buffer } | undefined> {
    const kept = this.#kept.find((one) => one.event === event && one.file === file);
    if (kept === undefined) return undefined;
    try {
      return { camera: kept.camera, jpeg: await readFile(join(this.#folder, kept.name)) };
    } catch {
      // Somebody has deleted it.
      return undefined;
    }
  }

  async #write(event: number, camera: string, atMs: number, jpeg: Buffer): Promise<EventCapture> {
    this.#last += 1;
    const file = this.#last;
    const name = `${event}_${file}_${camera}_${Math.round(atMs)}.jpg`;
    await writeFile(join(this.#folder, name), jpeg, { mode: 0o600 });
    this.#kept.push({ name, event, file, camera, sizeBytes: jpeg.length });
    this.#bytes += jpeg.length;
    const ofEvent = this.#kept.filter((one) => one.event === event);
    if (ofEvent.length > MOST_OF_EVENT && ofEvent[0] !== undefined) await this.#remove(ofEvent[0]);
    while (this.#kept.length > this.#most.files || this.#bytes > this.#most.bytes) {
      const [oldest] = this.#kept;
      if (oldest === undefined) break;
      await this.#remove(oldest);
    }
    return { file, camera, atMs: Math.round(atMs) };
  }

  async #remove(kept: Kept): Promise<void> {
    this.#kept = this.#kept.filter((one) => one !== kept);
    this.#bytes -= kept.sizeBytes;
    await rm(join(this.#folder, kept.name), { force: true });
  }
}
