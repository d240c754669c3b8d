// From packets to the sink: one session's tracks, each with its receiver and depacketiser, the run that they make
// up, and the times of its frames. Knows nothing of RTSP; whoever reads packets calls `rtp` and `rtcp`.
import type { Clock } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import type { AudioFormat, Frame, StreamFormat, VideoFormat } from "../format.ts";
import type { FrameBytes, SlabPool } from "../slab.ts";
import type { SourceSink, StreamFault } from "../source.ts";
import { CameraClockEstimator } from "./camera-clock.ts";
import type { AudioOutput, Depacketiser, VideoOutput } from "./depacketiser.ts";
import { makeAudioDepacketiser, makeVideoDepacketiser } from "./depacketiser-factory.ts";
import { MetadataDepacketiser } from "./metadata-depacketiser.ts";
import { ReceptionLog } from "./reception-log.ts";
import { keyFrameRequest, readSenderReport, receiverReport } from "./rtcp.ts";
import { RtpReceiver } from "./rtp-receiver.ts";
import { RunTimeline } from "./run-timeline.ts";
import type { TrackPlans, VideoPlan } from "./track-plan.ts";

export type AssembledTrack = "video" | "audio" | "metadata";

/** Counted over all sessions of a source. */
export interface SourceCounters {
  packets: number;
  packetsLost: number;
  bytes: number;
  frames: number;
  /** Whole key frames: without one nothing can be shown or recorded. */
  keyFrames: number;
  lastFrameAtMs: number | undefined;
}

export interface AssemblerEvents {
  /** Packets were lost, or a picture was given up for this reason. */
  trouble(kind: "loss" | "too-large" | "memory-exhausted"): void;
  /** The first picture of the session came; called before it is given out. */
  firstPicture(): void;
}

export interface AssemblerOptions {
  readonly plans: TrackPlans;
  readonly sink: SourceSink;
  readonly pool: SlabPool;
  readonly clock: Clock;
  readonly counters: SourceCounters;
  readonly transport: "tcp" | "udp";
  readonly tls: boolean;
  readonly events: AssemblerEvents;
  /** Our own SSRC in RTCP. */
  readonly ssrc: number;
}

