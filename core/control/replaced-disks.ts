// Volumes whose disk was replaced: where one is away and another disk is mounted at its place, this says so, what lies on that
// one, and makes it the volume when an administrator wants it. Never by itself: a disk may be there for a moment only.
import type { Clock } from "../clock.ts";
import type { VolumeId } from "../domain/ids.ts";
import { NightjarError, type PlainError } from "../errors.ts";
import type { Log } from "../log.ts";
import { lookAtPlace, makePlace } from "../recording/place-errand.ts";
import type { VolumeProblem } from "../recording/recorded-camera.ts";
import type { RecordingPlace } from "../recording/recording-places.ts";
import type { RecordingVolumeState } from "../recording/volumes.ts";

/** How often the place of a volume that is away is looked at. */
const LOOK_MS = 5_000;
/** What a volume says of itself while another disk lies at its place. */
export const REPLACED = "volume-replaced";

/** The disk at the place of another. */
export interface ReplacedDisk {
  readonly place: RecordingPlace;
  /** What lies in the volume's folder: nothing, a volume of this recorder, or another one. */
  readonly holds: "empty" | "own" | "foreign";
  /** Why it cannot be used. */
  readonly problem?: PlainError;
}

export interface ReplacedDisksOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** The disk that lies at a volume's folder now, if it can be its disk. */
  under(folder: string): Promise<RecordingPlace | undefined>;
  /** Volumes that this recorder ever wrote to. */
  known(): Promise<readonly string[]>;
  states(): Promise<readonly RecordingVolumeState[]>;
  /** What lies there becomes the volume. */
  renew(path: string): Promise<void>;
  /** What is said of a volume is something else now. */
  changed(path: string): void;
}

export class ReplacedDisks {
  readonly #options: ReplacedDisksOptions;
  readonly #found = new Map<string, ReplacedDisk>();
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(options: ReplacedDisksOptions) {
    this.#options = options;
  }

  /** To be called with the states of all volumes every few seconds; looks at disks only while one is away. */
  take(states: readonly RecordingVolumeState[]): void {
    const away = states.filter(isAway);
    for (const path of this.#found.keys())
      if (!away.some((state) => state.path === path)) this.#note(path, undefined);
    const nowMs = this.#options.clock.monotonicMs();
    if (away.length === 0 || this.#looking !== undefined || nowMs - this.#lookedAtMs < LOOK_MS) return;
    this.#lookedAtMs = nowMs;
    this.#looking = this.#look(away, states)
      .catch((error: unknown) => {
        this.#options.log.warn("the place of a volume that is away cannot be looked at", {
          reason: String(error),
        });
      })
      .finally(() => {
        this.#looking = undefined;
      });
  }

  /** What was found at a volume's place; undefined: nothing new. */
  at(path: string): ReplacedDisk | undefined {
    return this.#found.get(path);
  }

  /** The same for people. */
  problemOf(path: string): VolumeProblem | undefined {
    const found = this.#found.get(path);
    if (found === undefined) return undefined;
    const { place, holds } = found;
    const what = {
      empty: "an empty one: use it on the page of storage, or put the old one back",
      own: "one that this recorder wrote to before: use it on the page of storage, or put the right one back",
      foreign: "one with another volume on it: nothing there is touched",
    }[holds];
    const message = `the disk at ${place.mountPoint} was replaced by ${what}`;
    return { message, code: REPLACED, context: { case: holds, place: place.mountPoint } };
  }

  /**
   * Makes the disk at the place of a volume its disk. `placeId`: the one that was seen there. Throws `NJ_VOLUME_UNKNOWN`,
   * `NJ_VOLUME_NOT_REPLACED`, `NJ_PLACE_…` or `NJ_VOLUME_TIMEOUT`.
   */
  async use(
    volume: string,
    placeId: string,
  ): Promise<{ readonly path: string; readonly mountPoint: string }> {
    const states = await this.#options.states();
    const state = states.find(({ id }) => id === volume);
    if (state === undefined) {
      throw new NightjarError("NJ_VOLUME_UNKNOWN", "not-found", "there is no such volume", { volume });
    }
    const { path } = state;
    // Looked at anew: what was told a moment ago may be mounted no longer.
    const place = isAway(state) ? await this.#options.under(path) : undefined;
    if (place?.id !== placeId) {
      const message = `no other disk took the place of that of ${path}: it is there, or nothing is mounted`;
      throw new NightjarError("NJ_VOLUME_NOT_REPLACED", "failed-precondition", message, { path });
    }
    await makePlace(place, await this.#own(path, states));
    await this.#options.renew(path);
    this.#options.log.notice("a disk took the place of another", { path, mountPoint: place.mountPoint });
    this.#note(path, undefined);
    return { path, mountPoint: place.mountPoint };
  }

  async #look(away: readonly RecordingVolumeState[], states: readonly RecordingVolumeState[]): Promise<void> {
    for (const { path } of away) {
      const place = await this.#options.under(path);
      this.#note(path, place === undefined ? undefined : await this.#find(place, states));
    }
  }

  async #find(
    place: RecordingPlace,
    states: readonly RecordingVolumeState[],
  ): Promise<ReplacedDisk | undefined> {
    const { problem, holdsOwn } = await lookAtPlace(place, await this.#own(place.folder, states));
    switch (problem?.code) {
      case undefined:
        return { place, holds: holdsOwn === true ? "own" : "empty" };
      case "NJ_PLACE_TAKEN":
        return { place, holds: "foreign", problem };
      case "NJ_PLACE_READ_ONLY":
      case "NJ_PLACE_NOT_WRITABLE":
      case "NJ_PLACE_TOO_SMALL":
        return { place, holds: "empty", problem };
      default:
        // Files without a marker may be the right disk, damaged: what its state says stands.
        return undefined;
    }
  }

  /** Volumes of this recorder that have no other path. */
  async #own(path: string, states: readonly RecordingVolumeState[]): Promise<VolumeId[]> {
    const elsewhere = new Set(states.flatMap((state) => (state.path === path ? [] : [state.id])));
    const known = (await this.#options.known()) as readonly VolumeId[];
    return known.filter((id) => !elsewhere.has(id));
  }

  #note(path: string, found: ReplacedDisk | undefined): void {
    const before = JSON.stringify(this.#found.get(path));
    if (found === undefined) this.#found.delete(path);
    else this.#found.set(path, found);
    if (JSON.stringify(found) === before) return;
    if (found !== undefined) {
      const { place, holds, problem } = found;
      const facts = { path, mountPoint: place.mountPoint, holds, reason: problem?.message ?? "" };
      this.#options.log.warn("another disk lies at the place of a volume", facts);
    }
    this.#options.changed(path);
  }
}

/** Not what a disk that hangs says, nor one that was asked for in vain: its marker is not there, or another. */
export function isAway({ status, context, id }: RecordingVolumeState): boolean {
  if (id === undefined) return false;
  return status === "mismatch" || (status === "offline" && context?.["case"] !== "silent");
}
