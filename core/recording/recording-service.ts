// The whole of recording as the `core` process sees it: keeps `media` told what is wanted, the index in step with
// what was recorded, and everybody else informed. Wiring only; the files beside it do the work.
import { randomUUID } from "node:crypto";
import type { Timer } from "../clock.ts";
import { CoreHook } from "../core-hook.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import { deleteLastReports, listLastReports } from "../db/tables/last-reports-table.ts";
import { findSegment, setSegmentUnreadable } from "../db/tables/segments-table.ts";
import { streamsTable } from "../db/tables/streams-table.ts";
import { type CameraId, type SegmentId, STREAM_NAMES, type StreamName } from "../domain/ids.ts";
import { time90kFromMs } from "../domain/time.ts";
import { NightjarError } from "../errors.ts";
import type { DesiredSource, MediaFigures, ProbeResult } from "../media/protocol.ts";
import { CameraStates, type LiveCamera } from "./camera-states.ts";
import { DatabaseBackup } from "./database-backup.ts";
import { DesiredStatePusher } from "./desired-state-pusher.ts";
import { EventRecordings, type RecordingCause } from "./event-recordings.ts";
import { IndexMending } from "./index-mending.ts";
import { type LockRange, type RangeLocks, SegmentLocks } from "./locks.ts";
import { type ManualRecording, ManualRecordings, type ManualStarted } from "./manual-recordings.ts";
import { MediaClient } from "./media-client.ts";
import { listenToMedia, type RecordingChange } from "./media-listening.ts";
import type { RecordedCamera } from "./recorded-camera.ts";
import { RecorderEvents } from "./recorder-events.ts";
import { type CameraCoverage, type CoverageQuery, type Gap, RecordingIndex } from "./recording-index.ts";
import type { RecordingServiceOptions } from "./recording-options.ts";
import { keepNewFootage } from "./removed-footage.ts";
import { ReplacedVolumes } from "./replaced-volumes.ts";
import { ReportCommitter } from "./report-committer.ts";
import { Retention } from "./retention.ts";
import { Revisions } from "./revisions.ts";
import type { StateReport } from "./state-reports.ts";
import { type RecordingVolumeState, RecordingVolumes } from "./volumes.ts";

/** What locking or unlocking a range came to. */
export interface LockedRange extends RangeLocks {
  /** The range reaches into the file that is being written, which can be locked once it is closed. */
  readonly growing: boolean;
}

export type { RecordingChange } from "./media-listening.ts";

/** How long a figure is young enough to be shown again. */
const FIGURES_MS = 1_000;
const MINUTE_MS = 60_000;
/** A `media` that is being ended gives up its volumes before its line: what it refuses until then is no news. */
const ENDING_MS = 10_000;
const MEDIA_INSTANCE_KEY = "recording.media-instance";

export class RecordingService {
  /** For what `media` reports and no one here handles, as metadata. */
  readonly media: MediaClient;
  readonly index: RecordingIndex;
  readonly #options: RecordingServiceOptions;
  readonly #states = new CameraStates();
  readonly #volumes: RecordingVolumes;
  readonly #retention: Retention;
  readonly #locks: SegmentLocks;
  readonly #manual: ManualRecordings;
  readonly #onEvents: EventRecordings;
  readonly #events: RecorderEvents;
  readonly #pusher: DesiredStatePusher;
  readonly #backup: DatabaseBackup | undefined;
  readonly #mending: IndexMending;
  readonly #replaced: ReplacedVolumes;
  readonly #changed: CoreHook<[change: RecordingChange]>;
  #timer: Timer | undefined;
  /** The `media` that the known states are of. */
  #mediaInstance: string | undefined;
  /** This `media` has been told all that it must know. */
  #isGreeted = false;
  /** Until it is known whether a `media` that refused something was only about to end. */
  #doubt: Timer | undefined;
  #isStopped = false;
  #known: ReadonlySet<CameraId> = new Set();
  #figures: { readonly atMs: number; readonly figures: Promise<MediaFigures> } | undefined;

