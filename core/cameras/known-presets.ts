// The presets of cameras that have some, as they were told last: asked for once it is known that a camera has them, again after
// a failure, and after every change that the recorder makes itself.
import type { Clock, Timer } from "../clock.ts";
import type { Log } from "../log.ts";
import type { CameraPart } from "../plugin/contract/camera-abilities.ts";

const AGAIN_MS = 60_000;

export interface KnownPresetsParts {
  readonly clock: Clock;
  readonly log: Log;
  ask(camera: string): Promise<readonly CameraPart[]>;
  /** Those of a camera are others now. */
  changed(camera: string): void;
}

export class KnownPresets {
  readonly #parts: KnownPresetsParts;
  readonly #known = new Map<string, readonly CameraPart[]>();
  /** Cameras that have presets, with the timer of what is asked again. */
  readonly #wanted = new Map<string, Timer | undefined>();

  constructor(parts: KnownPresetsParts) {
    this.#parts = parts;
  }

  /** Undefined: not known yet. */
  of(camera: string): readonly CameraPart[] | undefined {
    return this.#known.get(camera);
  }

  /** Asks the camera, in the background. */
  learn(camera: string): void {
    const { clock, log, ask } = this.#parts;
    this.#wanted.get(camera)?.cancel();
    this.#wanted.set(camera, undefined);
    ask(camera).then(
      (presets) => this.keep(camera, presets),
      (error: unknown) => {
        log.debug("a camera did not tell its presets", { camera, reason: String(error) });
        if (!this.#wanted.has(camera)) return;
        this.#wanted.get(camera)?.cancel();
        this.#wanted.set(
          camera,
          clock.after(AGAIN_MS, () => this.learn(camera)),
        );
      },
    );
  }

  /** A camera has told them. */
  keep(camera: string, presets: readonly CameraPart[]): void {
    // Of one that has gone meanwhile nothing is kept.
    if (!this.#wanted.has(camera)) return;
    const isSame = JSON.stringify(this.#known.get(camera)) === JSON.stringify(presets);
    this.#known.set(camera, presets);
    if (!isSame) this.#parts.changed(camera);
  }

  /** It has none, or is there no more. */
  forget(camera: string): void {
    this.#wanted.get(camera)?.cancel();
    this.#wanted.delete(camera);
    this.#known.delete(camera);
  }

  close(): void {
    for (const camera of [...this.#wanted.keys()]) this.forget(camera);
  }
}
