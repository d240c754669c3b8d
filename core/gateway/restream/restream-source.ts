// One stream as its RTSP viewers share it: one seat in the live hub, packets made once, those since the last key frame
// kept for whoever comes next.
import type { Clock } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import { LIVE_HEADER_BYTES, readLiveHeader, type WireFormat } from "../../media/live-wire.ts";
import type { LiveSink, LiveText, SharedFrame } from "../live/live-viewer.ts";
import type { PacketBlock } from "./packet-block.ts";
import { RtpTrack } from "./rtp-track.ts";
import { AUDIO_TRACK, goesOn, type StreamTracks, tracksOf, VIDEO_TRACK } from "./tracks.ts";

const REPORT_PERIOD_MS = 5_000;
/** As in the live hub: a group of pictures beyond this is not kept. */
const GOP_LIMIT_BYTES = 32 * 1024 * 1024;
const GOP_LIMIT_BLOCKS = 6_000;

/** Who gets the packets of a stream. */
export interface BlockSink {
  /** `nowMs`: monotonic time, which is read once for all. */
  block(block: PacketBlock, nowMs: number): void;
  /** A report of a track. */
  report(track: number, packet: Buffer): void;
  /** Nothing until the next key frame. */
  waitForKeyFrame(): void;
  /** The stream goes on no more as it was described. */
  end(): void;
}

export class RestreamSource implements LiveSink {
  readonly #clock: Clock;
  readonly #sinks = new Set<BlockSink>();
  readonly #waiting = new Set<(tracks: StreamTracks) => void>();
  #tracks: StreamTracks | undefined;
  #rtp: readonly RtpTrack[] = [];
  #formatId = -1;
  #gop: PacketBlock[] = [];
  #gopBytes = 0;
  #gopIsWhole: boolean = false;
  #needsKeyFrame: boolean = true;
  #nextReportMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The tracks, as soon as the camera's format is known. Rejects with `NJ_STREAM_NO_PICTURE` after `patienceMs`. */
  described(patienceMs: number): Promise<StreamTracks> {
    if (this.#tracks !== undefined) return Promise.resolve(this.#tracks);
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(patienceMs, () => {
        this.#waiting.delete(found);
        reject(new NightjarError("NJ_STREAM_NO_PICTURE", "unavailable", "the camera sends no picture now"));
      });
      const found = (tracks: StreamTracks) => {
        timer.cancel();
        resolve(tracks);
      };
      this.#waiting.add(found);
    });
  }

  /** Source of a track's packets (SSRC); undefined before the first frame. */
  ssrcOf(track: number): number | undefined {
    return this.#rtp[track]?.ssrc;
  }

  /** Sequence number and RTP time of the first packet that a new viewer gets of each track. */
  get beginnings(): readonly {
    readonly track: number;
    readonly sequence: number;
    readonly rtpTime: number;
  }[] {
    return this.#rtp.map(({ track, nextSequence, newestRtpTime }) => {
      const first = this.#gop.find((block) => block.track === track);
      return { track, sequence: first?.sequence ?? nextSequence, rtpTime: first?.rtpTime ?? newestRtpTime };
    });
  }

  /** Gives `sink` what is needed for a picture at once, and then everything that comes. */
  join(sink: BlockSink): void {
    for (const { track, report } of this.#reports()) sink.report(track, report);
    const nowMs = this.#clock.monotonicMs();
    for (const block of this.#gop) sink.block(block, nowMs);
    this.#sinks.add(sink);
  }

  leave(sink: BlockSink): void {
    this.#sinks.delete(sink);
  }

  text(message: LiveText): void {
    if (message.type === "format") this.#setFormat(message.format);
    else if (message.type === "dropped") this.waitForKeyFrame();
  }

  prime(frames: readonly SharedFrame[]): void {
    for (const frame of frames) this.frame(frame);
  }

  frame({ message, isKeyFrame, isVideo }: SharedFrame): void {
    if (this.#tracks === undefined || (this.#needsKeyFrame && !isKeyFrame)) return;
    const header = readLiveHeader(message);
    if (header === undefined || header.formatId !== this.#formatId) return;
    if (isKeyFrame) this.#beginGop();
    if (this.#rtp.length === 0) {
      this.#rtp = this.#tracks.flatMap((track, index) =>
        track === undefined ? [] : [new RtpTrack(index, track.served, header.time90k)],
      );
    }
    const track = isVideo ? VIDEO_TRACK : AUDIO_TRACK;
    const block = this.#rtp[track]?.pack({
      data: message,
      start: LIVE_HEADER_BYTES,
      time90k: header.time90k,
      duration90k: header.duration90k,
      isKeyFrame,
      parameterSets: this.#tracks[track]?.parameterSets ?? [],
    });
    if (block === undefined) return;
    this.#keep(block);
    const nowMs = this.#clock.monotonicMs();
    for (const sink of this.#sinks) sink.block(block, nowMs);
    this.#reportSometimes(nowMs);
  }

  waitForKeyFrame(): void {
    this.#needsKeyFrame = true;
    this.#forgetGop();
    for (const sink of this.#sinks) sink.waitForKeyFrame();
  }

  /** The hub gives the stream up: those who watch it find out by their connection's end. */
  fail(_error: unknown): void {
    this.close();
  }

  close(): void {
    for (const sink of [...this.#sinks]) sink.end();
    this.#sinks.clear();
    this.#forgetGop();
  }

  #setFormat(format: WireFormat): void {
    const before = this.#tracks;
    const now = describe(format);
    this.#formatId = format.formatId;
    if (now === undefined) return;
    this.#tracks = now;
    if (before !== undefined && !goesOn(before, now)) {
      this.#rtp = [];
      this.#needsKeyFrame = true;
      this.close();
    }
    for (const found of this.#waiting) found(now);
    this.#waiting.clear();
  }

  #beginGop(): void {
    this.#needsKeyFrame = false;
    this.#gop = [];
    this.#gopBytes = 0;
    this.#gopIsWhole = true;
  }

  #keep(block: PacketBlock): void {
    if (!this.#gopIsWhole) return;
    this.#gop.push(block);
    this.#gopBytes += block.length;
    if (this.#gopBytes > GOP_LIMIT_BYTES || this.#gop.length > GOP_LIMIT_BLOCKS) this.#forgetGop();
  }

  #forgetGop(): void {
    this.#gop = [];
    this.#gopBytes = 0;
    this.#gopIsWhole = false;
  }

  #reportSometimes(nowMs: number): void {
    if (nowMs < this.#nextReportMs) return;
    this.#nextReportMs = nowMs + REPORT_PERIOD_MS;
    for (const { track, report } of this.#reports()) {
      for (const sink of this.#sinks) sink.report(track, report);
    }
  }

  #reports(): { track: number; report: Buffer }[] {
    const wallMs = this.#clock.wallMs();
    return this.#rtp.flatMap((rtp) => {
      const report = rtp.report(wallMs);
      return report === undefined ? [] : [{ track: rtp.track, report }];
    });
  }
}

function describe(format: WireFormat): StreamTracks | undefined {
  try {
    return tracksOf(format);
  } catch (error) {
    // A damaged configuration record: nothing that a client could be told.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
