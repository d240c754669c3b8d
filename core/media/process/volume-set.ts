// The volumes of the desired state: opened, altered and closed as it says, and chosen from for each new file
// (docs/design/storage-and-quota.md).
import type { VolumeId } from "../../domain/ids.ts";
import type { DesiredVolume } from "../protocol.ts";
import type { VolumeWriter } from "../store/volume-writer.ts";
import type { SegmentVolume, SegmentVolumes } from "./segment-volume.ts";
import { Volume, type VolumeServices } from "./volume.ts";
import type { WrittenSegment, WrittenTail } from "./written-log.ts";

const CLOSE_MS = 1_000;

/** What is to be done about files that were never closed. */
export interface VolumeHooks {
  /** A volume's own books were read: a former process may have left files unfinished. */
  opened(volume: Volume, tail: WrittenTail): void;
  /** A file of this process was given up because the volume failed. */
  abandoned(volume: Volume, segment: WrittenSegment): void;
}

export class VolumeSet implements SegmentVolumes {
  readonly #services: VolumeServices;
  readonly #volumes = new Map<VolumeId, Volume>();
  readonly #hooks: VolumeHooks;

  constructor(services: VolumeServices, hooks: VolumeHooks) {
    this.#services = services;
    this.#hooks = hooks;
  }

  get(id: VolumeId): Volume | undefined {
    return this.#volumes.get(id);
  }

  [Symbol.iterator](): Iterator<Volume> {
    return this.#volumes.values();
  }

  /** Opens what is new, closes what is gone, alters what changed. A changed path is another volume. */
  update(desired: readonly DesiredVolume[]): void {
    const wanted = new Map(desired.map((volume) => [volume.id, volume]));
    for (const [id, volume] of this.#volumes) {
      if (wanted.get(id)?.path === volume.desired.path) continue;
      this.#volumes.delete(id);
      void volume.close(CLOSE_MS);
    }
    for (const volume of desired) {
      const known = this.#volumes.get(volume.id);
      if (known === undefined) this.#open(volume);
      else known.update(volume);
    }
  }

  /** The first of the list that is in order; else the first that is only slow. */
  pick(ids: readonly VolumeId[]): SegmentVolume | undefined {
    let slow: Volume | undefined;
    for (const id of ids) {
      const volume = this.#volumes.get(id);
      if (volume?.accepts !== true) continue;
      if (!volume.isSlow) return volume;
      slow ??= volume;
    }
    return slow;
  }

  lastResort(ids: readonly VolumeId[], tried: ReadonlySet<SegmentVolume>): SegmentVolume | undefined {
    let silent: Volume | undefined;
    for (const id of ids) {
      const volume = this.#volumes.get(id);
      if (volume?.mayBeTried !== true || tried.has(volume)) continue;
      // One that does not answer would take up the time that another needs.
      if (volume.status !== "offline") return volume;
      silent ??= volume;
    }
    return silent;
  }

  problem(ids: readonly VolumeId[]): string {
    if (ids.length === 0) return "no volume is assigned";
    const problems = ids.map((id) => this.#volumes.get(id)?.problem ?? `there is no volume ${id}`);
    return problems.join("; ");
  }

  /** Of all volumes. */
  writers(): VolumeWriter[] {
    return [...this.#volumes.values()].map(({ writer }) => writer);
  }

  /** Ends all writers, each within `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    const volumes = [...this.#volumes.values()];
    this.#volumes.clear();
    await Promise.allSettled(volumes.map((volume) => volume.close(timeoutMs)));
  }

  #open(desired: DesiredVolume): void {
    const volume = new Volume(desired, this.#services, (segment) => this.#hooks.abandoned(volume, segment));
    this.#volumes.set(desired.id, volume);
    volume.open().then(
      (tail) => this.#hooks.opened(volume, tail),
      (error: unknown) => {
        this.#services.log.error("the books of a volume cannot be read", {
          volume: desired.id,
          reason: String(error),
        });
      },
    );
  }
}
