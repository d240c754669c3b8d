// One stream of the desired state in operation: its keeper, its recorder and its viewers, wired together.
import type { DesiredStream, StreamFigures } from "../protocol.ts";
import type { StreamSource } from "../source.ts";
import type { LiveSubscription } from "./live-subscription.ts";
import type { Part, PartSample } from "./part.ts";
import { Recorder, type RecorderServices } from "./recorder.ts";
import { type KeeperListener, type KeeperServices, StreamKeeper } from "./stream-keeper.ts";
import { wireFormat } from "./wire-formats.ts";

export type StreamServices = Omit<RecorderServices, "requestKeyFrame"> &
  KeeperServices & {
    /** Makes the source that pushes into `keeper`. */
    createSource(desired: DesiredStream, keeper: StreamKeeper): StreamSource;
    /** The state of a stream changed: viewers are told. */
    streamStateChanged(stream: KeptStream): void;
  };

/** What tells streams apart: `<camera>/<stream>`. */
export function streamKey(stream: Pick<DesiredStream, "camera" | "stream">): string {
  return `${stream.camera}/${stream.stream}`;
}

export class KeptStream implements KeeperListener {
  readonly keeper: StreamKeeper;
  readonly recorder: Recorder;
  readonly viewers = new Set<LiveSubscription>();
  readonly #services: StreamServices;

  constructor(desired: DesiredStream, services: StreamServices) {
    this.#services = services;
    this.keeper = new StreamKeeper(desired, services, this);
    this.recorder = new Recorder(desired, this.keeper.ring, {
      clock: services.clock,
      log: services.log,
      volumes: services.volumes,
      get node() {
        return services.node;
      },
      coreIsSilent: () => services.coreIsSilent(),
      memoryIsTight: () => services.memoryIsTight(),
      report: (report) => services.report(report),
      requestKeyFrame: () => this.keeper.requestKeyFrame(),
    });
  }

  get desired(): DesiredStream {
    return this.keeper.desired;
  }

  /** Begins to fetch. */
  start(): void {
    this.keeper.start(this.#services.createSource(this.desired, this.keeper));
  }

  /** Takes what can change without a new session. */
  update(desired: DesiredStream): void {
    this.recorder.update(desired);
    this.keeper.update(desired);
  }

  /** Ends the session and closes the segment; `recorder.isBusy` tells when that is durable. */
  async close(): Promise<void> {
    const ended = this.keeper.close();
    this.recorder.close();
    await ended;
  }

  part(part: Part): void {
    this.recorder.part(part);
  }

  /** The node's clock was set by so much. */
  clockStepped(stepMs: number): void {
    this.recorder.clockStepped(stepMs);
    this.keeper.clockStepped(stepMs);
  }

  runEnded(): void {
    this.recorder.runEnded();
    for (const viewer of this.viewers) viewer.interrupted();
  }

  frame(sample: PartSample, track: "video" | "audio", receivedAtMs: number): void {
    for (const viewer of this.viewers) viewer.send(sample, track, receivedAtMs);
  }

  formatChanged(): void {
    const { camera, stream } = this.desired;
    this.#services.report({ kind: "stream-format", camera, stream, format: wireFormat(this.keeper.format) });
  }

  stateChanged(): void {
    this.#services.streamStateChanged(this);
  }

  /** Reports state, format and recording once more. */
  retell(): void {
    const { camera, stream } = this.desired;
    this.#services.report({ kind: "stream-state", camera, stream, state: this.keeper.state });
    if (this.keeper.format.video !== undefined) this.formatChanged();
    this.recorder.retell();
  }

  neededFrom90k(): number | undefined {
    return this.recorder.neededFrom90k;
  }

  /** Sends a viewer who joins what there is since the newest key frame, and then what comes. */
  join(viewer: LiveSubscription): void {
    const nowMs = this.#services.clock.monotonicMs();
    this.keeper.visitGop((sample, track) => viewer.send(sample, track, nowMs));
    this.viewers.add(viewer);
  }

  /** Figures of the last two seconds. */
  figures(): StreamFigures {
    const statistics = this.keeper.source?.statistics();
    const { camera, stream } = this.desired;
    const { transport } = this.keeper;
    return {
      camera,
      stream,
      ...(transport === undefined ? {} : { transport }),
      bitrateKbps: statistics?.bitrateKbps ?? 0,
      framesPerSecond: statistics?.framesPerSecond ?? 0,
      packets: statistics?.packets ?? 0,
      packetsLost: statistics?.packetsLost ?? 0,
      framesRecorded: this.recorder.framesRecorded,
      framesDropped: this.recorder.framesDropped,
      ringSeconds: this.keeper.ring.duration90k / 90_000,
      viewers: this.viewers.size,
    };
  }
}
