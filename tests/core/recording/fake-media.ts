// A `media` process for tests of `core`: answers on a real Unix socket, remembers what it was told, and reports
// what a test wants reported.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CameraId, SegmentId, VolumeId } from "../../../core/domain/ids.ts";
import { NightjarError } from "../../../core/errors.ts";
import { LINK_VERSION, type Link, type LinkServer, listenLinks } from "../../../core/link/link.ts";
import type {
  CoreMethodsForMedia,
  DesiredState,
  EvictionList,
  FoundBackup,
  MediaMethodsForCore,
  MediaReport,
  NumberedReport,
} from "../../../core/media/protocol.ts";
import type { SegmentRecord } from "../../../core/media/segment.ts";

type Params<M extends keyof MediaMethodsForCore> = Parameters<MediaMethodsForCore[M]>[0];

export class FakeMedia {
  readonly socketPath: string;
  readonly desired: DesiredState[] = [];
  /** Cameras that were to be tried again, each time after so many desired states. */
  readonly triedAgain: { readonly cameras: readonly CameraId[]; readonly after: number }[] = [];
  readonly lists: EvictionList[] = [];
  readonly locks: Params<"setLocks">[] = [];
  readonly triggers: Params<"trigger">[] = [];
  readonly endedTriggers: Params<"endTrigger">[] = [];
  readonly acknowledged: number[] = [];
  readonly initialised: string[] = [];
  instance = randomUUID() as string;
  pings = 0;
  /** Runs before an eviction list is answered. */
  onList: (list: EvictionList) => Promise<void> = () => Promise.resolve();
  /** Makes `initialiseVolume` fail. */
  volumeFault: string | undefined;
  /** What `fetchBackups` finds. */
  backups: FoundBackup[] = [];
  /** Copies that were stored: volume and content. */
  readonly stored: { readonly volume: VolumeId; readonly bytes: Buffer }[] = [];
  storeFault: string | undefined;
  /** Makes `setLocks` fail. */
  lockFault: string | undefined;
  /** Locked segments by the mirror, by volume. */
  readonly mirror = new Map<VolumeId, SegmentId[]>();
  /** Volumes whose disk is away. */
  readonly away = new Set<VolumeId>();
  /** Pages of the closed recordings, by volume; `onPage` runs before one is answered. */
  readonly pages = new Map<VolumeId, SegmentRecord[][]>();
  onPage: () => Promise<void> = () => Promise.resolve();
  readonly inventories: Params<"beginInventory">[] = [];
  retold = 0;
  readonly #ids = new Map<string, VolumeId>();
  readonly #made = new Set<VolumeId>();
  #server: LinkServer | undefined;
  #link: Link<CoreMethodsForMedia> | undefined;
  #next = 1;

  constructor(folder: string) {
    this.socketPath = join(folder, "media.sock");
  }

  async listen(): Promise<void> {
    this.#server = await listenLinks(
      this.socketPath,
      () => ({
        hello: { role: "media", version: LINK_VERSION, instance: this.instance },
        handlers: this.#handlers() as never,
      }),
      (link) => {
        this.#link = link as unknown as Link<CoreMethodsForMedia>;
      },
    );
  }

  /** Goes away; `listen` brings it back. */
  async close(): Promise<void> {
    this.#link?.close();
    this.#link = undefined;
    await this.#server?.close();
    this.#server = undefined;
  }

  /** Another disk lies there now: an empty one, or that of `id`, which somebody made a volume before. */
  swap(path: string, id: VolumeId = randomUUID() as VolumeId, isEmpty = true): VolumeId {
    this.#ids.set(path, id);
    if (!isEmpty) this.#made.add(id);
    return id;
  }

  idOf(path: string): VolumeId {
    let id = this.#ids.get(path);
    if (id === undefined) {
      id = randomUUID() as VolumeId;
      this.#ids.set(path, id);
    }
    return id;
  }

  /** Sends reports and waits until `core` has taken them; answers the last number. */
  async report(...reports: readonly MediaReport[]): Promise<number> {
    const numbered: NumberedReport[] = reports.map((report) => ({
      number: this.#next++,
      atMs: Date.now(),
      report,
    }));
    await this.#link?.request("reports", { reports: numbered });
    return this.#next - 1;
  }

  #handlers(): { [M in keyof MediaMethodsForCore]: (params: Params<M>) => unknown } {
    return {
      setDesiredState: (state) => {
        this.desired.push(state);
        return { revision: state.revision };
      },
      tryAgain: ({ cameras }) => void this.triedAgain.push({ cameras, after: this.desired.length }),
      setEvictionList: async (list) => {
        this.lists.push(list);
        await this.onList(list);
        return { revision: list.revision };
      },
      setLocks: (locks) => {
        this.locks.push(locks);
        if (this.lockFault !== undefined)
          throw new NightjarError("NJ_VOLUME_UNKNOWN", "not-found", this.lockFault);
      },
      trigger: (params) => {
        this.triggers.push(params);
        return { startTime90k: params.trigger.eventTime90k, preRecordShort: true };
      },
      endTrigger: (params) => void this.endedTriggers.push(params),
      acknowledge: ({ upTo }) => void this.acknowledged.push(upTo),
      initialiseVolume: ({ path }) => {
        if (this.volumeFault !== undefined) {
          throw new NightjarError("NJ_VOLUME_INIT", "unavailable", this.volumeFault);
        }
        this.initialised.push(path);
        const id = this.idOf(path);
        const created = !this.#made.has(id);
        this.#made.add(id);
        return { id, created };
      },
      probe: () => {
        throw new NightjarError("NJ_STREAM_WRONG_PASSWORD", "permission-denied", "wrong password");
      },
      figures: () => ({
        streams: [],
        memoryUsedBytes: 1,
        memoryBudgetBytes: 2,
        eventLoopP99Ms: 3,
        cpuSeconds: 4,
        rssBytes: 5,
      }),
      storeBackup: async ({ volume, file }) => {
        if (this.storeFault !== undefined) {
          throw new NightjarError("NJ_VOLUME_UNUSABLE", "failed-precondition", this.storeFault);
        }
        const bytes = await readFile(file);
        this.stored.push({ volume, bytes });
        return { sizeBytes: bytes.length };
      },
      fetchBackups: () => ({ backups: this.backups }),
      mirroredLocks: ({ volume }) => {
        if (this.away.has(volume)) {
          throw new NightjarError("NJ_VOLUME_UNUSABLE", "failed-precondition", "is its disk mounted?");
        }
        return { segments: this.mirror.get(volume) ?? [] };
      },
      beginInventory: (params) => ({ inventory: this.inventories.push(params) - 1 }),
      nextInventory: async ({ inventory }) => {
        await this.onPage();
        const volume = this.inventories[inventory]?.volume;
        const pages = volume === undefined ? undefined : this.pages.get(volume);
        const segments = pages?.shift() ?? [];
        return { segments, done: (pages?.length ?? 0) === 0 };
      },
      retellStates: () => {
        this.retold += 1;
      },
      newestKeyFrame: () => {
        throw new NightjarError("NJ_STREAM_NO_PICTURE", "unavailable", "there is no picture");
      },
      ping: () => {
        this.pings += 1;
      },
    };
  }
}

export function segmentIds(items: readonly { readonly id: SegmentId }[]): SegmentId[] {
  return items.map((item) => item.id);
}
