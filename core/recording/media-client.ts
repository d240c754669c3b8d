// The link from `core` to `media`: life signs, calls, and the reports, which are told onwards at once as typed
// events, written into the index in order, and acknowledged when they are durable (docs/design/storage-and-quota.md).
import { EventEmitter } from "node:events";
import type { Clock, Timer } from "../clock.ts";
import type { SegmentId, VolumeId } from "../domain/ids.ts";
import type { RecordReason } from "../domain/record-reasons.ts";
import { NightjarError } from "../errors.ts";
import { LINK_VERSION } from "../link/link.ts";
import { LinkClient } from "../link/link-client.ts";
import type { Log } from "../log.ts";
import type { WireFormat } from "../media/live-wire.ts";
import type {
  MediaMethodsForCore,
  MediaReport,
  NumberedReport,
  StreamReport,
  VolumeState,
} from "../media/protocol.ts";
import type { SegmentIdentity, SegmentRecord } from "../media/segment.ts";
import type { CameraClock, StreamState } from "../media/source.ts";
import type { IndexChanges, Removed, ReportCommitter } from "./report-committer.ts";
import type { StateReport } from "./state-reports.ts";

const PING_MS = 2_000;
/** Above this many reports that wait for their commit, `media` waits for its answer: memory stays bounded. */
const WAITING_LIMIT = 4_096;

/** What happens in `media`, as it is reported; the last two when the index has it. */
export type MediaEvents = {
  /** The link is there (again), to the instance of `media` that is named. */
  up: [string];
  down: [];
  streamState: [StreamReport & { state: StreamState; note?: string }];
  streamFormat: [StreamReport & { format: WireFormat }];
  recordingState: [StreamReport & { recording: boolean; reasons: readonly RecordReason[]; problem?: string }];
  cameraClock: [StreamReport & { clock: CameraClock }];
  metadata: [StreamReport & { xml: string; time90k: number }];
  volumeState: [VolumeState];
  clockStepped: [{ stepMs: number; atMs: number }];
  segmentOpened: [{ volume: VolumeId; path: string; identity: SegmentIdentity }];
  runEnded: [StreamReport & { run: number; endTime90k: number; reason: string }];
  /** A file is gone or given up; told at once, before the index knows. */
  segmentDeleted: [SegmentId];
  segmentClosed: [SegmentRecord];
  segmentRemoved: [Removed];
};

export interface MediaClientOptions {
  /** Path of `media.sock`. */
  readonly socketPath: string;
  /** Changes with every start of this process. */
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly makeCommitter: (onCommitted: (changes: IndexChanges) => void) => ReportCommitter;
}

export class MediaClient extends EventEmitter<MediaEvents> {
  readonly #options: MediaClientOptions;
  readonly #committer: ReportCommitter;
  #client: LinkClient<MediaMethodsForCore> | undefined;
  #ping: Timer | undefined;

  constructor(options: MediaClientOptions) {
    super();
    this.#options = options;
    this.#committer = options.makeCommitter((changes) => this.#tellCommitted(changes));
  }

  /** Begins to connect, and to reconnect whenever the link breaks. */
  start(): void {
    const { socketPath, instance, clock, log } = this.#options;
    this.#client = new LinkClient<MediaMethodsForCore>(socketPath, {
      hello: { role: "core", version: LINK_VERSION, instance },
      handlers: {
        reports: (params: { reports: readonly NumberedReport[] }) => this.#take(params.reports),
      },
      log,
      onUp: (link) => this.#tell("up", link.peer?.instance ?? ""),
      onDown: () => this.#tell("down"),
    });
    this.#ping = clock.every(PING_MS, () => this.#client?.notify("ping", {}));
  }

  /** Writes what waits into the index and closes the link. */
  async close(): Promise<void> {
    this.#ping?.cancel();
    await this.#committer.close();
    this.#client?.close();
  }

  get isUp(): boolean {
    return this.#client?.link !== undefined;
  }

  /** Resolves when every report that has arrived is in the index. */
  flush(): Promise<void> {
    return this.#committer.flush();
  }

  /** Calls a method of `media`; rejects with `NJ_LINK_CLOSED` while it is away. */
  request<M extends keyof MediaMethodsForCore & string>(
    method: M,
    params: Parameters<MediaMethodsForCore[M]>[0],
    timeoutMs?: number,
  ): Promise<Awaited<ReturnType<MediaMethodsForCore[M]>>> {
    if (this.#client !== undefined) return this.#client.request(method, params, timeoutMs);
    return Promise.reject(
      new NightjarError("NJ_LINK_CLOSED", "unavailable", "the recorder is not connected yet"),
    );
  }

  /** Tells the states that an earlier process was told and acknowledged: `media` does not repeat them. */
  retell(reports: readonly StateReport[]): void {
    for (const report of reports) this.#tellReport(report);
  }

  async #take(reports: readonly NumberedReport[]): Promise<void> {
    for (const { report } of reports) this.#tellReport(report);
    const upTo = reports.at(-1)?.number;
    if (upTo === undefined) return;
    const committed = this.#committer
      .commit(reports.map(({ report }) => report))
      .then(() => this.#client?.notify("acknowledge", { upTo }));
    if (this.#committer.waiting > WAITING_LIMIT) await committed;
  }

  #tellReport(report: MediaReport): void {
    switch (report.kind) {
      case "stream-state":
        this.#tell("streamState", report);
        break;
      case "stream-format":
        this.#tell("streamFormat", report);
        break;
      case "recording-state":
        this.#tell("recordingState", report);
        break;
      case "camera-clock":
        this.#tell("cameraClock", report);
        break;
      case "metadata":
        this.#tell("metadata", report);
        break;
      case "volume-state":
        this.#tell("volumeState", report.state);
        break;
      case "clock-stepped":
        this.#tell("clockStepped", report);
        break;
      case "segment-opened":
        this.#tell("segmentOpened", report);
        break;
      case "run-ended":
        this.#tell("runEnded", report);
        break;
      case "segment-deleted":
      case "segment-abandoned":
        this.#tell("segmentDeleted", report.id);
        break;
      case "segment-closed":
        break;
    }
  }

  #tellCommitted(changes: IndexChanges): void {
    for (const record of changes.added) this.#tell("segmentClosed", record);
    for (const removed of changes.removed) this.#tell("segmentRemoved", removed);
  }

  /** A listener that fails must not make `media` send its reports for ever. */
  #tell<K extends keyof MediaEvents>(event: K, ...args: MediaEvents[K]): void {
    try {
      (this.emit as (event: K, ...args: MediaEvents[K]) => boolean).call(this, event, ...args);
    } catch (error) {
      this.#options.log.error("a listener to the recorder's reports failed", {
        event,
        reason: String(error),
      });
    }
  }
}