  constructor(options: RecordingServiceOptions) {
    const { db, clock, log } = options;
    this.#options = options;
    this.#changed = new CoreHook("recording changed", ["change"], log);
    this.media = new MediaClient({
      socketPath: options.mediaSocketPath,
      instance: options.instance ?? randomUUID(),
      clock,
      log,
      makeCommitter: (onCommitted) => new ReportCommitter(db, { clock, log, onCommitted }),
    });
    const { media } = this;
    const cameras = () => options.cameras();
    this.index = new RecordingIndex(db);
    this.#volumes = new RecordingVolumes({ db, media, clock, log, configured: () => options.volumes() });
    const revisions = new Revisions(db, clock);
    this.#retention = new Retention({
      db,
      media,
      clock,
      log,
      revisions,
      cameras,
      forgetEvents: (nowMs) => options.events.forgetOld(nowMs),
      volumes: () => this.#volumes.ids(),
      keepReason: () => options.keepReason?.(),
    });
    this.#mending = new IndexMending({
      db,
      media,
      clock,
      log,
      retention: this.#retention,
      rescue: options.rescue,
      wasInterrupted: options.wasInterrupted === true,
    });
    const settled = () => this.#pusher.settled();
    this.#replaced = new ReplacedVolumes({ db, media, clock, log, retention: this.#retention, settled });
    if (options.backupFolder !== undefined) {
      this.#backup = new DatabaseBackup({
        db,
        media,
        clock,
        log,
        folder: options.backupFolder,
        volumes: () => this.#volumes.ids(),
      });
    }
    this.#locks = new SegmentLocks({ db, media, retention: this.#retention, clock, log });
    this.#manual = new ManualRecordings({ db, media, clock });
    this.#onEvents = new EventRecordings({ media, clock, log, cameras });
    this.#events = new RecorderEvents({ clock, sink: options.events });
    this.#pusher = new DesiredStatePusher({
      media,
      clock,
      log,
      revisions,
      node: options.node,
      cameras,
      shape: async (wanted) => (await options.shapeCameras?.(wanted)) ?? wanted,
      ...(options.placeCameras === undefined
        ? {}
        : {
            place: (wanted, volumes) => options.placeCameras?.(wanted, volumes) ?? Promise.resolve(new Map()),
          }),
      volumes: this.#volumes,
      manual: this.#manual,
      onEvents: this.#onEvents,
    });
    listenToMedia({
      media,
      states: this.#states,
      volumes: this.#volumes,
      events: this.#events,
      clock,
      log,
      cameras,
      tell: (change) => this.#changed.call(change),
      onUp: (instance) => {
        if (this.#mediaInstance !== instance) this.#states.mediaRestarted();
        this.#mediaInstance = instance;
        this.#pusher.forget();
        this.#welcome();
      },
      onClockStep: () => {
        this.#onEvents.clockStepped();
        this.#pusher.push();
      },
    });
  }

  async start(): Promise<void> {
    await this.#volumes.load();
    await this.#manual.load();
    await this.#retention.start();
    await this.#replaced.load();
    const instance = await keyValuesTable(this.#options.db).get(MEDIA_INSTANCE_KEY);
    this.#mediaInstance = typeof instance === "string" ? instance : undefined;
    this.media.retell(await listLastReports<StateReport>(this.#options.db));
    this.#timer = this.#options.clock.every(MINUTE_MS, () => this.#everyMinute());
    this.camerasChanged();
    this.#backup?.start();
    this.media.start();
  }

  /** Writes what was reported and lets go of `media`, which records on. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#doubt?.cancel();
    this.#pusher.stop();
    await this.#mending.stop();
    await this.#replaced.stop();
    await this.#backup?.stop();
    await this.#retention.stop();
    await this.media.close();
    this.#events.close();
  }

  /** Call after cameras were added, changed or removed: what is wanted is compiled anew and sent. */
  camerasChanged(): void {
    const cameras = this.#options.cameras();
    this.#states.keepOnly(cameras);
    const enabled = new Set(cameras.filter((camera) => camera.enabled).map((camera) => camera.id));
    for (const id of this.#known) if (!enabled.has(id)) this.#events.forgetCamera(id);
    this.#known = enabled;
    this.#pusher.push();
    keepNewFootage(this.#options.db, cameras).catch((error: unknown) => {
      this.#options.log.warn("footage of a returned camera is still to be removed", {
        reason: String(error),
      });
    });
    this.#retention.renewSoon();
  }

  /** The moment from which ages are counted, of whatever is kept for days: behind the clock while that is doubted. */
  agesMs(): number {
    return this.#retention.agesMs();
  }

  /** The driver of these cameras says that their streams are there: those that are away are tried at once. */
  tryAgain(cameras: readonly CameraId[]): void {
    this.#pusher.tryAgain(cameras);
  }

  /** Call after volumes were added, changed or removed. */
  async volumesChanged(): Promise<void> {
    await this.#volumes.initialise();
    this.#pusher.push();
    this.#retention.renewSoon();
  }

  /** The disk at a volume's path was replaced: what is there now becomes the volume. See {@link RecordingVolumes.renew}. */
  async renewVolume(path: string): Promise<void> {
    const { id, before, isNew } = await this.#volumes.renew(path);
    this.#pusher.push();
    if (before !== undefined && before !== id) await this.#replaced.gone(before);
    if (!isNew && before !== id) await this.#replaced.back(id);
    this.#retention.renewSoon();
    this.#changed.call({ kind: "volume", volume: id });
  }

  /** Records a camera until a moment (milliseconds since the epoch) or, without one, until `stopManual`. */
  async startManual(camera: CameraId, untilMs?: number): Promise<ManualStarted> {
    const started = await this.#manual.start(this.#camera(camera), untilMs);
    this.#pusher.push();
    return started;
  }

  /** False if no manual recording of the camera went on. */
  async stopManual(camera: CameraId): Promise<boolean> {
    const stopped = await this.#manual.stop(this.#camera(camera));
    this.#pusher.push();
    return stopped;
  }

  /** An event begins, goes on or ends: what it records is told to `media` at once. */
  takeEvent(cause: RecordingCause): void {
    this.#onEvents.take(cause);
  }

  /** Records a camera for an event, whatever its settings say of events. False for one that never records. */
  recordForEvent(camera: CameraId, event: number | RecordingCause, postRecordSeconds: number): boolean {
    const found = this.#options.cameras().find(({ id }) => id === camera);
    return found !== undefined && this.#onEvents.record(found, event, postRecordSeconds);
  }

  /** Manual recordings that go on. */
  manualRecordings(): ManualRecording[] {
    return this.#manual.list();
  }

  /** Connects to a source once. Rejects with the fault's code and sentence. */
  probe(source: DesiredSource, timeoutMs = 10_000): Promise<ProbeResult> {
    return this.media.request("probe", { source, timeoutMs }, timeoutMs + 5_000);
  }

  /** Figures of all streams, at most a second old. Rejects while `media` is away. */
  figures(): Promise<MediaFigures> {
    const atMs = this.#options.clock.monotonicMs();
    if (this.#figures === undefined || atMs - this.#figures.atMs > FIGURES_MS) {
      this.#figures = { atMs, figures: this.media.request("figures", {}) };
    }
    return this.#figures.figures;
  }

  /** See {@link SegmentLocks.lock}. */
  lock(camera: CameraId, segment: SegmentId, lockedBy: string): Promise<void> {
    return this.#locks.lock(camera, segment, lockedBy);
  }

  unlock(camera: CameraId, segment: SegmentId): Promise<void> {
    return this.#locks.unlock(camera, segment);
  }

  /** See {@link SegmentLocks.lockRange}. */
  async lockRange(range: LockRange, lockedBy: string): Promise<LockedRange> {
    return { ...(await this.#locks.lockRange(range, lockedBy)), growing: this.#isGrowing(range) };
  }

  async unlockRange(range: LockRange): Promise<LockedRange> {
    return { ...(await this.#locks.unlockRange(range)), growing: this.#isGrowing(range) };
  }

  /** Deletes all unlocked footage of a camera; call it after the camera was taken out of the list. */
  async removeFootage(camera: CameraId): Promise<void> {
    await deleteLastReports(this.#options.db, camera);
    await streamsTable(this.#options.db).removeFootage(camera);
    this.#retention.renewSoon();
  }

  /** A reader failed on a file: fsck will look at it. */
  async segmentUnreadable(segment: SegmentId): Promise<void> {
    const stored = await findSegment(this.#options.db, segment);
    if (stored !== undefined) await setSegmentUnreadable(this.#options.db, segment, true);
  }

  /** Coverage with the files that are being written, up to now. */
  coverage(query: Omit<CoverageQuery, "openSpans">): Promise<CameraCoverage[]> {
    const now90k = this.#now90k();
    return this.index.coverage({ ...query, openSpans: this.#states.openSpans(query, now90k) });
  }

  /** Gaps of a stream; what is being written is none. */
  gaps(query: { camera: CameraId; stream: StreamName; start90k: number; end90k: number }): Promise<Gap[]> {
    const open90k = this.#states.openSpan(query)?.start90k ?? Number.POSITIVE_INFINITY;
    return this.index.gaps({ ...query, now90k: Math.min(this.#now90k(), open90k) });
  }

  /** Days with recordings in the recorder's time zone, those of the files that are being written as well. */
  calendar(query: { cameras: readonly CameraId[]; from: string; to: string }) {
    const now90k = this.#now90k();
    const openSpans = STREAM_NAMES.flatMap((stream) =>
      this.#states.openSpans({ cameras: query.cameras, stream }, now90k),
    );
    return this.index.calendar({ ...query, openSpans, timeZone: this.#options.timeZone() });
  }

  /** What happened to a damaged database, for people; undefined if nothing did of late. */
  rescueNotice(): { readonly message: string; readonly isOver: boolean } | undefined {
    return this.#mending.notice();
  }

  /** All volumes with their states. */
  volumeStates(): Promise<RecordingVolumeState[]> {
    return this.#volumes.states();
  }

  /** All cameras with their states. */
  cameraStates(): ReadonlyMap<CameraId, LiveCamera> {
    return new Map(this.#options.cameras().map((camera) => [camera.id, this.stateOf(camera)]));
  }

  /** The state of one camera. */
  stateOf(camera: RecordedCamera): LiveCamera {
    return this.#states.camera(camera, this.#options.clock.wallMs());
  }

  /** Tells the listener of this name of changes until the returned function is called. */
  onChange(name: string, listener: (change: RecordingChange) => void): () => void {
    return this.#changed.tap(name, listener);
  }

  /** What a `media` that has just connected must know, the most urgent first. */
  async #greet(): Promise<void> {
    await keyValuesTable(this.#options.db).set(MEDIA_INSTANCE_KEY, this.#mediaInstance ?? "");
    if (this.#volumes.ids().length > 0) this.#pusher.push();
    await this.#volumes.initialise();
    this.#pusher.push();
    // Locks and lists are for volumes that `media` knows.
    await this.#pusher.settled();
    // An index that lost its locks must not take them from `media` as well.
    const all = this.#volumes.ids();
    const known = await this.#mending.restoreLocks(all);
    for (const volume of known) await this.#locks.push(volume);
    this.#retention.renewSoon();
    this.#mending.begin(known, known.length === all.length);
    // A volume whose disk is away is asked again in a minute.
    this.#isGreeted = known.length === all.length;
  }

  #welcome(): void {
    this.#isGreeted = false;
    this.#greet().catch((error: unknown) => this.#refused(String(error)));
  }

  #refused(reason: string): void {
    if (this.#isStopped || !this.media.isUp) return;
    const instance = this.#mediaInstance;
    this.#doubt?.cancel();
    this.#doubt = this.#options.clock.after(ENDING_MS, () => {
      if (!this.media.isUp || this.#mediaInstance !== instance || this.#isGreeted) return;
      this.#options.log.warn("the recorder was not told everything; trying again in a minute", { reason });
    });
  }

  #everyMinute(): void {
    if (!this.media.isUp) return;
    if (!this.#isGreeted) this.#welcome();
    this.#volumes
      .initialise()
      .catch((error: unknown) => {
        this.#options.log.warn("volumes could not be looked after", { reason: String(error) });
      })
      // Intervals are compiled two days ahead, and manual recordings end.
      .finally(() => this.#pusher.push());
  }

  #camera(id: CameraId): RecordedCamera {
    const camera = this.#options.cameras().find((candidate) => candidate.id === id);
    if (camera === undefined) {
      throw new NightjarError("NJ_CAMERA_NOT_FOUND", "not-found", `there is no camera ${id}`, { camera: id });
    }
    return camera;
  }

  /** Whether a range reaches into the file that is being written. */
  #isGrowing(range: LockRange): boolean {
    const open = this.#states.openSpan(range);
    return open !== undefined && open.start90k < range.end90k && range.start90k <= this.#now90k();
  }

  #now90k(): number {
    return time90kFromMs(this.#options.clock.wallMs());
  }
}

/** Makes the service; `start` begins its work. */
export function createRecordingService(options: RecordingServiceOptions): RecordingService {
  return new RecordingService(options);
}
