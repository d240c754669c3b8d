// One recording volume as the media process sees it: its writer, its state for people, its order of writing, and
// whether new files may be begun on it (docs/design/storage-and-quota.md). Deleting is the evictor's affair.
import type { Clock } from "../../clock.ts";
import type { Facts } from "../../domain/facts.ts";
import type { VolumeId } from "../../domain/ids.ts";
import type { Log } from "../../log.ts";
import type { DesiredVolume, MediaReport, VolumeState, VolumeStatus } from "../protocol.ts";
import { PROVISIONAL_FOLDER } from "../segment.ts";
import type { FileToken, VolumeEvent, VolumeHealth } from "../store/volume-events.ts";
import { openVolumeWriter, type VolumeWriter } from "../store/volume-writer.ts";
import { Evictor } from "./evictor.ts";
import { keptFreeBytes } from "./kept-free.ts";
import { ProvisionalArea } from "./provisional-area.ts";
import type { SegmentVolume, VolumeFile, VolumeFileEvents } from "./segment-volume.ts";
import { SyncTimes, WriteRate } from "./volume-figures.ts";
import { volumeProblem } from "./volume-problem.ts";
import { WrittenLog, type WrittenSegment, type WrittenTail } from "./written-log.ts";

/** A slow volume is normal again a minute after it was last told to be. */
const SLOW_HOLD_MS = 60_000;
const REPORT_MS = 30_000;
/** After the disk was full, this much must be free before files are begun again. */
const ROOM_BYTES = 32 * 1024 * 1024;

export interface VolumeServices {
  readonly clock: Clock;
  readonly log: Log;
  /** `<data>/media`. */
  readonly folder: string;
  report(report: MediaReport): void;
  /** Resolves when the report would survive a crash of this process. */
  reportDurably(report: MediaReport): Promise<void>;
  reportVolatile(report: MediaReport): void;
}

export class Volume implements SegmentVolume {
  readonly id: VolumeId;
  readonly evictor: Evictor;
  readonly writer: VolumeWriter;
  readonly #services: VolumeServices;
  readonly #onAbandoned: (segment: WrittenSegment) => void;
  readonly #written: WrittenLog;
  readonly #files = new Map<FileToken, VolumeFileEvents>();
  readonly #openPaths = new Set<string>();
  readonly #provisional: ProvisionalArea;
  #desired: DesiredVolume;
  #health: VolumeHealth | undefined;
  #healthMessage = "";
  #healthContext: Facts = {};
  #noSpace = false;
  #slowUntilMs = Number.NEGATIVE_INFINITY;
  #free: number | undefined;
  #total: number | undefined;
  readonly #syncs = new SyncTimes();
  readonly #rate: WriteRate;
  #told: VolumeStatus | undefined;
  #sinceMs: number;
  #toldAtMs = 0;
  #ready = false;
  /** True once `close` was called. */
  isClosed = false;
  #wasFull = false;

  /** `onAbandoned` gets each file that was given up: what is on the disk of it can be recovered. */
  constructor(
    desired: DesiredVolume,
    services: VolumeServices,
    onAbandoned: (segment: WrittenSegment) => void,
  ) {
    this.#onAbandoned = onAbandoned;
    this.id = desired.id;
    this.#desired = desired;
    this.#services = services;
    this.#sinceMs = services.clock.wallMs();
    this.#rate = new WriteRate(services.clock.monotonicMs());
    this.#written = new WrittenLog(services.folder, desired.id, services.clock, services.log);
    this.writer = openVolumeWriter({
      path: desired.path,
      id: desired.id,
      log: services.log,
      clock: services.clock,
      onEvent: (event) => this.#event(event),
    });
    this.#provisional = new ProvisionalArea(this.writer, services.log);
    this.evictor = new Evictor({
      volume: desired.id,
      folder: services.folder,
      log: services.log,
      written: this.#written,
      isOpen: (path) => this.#openPaths.has(path),
      writer: this.writer,
      clock: services.clock,
      reportDurably: services.reportDurably,
    });
  }

