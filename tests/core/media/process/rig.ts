// A stream of the media process without network and disk: a source that tests drive frame by frame, volumes that keep
// files in memory, a clock that stands still.
import { type CameraId, cameraId, type VolumeId } from "../../../../core/domain/ids.ts";
import { silentLog } from "../../../../core/log.ts";
import type { AudioFormat, StreamFormat, VideoFormat } from "../../../../core/media/format.ts";
import { KeptStream, type StreamServices } from "../../../../core/media/process/kept-stream.ts";
import type {
  SegmentVolume,
  SegmentVolumes,
  VolumeFile,
  VolumeFileEvents,
} from "../../../../core/media/process/segment-volume.ts";
import type { DesiredStream, MediaReport } from "../../../../core/media/protocol.ts";
import type { SegmentRecord } from "../../../../core/media/segment.ts";
import { FrameArena, SlabPool } from "../../../../core/media/slab.ts";
import type { StreamSource } from "../../../../core/media/source.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";

export const FIRST = "11111111-1111-4111-8111-111111111111" as VolumeId;
export const SECOND = "22222222-2222-4222-8222-222222222222" as VolumeId;
export const YARD: CameraId = cameraId("yard");

/** A minimal but well-formed AVCDecoderConfigurationRecord; `variant` makes another one of the same size. */
export function h264(variant = 0, width = 640): VideoFormat {
  return {
    codec: "h264",
    codecString: "avc1.42c01e",
    width,
    height: 360,
    decoderConfig: Uint8Array.of(
      1,
      0x42,
      0xc0,
      0x1e,
      0xff,
      0xe1,
      0,
      4,
      0x67,
      0x42,
      0xc0,
      variant,
      1,
      0,
      2,
      0x68,
      0xce,
    ),
    reorderDepth: 0,
    frameRate: 25,
  };
}

export const PCMU: AudioFormat = { codec: "pcmu", codecString: "ulaw", sampleRate: 8_000, channels: 1 };

export interface FakeFile {
  path: string;
  readonly events: VolumeFileEvents;
  readonly chunks: Buffer[];
  bytes: number;
  finished: boolean;
  abandoned: boolean;
  discarded: boolean;
}

/** A volume in memory. `hold` keeps callbacks back until `letGo`. */
export class FakeVolume implements SegmentVolume {
  readonly id: VolumeId;
  accepts = true;
  isSlow = false;
  takesProvisional = true;
  wantsChecksums = false;
  hold = false;
  readonly files: FakeFile[] = [];
  #sequence = 0;
  #held: (() => void)[] = [];

  constructor(id: VolumeId) {
    this.id = id;
  }

  takeWriteSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  create(path: string, _writeSequence: number, header: Uint8Array, events: VolumeFileEvents): VolumeFile {
    const file: FakeFile = {
      path,
      events,
      chunks: [Buffer.from(header)],
      bytes: header.byteLength,
      finished: false,
      abandoned: false,
      discarded: false,
    };
    this.files.push(file);
    return {
      append: (pieces, onDone) => {
        for (const piece of pieces) {
          file.chunks.push(Buffer.from(piece));
          file.bytes += piece.byteLength;
        }
        this.#later(onDone);
      },
      finish: (end, onDone) => {
        const bytes = Buffer.concat([...file.chunks, end.moov]);
        bytes.set(end.patch, end.patchOffset);
        file.chunks.splice(0, file.chunks.length, bytes);
        file.finished = true;
        this.#later(() => onDone());
      },
      claim: (to, patch, onDone) => {
        file.path = to;
        const [header = Buffer.alloc(0)] = file.chunks;
        header.set(patch.bytes, patch.offset);
        this.#later(onDone);
      },
      discard: () => {
        file.abandoned = true;
        file.discarded = true;
      },
      abandon: () => {
        file.abandoned = true;
      },
    };
  }

  /** Runs the callbacks that were kept back. */
  letGo(): void {
    for (const callback of this.#held.splice(0)) callback();
  }

  /** Tells every open file that all of it is on the disk. */
  sync(): void {
    for (const file of this.files) if (!file.finished && !file.abandoned) file.events.synced(file.bytes);
  }

  /** The disk goes: every open file fails, those too whose closing is held. */
  break(): void {
    this.accepts = false;
    for (const file of [...this.files]) {
      if ((!file.finished || this.hold) && !file.abandoned) file.events.failed(new RangeError("EIO"));
    }
  }

  #later(callback: () => void): void {
    if (this.hold) this.#held.push(callback);
    else callback();
  }
}

/** Chooses as the real set does. */
export class FakeVolumes implements SegmentVolumes {
  readonly all: readonly FakeVolume[];

  constructor(all: readonly FakeVolume[]) {
    this.all = all;
  }

  pick(ids: readonly VolumeId[]): FakeVolume | undefined {
    const found = ids.map((id) => this.all.find((volume) => volume.id === id));
    const accepting = found.filter((volume) => volume?.accepts === true);
    return accepting.find((volume) => volume?.isSlow === false) ?? accepting[0];
  }

  lastResort(ids: readonly VolumeId[], tried: ReadonlySet<SegmentVolume>): FakeVolume | undefined {
    return this.all.find((volume) => ids.includes(volume.id) && !tried.has(volume));
  }

  problem(): string {
    return "the volume is offline";
  }
}

