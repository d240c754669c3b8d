// The pictures that are retained at the broker, as files of the recorder's own: a broker that was restarted has forgotten them, and
// so has the recorder's own one with every start.
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../log.ts";

/** Which picture of a camera: the one that somebody asked for, or that of its last event. */
export const PICTURE_KINDS = ["snapshot", "event"] as const;
export type PictureKind = (typeof PICTURE_KINDS)[number];

export class KeptPictures {
  readonly #folder: string;
  readonly #log: Log;

  /** `folder` is made when there is something to keep. */
  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  /**
   * Keeps it in the place of the one before. Where that fails there is none: the older one would be published over this one
   * when the broker is there again.
   */
  async keep(camera: string, kind: PictureKind, jpeg: Buffer): Promise<void> {
    const path = this.#path(camera, kind);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(`${path}.new`, jpeg, { mode: 0o600 });
      await rename(`${path}.new`, path);
    } catch (error) {
      this.#log.debug("a picture for MQTT was not kept", { camera, reason: String(error) });
      for (const gone of [path, `${path}.new`]) await rm(gone, { force: true }).catch(() => undefined);
    }
  }

  /** Undefined: there is none. */
  read(camera: string, kind: PictureKind): Promise<Buffer | undefined> {
    return readFile(this.#path(camera, kind)).catch(() => undefined);
  }

  async forget(camera: string, kinds: readonly PictureKind[] = PICTURE_KINDS): Promise<void> {
    for (const kind of kinds) await rm(this.#path(camera, kind), { force: true });
  }

  /** Forgets those of all other cameras. */
  async keepOnly(cameras: readonly string[]): Promise<void> {
    const known = new Set(cameras.flatMap((camera) => PICTURE_KINDS.map((kind) => this.#name(camera, kind))));
    const names = await readdir(this.#folder).catch(() => []);
    // One that is being written is not yet called as it will be.
    const gone = names.filter((name) => !known.has(name.replace(/\.new$/, "")));
    for (const name of gone) await rm(join(this.#folder, name), { force: true });
  }

  #path(camera: string, kind: PictureKind): string {
    return join(this.#folder, this.#name(camera, kind));
  }

  #name(camera: string, kind: PictureKind): string {
    return `${camera}.${kind}.jpg`;
  }
}
