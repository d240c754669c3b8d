// Remembers over restarts where each camera's streams were found last, so that a camera goes on being recorded while its
// driver is away or in trouble: a plugin must never cost a recording. Without passwords, which stay in the secret store.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { writeFileAtomically } from "../config/atomic-file.ts";
import { systemCode } from "../errors.ts";
import type { Log } from "../log.ts";
import type { CameraStreams } from "../plugin/contract/camera-driver.ts";

export const KNOWN_STREAMS_FILE = "known-streams.json";
const FILE_LIMIT_BYTES = 8 * 1024 * 1024;

/** What a driver was asked about. */
export interface StreamsQuestion {
  readonly driver: string;
  readonly config: Readonly<Record<string, unknown>>;
}

interface Known extends StreamsQuestion {
  readonly streams: CameraStreams;
}

export class KnownStreams {
  readonly #file: string;
  readonly #log: Log;
  readonly #known: Map<string, Known>;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string, log: Log, known: Map<string, Known>) {
    this.#file = file;
    this.#log = log;
    this.#known = known;
  }

  /** Reads what a data directory remembers; a file that cannot be read is as good as none. */
  static async open(dataDir: string, log: Log): Promise<KnownStreams> {
    const file = join(dataDir, KNOWN_STREAMS_FILE);
    const known = new Map<string, Known>();
    try {
      const text = await readFile(file, "utf8");
      if (text.length <= FILE_LIMIT_BYTES)
        for (const [camera, entry] of Object.entries(JSON.parse(text) as Record<string, Known>))
          if (typeof entry?.streams?.main?.url === "string") known.set(camera, entry);
    } catch (error) {
      if (systemCode(error) !== "ENOENT")
        log.warn("the streams that were known cannot be read", { file, reason: String(error) });
    }
    return new KnownStreams(file, log, known);
  }

  /** Where the streams were, if the same was asked. What comes back is to be checked like a driver's answer. */
  get(camera: string, { driver, config }: StreamsQuestion): CameraStreams | undefined {
    const known = this.#known.get(camera);
    return known?.driver === driver && isDeepStrictEqual(known.config, plain(config))
      ? known.streams
      : undefined;
  }

  /** Remembers an answer. */
  set(camera: string, { driver, config }: StreamsQuestion, streams: CameraStreams): void {
    const entry = { driver, config: plain(config), streams };
    if (isDeepStrictEqual(this.#known.get(camera), entry)) return;
    this.#known.set(camera, entry);
    this.#write();
  }

  /** Forgets a camera. */
  delete(camera: string): void {
    if (this.#known.delete(camera)) this.#write();
  }

  /** Resolves when everything is on the disk. */
  settled(): Promise<void> {
    return this.#writing;
  }

  #write(): void {
    this.#writing = this.#writing
      .then(() =>
        writeFileAtomically(this.#file, `${JSON.stringify(Object.fromEntries(this.#known), null, 2)}\n`),
      )
      .catch((error: unknown) =>
        this.#log.warn("the known streams cannot be written", { file: this.#file, reason: String(error) }),
      );
  }
}

/** As JSON keeps it. */
function plain<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