export class StreamAssembler implements VideoOutput, AudioOutput {
  readonly #options: AssemblerOptions;
  readonly #sink: SourceSink;
  readonly #counters: SourceCounters;
  readonly #timeline: RunTimeline;
  readonly #cameraClock: CameraClockEstimator;
  readonly #receivers: Partial<Record<AssembledTrack, RtpReceiver>> = {};
  readonly #depacketisers: Depacketiser[] = [];
  readonly #logs: Readonly<Record<AssembledTrack, ReceptionLog>> = {
    video: new ReceptionLog(),
    audio: new ReceptionLog(),
    metadata: new ReceptionLog(),
  };
  readonly #videoFrameRate: number | undefined;
  readonly #videoScale: number;
  #audioScale = 1;
  #audioClockRate = 1;
  #videoFormat: VideoFormat | undefined;
  #audioFormat: AudioFormat | undefined;
  #running = false;
  #closed = false;
  #nowMs = 0;
  #keyFrameRequests = 0;
  /** Monotonic time of the last RTP packet of the picture. */
  lastVideoPacketAtMs: number | undefined;
  /** Monotonic time of the last picture given out in this session. */
  lastVideoFrameAtMs: number | undefined;

  constructor(options: AssemblerOptions) {
    const { video, audio, metadata } = options.plans;
    this.#options = options;
    this.#sink = options.sink;
    this.#counters = options.counters;
    this.#timeline = new RunTimeline(video.clockRate, audio?.clockRate);
    this.#cameraClock = new CameraClockEstimator(video.clockRate);
    this.#videoFrameRate = video.frameRate;
    this.#videoScale = 90_000 / video.clockRate;
    const made = makeVideoDepacketiser(video, options.pool, this, {
      unitAbandoned: (reason) => options.events.trouble(reason),
    });
    if (made.format !== undefined) this.#takeVideoFormat(made.format);
    this.#addTrack("video", made.depacketiser, video);
    if (audio !== undefined) {
      this.#audioClockRate = audio.clockRate;
      this.#takeAudioFormat(audio.format);
      this.#addTrack("audio", makeAudioDepacketiser(audio, options.pool, this), audio);
    }
    if (metadata !== undefined) {
      const depacketiser = new MetadataDepacketiser((xml) => this.#sink.metadata(xml, this.#nowMs));
      this.#addTrack("metadata", depacketiser, metadata);
    }
  }

  /** True between `runStarted` and `runEnded`. */
  get running(): boolean {
    return this.#running;
  }

  /** `rtptime` of the answer to PLAY; to be told before the first packet to be of use. */
  rtpInfo(track: "video" | "audio", rtptime: number): void {
    this.#timeline.rtpInfo(track, rtptime);
  }

  /** Starts the run, if it has not started. */
  begin(): void {
    if (this.#running || this.#closed) return;
    this.#running = true;
    const { transport, tls } = this.#options;
    this.#sink.runStarted({ format: this.#format(), transport, tls });
  }

  /** Notes when an RTP packet came, before it waits for those that are to come before it. */
  arrived(track: AssembledTrack, data: Buffer, start: number, end: number, nowMs: number): void {
    this.#receivers[track]?.arrived(data, start, end, nowMs);
  }

  /** Takes one RTP packet, in the order of sequence numbers as far as that is known. */
  rtp(track: AssembledTrack, data: Buffer, start: number, end: number, nowMs: number): void {
    const receiver = this.#receivers[track];
    if (receiver === undefined || this.#closed) return;
    this.#nowMs = nowMs;
    if (!this.#running) this.begin();
    this.#counters.packets += 1;
    this.#counters.bytes += end - start;
    if (track === "video") this.lastVideoPacketAtMs = nowMs;
    try {
      receiver.receive(data, start, end);
    } catch (error) {
      // Sound found no memory; the picture's writer helps itself.
      if (!(error instanceof NightjarError && error.code === "NJ_MEDIA_MEMORY_EXHAUSTED")) throw error;
      this.#options.events.trouble("memory-exhausted");
    }
  }

  /** Takes one RTCP packet. */
  rtcp(track: AssembledTrack, data: Buffer, start: number, end: number, nowMs: number): void {
    const receiver = this.#receivers[track];
    if (receiver === undefined || this.#closed) return;
    const report = readSenderReport(data, start, end);
    if (report === undefined) return;
    this.#logs[track].senderReport(report.ntpMiddle, nowMs);
    if (track === "metadata") return;
    const timestamp = receiver.unwrap(report.timestamp);
    this.#timeline.senderReport(track, report.ntpMs, timestamp);
    if (track === "video" && receiver.hasStarted) {
      const clock = this.#cameraClock.report(report.ntpMs, timestamp, this.#options.clock.wallMs(), nowMs);
      if (clock !== undefined && this.#running) this.#sink.cameraClock(clock);
    }
  }

  /** The receiver report that is due for a track. */
  receiverReport(track: AssembledTrack, nowMs: number): Buffer {
    const receiver = this.#receivers[track];
    if (receiver === undefined || !receiver.hasStarted) return receiverReport(this.#options.ssrc, undefined);
    return receiverReport(this.#options.ssrc, this.#logs[track].nextBlock(receiver, nowMs));
  }

  /** The RTCP packet that asks for a key frame; undefined before the first packet. */
  keyFrameRequest(): Buffer | undefined {
    const receiver = this.#receivers.video;
    if (receiver === undefined || !receiver.hasStarted) return undefined;
    this.#keyFrameRequests += 1;
    return keyFrameRequest(this.#options.ssrc, receiver.ssrc, this.#keyFrameRequests);
  }

  /** Ends the run, if there is one, and gives all memory back. */
  close(fault: StreamFault | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const depacketiser of this.#depacketisers) depacketiser.close();
    if (!this.#running) return;
    this.#running = false;
    this.#sink.runEnded(fault);
  }

  videoFormat(format: VideoFormat): void {
    this.#takeVideoFormat(format);
    if (this.#running) this.#sink.formatChanged(this.#format());
  }

  videoFrame(bytes: FrameBytes, timestamp: number, keyFrame: boolean, damaged: boolean): void {
    if (this.#closed) {
      bytes.slab.release();
      return;
    }
    if (this.#timeline.videoJumped(timestamp)) this.#startAnew();
    const time = this.#timeline.videoTime(timestamp, this.#nowMs);
    if (this.lastVideoFrameAtMs === undefined) this.#options.events.firstPicture();
    this.lastVideoFrameAtMs = this.#nowMs;
    this.#counters.frames += 1;
    if (keyFrame && !damaged) this.#counters.keyFrames += 1;
    this.#counters.lastFrameAtMs = this.#nowMs;
    const scaled = this.#videoScale === 1 ? time : Math.round(time * this.#videoScale);
    this.#sink.frame(this.#frame("video", bytes, scaled, 0, keyFrame, damaged));
  }

  audioFormat(format: AudioFormat): void {
    this.#takeAudioFormat(format);
    if (this.#running) this.#sink.formatChanged(this.#format());
  }

  audioFrame(bytes: FrameBytes, timestamp: number, duration: number): void {
    if (this.#closed || this.#audioFormat === undefined) {
      bytes.slab.release();
      return;
    }
    const time = this.#timeline.audioTime(timestamp, duration, this.#nowMs);
    const scale = this.#audioScale;
    this.#sink.frame(
      this.#frame("audio", bytes, Math.round(time * scale), Math.round(duration * scale), true, false),
    );
  }

  #frame(
    track: "video" | "audio",
    bytes: FrameBytes,
    time: number,
    duration: number,
    keyFrame: boolean,
    damaged: boolean,
  ): Frame {
    return {
      track,
      slab: bytes.slab,
      offset: bytes.offset,
      length: bytes.length,
      time,
      duration,
      keyFrame,
      damaged,
      receivedAtMs: this.#nowMs,
    };
  }

  #startAnew(): void {
    this.#sink.runEnded(undefined);
    this.#timeline.restart();
    this.#cameraClock.restart();
    this.#running = false;
    this.begin();
  }

  #format(): StreamFormat {
    return {
      ...(this.#videoFormat === undefined ? {} : { video: this.#videoFormat }),
      ...(this.#audioFormat === undefined ? {} : { audio: this.#audioFormat }),
    };
  }

  #takeVideoFormat(format: VideoFormat): void {
    const frameRate = format.frameRate ?? this.#videoFrameRate;
    this.#videoFormat = frameRate === undefined ? format : { ...format, frameRate };
    this.#timeline.reorders = format.reorderDepth !== 0;
  }

  #takeAudioFormat(format: AudioFormat | undefined): void {
    this.#audioFormat = format;
    this.#audioScale = (format?.sampleRate ?? this.#audioClockRate) / this.#audioClockRate;
  }

  #addTrack(
    track: AssembledTrack,
    depacketiser: Depacketiser,
    plan: Pick<VideoPlan, "clockRate" | "foreignPayloadTypes">,
  ): void {
    this.#depacketisers.push(depacketiser);
    this.#receivers[track] = new RtpReceiver({
      depacketiser,
      clockRate: plan.clockRate,
      foreignPayloadTypes: plan.foreignPayloadTypes,
      onLoss: (packets) => {
        this.#counters.packetsLost += packets;
        if (track === "metadata") return;
        this.#sink.loss({ track, packets });
        this.#options.events.trouble("loss");
      },
    });
  }
}