  /**
   * Reads what is known of the volume in the data directory; files may be begun afterwards. Tells which
   * files a former process did not close. Where the data directory has lost the locks it waits for the volume to answer.
   */
  async open(): Promise<WrittenTail> {
    const [tail] = await Promise.all([this.#written.open(), this.evictor.open()]);
    this.#ready = true;
    return tail;
  }

  /** Notes that a file was closed and its report is safe: it needs no recovery. */
  noteClosed(path: string): void {
    this.#written.closed(path);
  }

  /** Notes files that the list did not know. */
  noteFound(closed: readonly WrittenSegment[], unfinished: readonly WrittenSegment[]): void {
    this.#written.prepend(closed, unfinished);
  }

  /** Notes a file that is not there. */
  noteGone(path: string): void {
    this.#written.gone(path);
  }

  get desired(): DesiredVolume {
    return this.#desired;
  }

  /** Takes a changed reserve or rule of overwriting. */
  update(desired: DesiredVolume): void {
    this.#desired = desired;
    this.#tell();
  }

  /** True while new files may be begun and parts appended. */
  get accepts(): boolean {
    const { status } = this;
    return this.#ready && this.#health !== undefined && (status === "normal" || status === "slow");
  }

  /** True if something could be written to it, although it may not count as in order: for a last try. */
  get mayBeTried(): boolean {
    const { status } = this;
    return this.#ready && this.#health !== undefined && status !== "mismatch" && status !== "full";
  }

  get takesProvisional(): boolean {
    const { accepts, isSlow } = this;
    if (!accepts || isSlow || !this.#provisional.isClear || this.#free === undefined) return false;
    return this.#provisional.hasRoom(this.#free, this.reserveBytes);
  }

  get isSlow(): boolean {
    return this.#services.clock.monotonicMs() < this.#slowUntilMs;
  }

  get status(): VolumeStatus {
    if (this.#health !== undefined && this.#health !== "normal") return this.#health;
    if (this.#noSpace || this.#isFull) return "full";
    return this.isSlow ? "slow" : "normal";
  }

  /** What is wrong, for people. */
  get problem(): string {
    const status = this.#health === undefined ? undefined : this.status;
    return volumeProblem(this.#desired.path, status, this.#healthMessage);
  }

  /** Bytes that are to stay free. */
  get reserveBytes(): number {
    return keptFreeBytes(this.#desired, this.#rate.bytesPerSecond, this.#total);
  }

  takeWriteSequence(path: string): number {
    return isProvisional(path) ? this.#written.take() : this.#written.opened(path);
  }

  get wantsChecksums(): boolean {
    return this.#desired.checksums === true;
  }

  create(
    madeAs: string,
    writeSequence: number,
    header: Uint8Array,
    events: VolumeFileEvents,
    checksum: boolean,
  ): VolumeFile {
    let path = madeAs;
    const token = this.writer.create(path, header, checksum);
    this.#files.set(token, events);
    this.#openPaths.add(path);
    if (isProvisional(path)) this.#provisional.add(path, events);
    const forget = (): void => {
      this.#files.delete(token);
      this.#openPaths.delete(path);
      this.#provisional.delete(path);
    };
    return {
      append: (pieces, onDone) => {
        for (const piece of pieces) this.#rate.add(piece.byteLength);
        this.writer.append(token, pieces, (error) => {
          if (error === undefined) onDone();
        });
      },
      finish: (end, onDone) => {
        this.writer.finish(token, end, (error, sha256) => {
          if (error !== undefined) return;
          forget();
          onDone(sha256);
        });
      },
      claim: (to, patch, onDone) => {
        this.#provisional.delete(path);
        this.#openPaths.delete(path);
        this.#openPaths.add(to);
        this.#written.opened(to, writeSequence);
        path = to;
        this.writer.move(token, to, patch, (error) => {
          if (error === undefined) onDone();
        });
      },
      discard: () => {
        forget();
        this.writer.abandon(token);
        // What cannot be removed now is cleared away when the volume is in order again, or at the next start.
        if (!this.isClosed) this.writer.remove(path, () => undefined);
      },
      abandon: () => {
        forget();
        this.writer.abandon(token);
        if (!this.isClosed) this.#onAbandoned({ path, writeSequence });
      },
    };
  }

  /** Ends the threads, after what is asked for is done or `timeoutMs` have passed. */
  async close(timeoutMs: number): Promise<void> {
    this.#ready = false;
    this.isClosed = true;
    await this.writer.close(timeoutMs);
    await Promise.all([this.#written.flush(), this.evictor.close()]);
  }

  get #isFull(): boolean {
    if (this.#desired.overwrite || this.#free === undefined) return false;
    // Recording begins again only with room for a while, not at every file that somebody deletes.
    const least = this.reserveBytes * (this.#wasFull ? 1.01 : 1);
    this.#wasFull = this.#free < least;
    return this.#wasFull;
  }

  #event(event: VolumeEvent): void {
    switch (event.kind) {
      case "synced":
        this.#files.get(event.token)?.synced(event.bytes);
        return;
      case "failed":
        this.#fileFailed(event.token, event.code, event.message);
        return;
      case "space":
        this.#space(event.freeBytes, event.totalBytes);
        return;
      case "round":
        this.#syncs.add(this.#services.clock.monotonicMs(), event.ms);
        return;
      case "slow":
        this.#slowUntilMs = this.#services.clock.monotonicMs() + SLOW_HOLD_MS;
        this.#syncs.add(this.#services.clock.monotonicMs(), event.ms);
        break;
      case "state":
        this.#health = event.status;
        this.#healthMessage = event.message;
        this.#healthContext = event.context ?? {};
        if (event.status !== "normal") this.#provisional.inOrder(false);
        break;
    }
    this.#tell();
  }

  #fileFailed(token: FileToken, code: string, message: string): void {
    const events = this.#files.get(token);
    this.#files.delete(token);
    if (code === "ENOSPC" || code === "EDQUOT") {
      this.#noSpace = true;
      this.#free = 0;
      this.#evict();
    }
    this.#tell();
    events?.failed(new RangeError(message));
  }

  #space(freeBytes: number, totalBytes: number): void {
    this.#free = freeBytes;
    this.#total = totalBytes;
    // The first answer about the right volume is what makes it normal.
    this.#health ??= this.writer.health;
    if (this.#noSpace && freeBytes > Math.min(ROOM_BYTES, totalBytes / 50)) this.#noSpace = false;
    this.#rate.tick(this.#services.clock.monotonicMs());
    this.#provisional.inOrder(this.accepts);
    this.#provisional.makeRoom(freeBytes, this.reserveBytes);
    this.#evict();
    this.#tell();
  }

  #evict(): void {
    if (!this.#ready || this.#free === undefined) return;
    if (this.#health !== undefined && this.#health !== "normal") return;
    this.evictor.work({
      freeBytes: this.#free,
      totalBytes: this.#total ?? this.#free,
      reserveBytes: this.reserveBytes,
      overwrite: this.#desired.overwrite,
    });
  }

  /** Reports the state when it changes, and its figures now and then. */
  #tell(): void {
    if (this.#health === undefined) return;
    const nowMs = this.#services.clock.monotonicMs();
    const { status } = this;
    if (status === this.#told) {
      if (nowMs - this.#toldAtMs < REPORT_MS) return;
      this.#toldAtMs = nowMs;
      this.#services.reportVolatile({ kind: "volume-state", state: this.state });
      return;
    }
    this.#told = status;
    this.#toldAtMs = nowMs;
    this.#sinceMs = this.#services.clock.wallMs();
    const level = status === "normal" ? "notice" : "warn";
    this.#services.log[level](this.problem, { volume: this.id, status });
    this.#services.report({ kind: "volume-state", state: this.state });
  }

  /** The state as `core` is told it. */
  get state(): VolumeState {
    const { status } = this;
    const syncMs = this.#syncs.longestMs;
    return {
      volume: this.id,
      status,
      ...(status === "normal" ? {} : { message: this.problem, context: this.#healthContext }),
      ...(this.#free === undefined ? {} : { freeBytes: this.#free }),
      ...(this.#total === undefined ? {} : { totalBytes: this.#total }),
      ...(syncMs === 0 ? {} : { syncMs: Math.round(syncMs) }),
      sinceMs: this.#sinceMs,
    };
  }
}

function isProvisional(path: string): boolean {
  return path.startsWith(`${PROVISIONAL_FOLDER}/`);
}