/** A desired stream that records continuously, unless overridden. */
export function desiredStream(changes: Partial<DesiredStream> = {}): DesiredStream {
  return {
    camera: YARD,
    stream: "main",
    source: { kind: "rtsp", url: "rtsp://192.0.2.7/main", transport: "auto" },
    audio: false,
    volumes: [FIRST, SECOND],
    intervals: [{ startMs: 0, endMs: Number.MAX_SAFE_INTEGER / 90, reasons: ["continuous"] }],
    recordsOnEvents: false,
    triggers: [],
    preRecordSeconds: 0,
    segmentSeconds: 10,
    ...changes,
  };
}

/** One stream with everything around it faked. */
export class StreamRig {
  readonly clock = new FakeClock();
  readonly pool: SlabPool;
  readonly first = new FakeVolume(FIRST);
  readonly second = new FakeVolume(SECOND);
  readonly volumes = new FakeVolumes([this.first, this.second]);
  readonly reports: MediaReport[] = [];
  readonly stream: KeptStream;
  coreSilent = false;
  memoryTight = false;
  keyFramesAsked = 0;
  sourcesMade = 0;
  frameBytes = 1_000;
  readonly #arena: FrameArena;
  readonly #sound: FrameArena;
  #run = 0;
  #time = 0;
  #frames = 0;
  /** Pictures between key frames; 0: none but the first. */
  gop = 25;

  constructor(
    changes: Partial<DesiredStream> = {},
    pool = new SlabPool({ slabBytes: 64 * 1024, budgetBytes: 64 * 1024 * 1024 }),
  ) {
    this.pool = pool;
    this.#arena = new FrameArena(pool);
    this.#sound = new FrameArena(pool);
    this.stream = new KeptStream(desiredStream(changes), this.services());
    this.stream.start();
  }

  services(): StreamServices {
    return {
      clock: this.clock,
      log: silentLog,
      volumes: this.volumes,
      node: "node",
      report: (report) => this.reports.push(report),
      reportVolatile: (report) => this.reports.push(report),
      wallOffsetMs: () => this.clock.wallMs() - this.clock.monotonicMs(),
      nextRunNumber: () => {
        this.#run += 1;
        return this.#run;
      },
      coreIsSilent: () => this.coreSilent,
      memoryIsTight: () => this.memoryTight,
      createSource: () => this.source(),
      streamStateChanged: () => undefined,
    };
  }

  source(): StreamSource {
    this.sourcesMade += 1;
    return {
      start: () => undefined,
      close: () => Promise.resolve(),
      requestKeyFrame: () => {
        this.keyFramesAsked += 1;
      },
      tryAgain: () => undefined,
      statistics: () => ({
        bitrateKbps: 0,
        framesPerSecond: 0,
        packets: 0,
        packetsLost: 0,
        bytes: 0,
        sessions: 1,
        lastFrameAtMs: undefined,
      }),
    };
  }

  /** A session begins. */
  play(format: StreamFormat = { video: h264() }, transport: "tcp" | "udp" = "tcp", tls = false): this {
    this.#time = 0;
    this.#frames = 0;
    this.stream.keeper.runStarted({ format, transport, tls });
    return this;
  }

  /** The camera's media time, 90 kHz. */
  get time(): number {
    return this.#time;
  }

  /** Skips media time, and the same of the clock: pictures that never came. */
  skip(seconds: number): this {
    this.#time += seconds * 90_000;
    this.clock.advance(seconds * 1_000);
    return this;
  }

  /** Skips media time alone: the camera's clock runs away. */
  drift(seconds: number): this {
    this.#time += seconds * 90_000;
    return this;
  }

  /** The node's clock is set back, and that is found out. */
  setClockBack(byMs: number): this {
    this.clock.setWall(this.clock.wallMs() - byMs);
    this.stream.clockStepped(-byMs);
    return this;
  }

  /** Makes the next picture a key frame. */
  restartGop(): this {
    this.#frames = 0;
    return this;
  }

  /** Sends pictures at 25 a second for so many seconds, and sound where the format has it. */
  send(seconds: number): this {
    const count = Math.round(seconds * 25);
    for (let index = 0; index < count; index += 1) this.picture();
    return this;
  }

  /** One picture, 40 ms after the one before. */
  picture(damaged = false): this {
    const keyFrame = this.gop === 0 ? this.#frames === 0 : this.#frames % this.gop === 0;
    this.#arena.begin();
    this.#arena.append(Buffer.alloc(this.frameBytes, this.#frames), 0, this.frameBytes);
    this.stream.keeper.frame({
      track: "video",
      ...this.#arena.finish(),
      time: this.#time,
      duration: 0,
      keyFrame,
      damaged,
      receivedAtMs: this.clock.monotonicMs(),
    });
    if (this.stream.keeper.format.audio !== undefined) this.#soundFrame();
    this.#frames += 1;
    this.#time += 3_600;
    this.clock.advance(40);
    return this;
  }

  #soundFrame(): void {
    this.#sound.begin();
    this.#sound.append(Buffer.alloc(320, 7), 0, 320);
    this.stream.keeper.frame({
      track: "audio",
      ...this.#sound.finish(),
      time: (this.#time / 90_000) * 8_000,
      duration: 320,
      keyFrame: true,
      damaged: false,
      receivedAtMs: this.clock.monotonicMs(),
    });
  }

  /** Wall time now, 90 kHz. */
  get now90k(): number {
    return Math.round(this.clock.wallMs() * 90);
  }

  /** Records of closed segments so far. */
  get closed(): SegmentRecord[] {
    return this.reports.flatMap((report) => (report.kind === "segment-closed" ? [report.segment] : []));
  }

  of<Kind extends MediaReport["kind"]>(kind: Kind): Extract<MediaReport, { kind: Kind }>[] {
    return this.reports.filter(
      (report): report is Extract<MediaReport, { kind: Kind }> => report.kind === kind,
    );
  }
}
