// Turns the frames of one track into RTP packets, the same for all viewers: one source (SSRC), one row of sequence
// numbers, one clock. A viewer that joins late or falls behind sees what a lossy network would show.
import { randomInt } from "node:crypto";
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import { PacketPlan } from "../../media/rtsp-server/packet-plan.ts";
import { senderReport } from "../../media/rtsp-server/sender-report.ts";
import type { ServedTrack } from "../../media/rtsp-server/served-source.ts";
import { PacketBlock, usualChannel } from "./packet-block.ts";

const FRAMING_BYTES = 4;
const RTP_HEADER_BYTES = 12;
/** How far a time that was rounded to 90 kHz may lie beside the count of samples. */
const ROUNDING_SAMPLES = 2;
/** A report speaks of now where the newest frame is not older than this. */
const REPORT_REACH_MS = 10_000;

/** A frame, and where and when it is. */
export interface FrameToSend {
  readonly data: Buffer;
  /** Where its bytes begin; they end with the buffer. */
  readonly start: number;
  /** Wall clock of its presentation, in 90 kHz ticks. */
  readonly time90k: number;
  readonly duration90k: number;
  readonly isKeyFrame: boolean;
  readonly parameterSets: readonly Uint8Array[];
}

/** One plan for all: a frame is planned and written within one call. */
const plan = new PacketPlan();

export class RtpTrack {
  readonly track: number;
  readonly served: ServedTrack;
  readonly ssrc = randomInt(0x1_0000_0000);
  readonly #timeBase = randomInt(0x1_0000_0000);
  readonly #origin90k: number;
  #sequence = randomInt(0x1_0000);
  #packets = 0;
  #octets = 0;
  /** Sound: samples since the origin at which the next frame should begin. */
  #expected: number | undefined;
  #newest: { readonly rtpTime: number; readonly time90k: number } | undefined;

  /** Tracks of one stream share `origin90k`, from which their times count. */
  constructor(track: number, served: ServedTrack, origin90k: number) {
    this.track = track;
    this.served = served;
    this.#origin90k = origin90k;
  }

  /** Sequence number of the next packet. */
  get nextSequence(): number {
    return this.#sequence;
  }

  /** RTP time of the newest frame. */
  get newestRtpTime(): number {
    return this.#newest?.rtpTime ?? this.#timeBase;
  }

  /** The packets of a frame; undefined for one without content. */
  pack(frame: FrameToSend): PacketBlock | undefined {
    const rtpTime = (this.#timeBase + this.#clockTime(frame)) >>> 0;
    const { data, start, isKeyFrame, parameterSets } = frame;
    plan.make(this.served.form, {
      track: this.track,
      data,
      start,
      end: data.length,
      time: 0,
      captureMs: 0,
      keyFrame: isKeyFrame,
      parameterSets: isKeyFrame ? parameterSets : [],
    });
    if (plan.count === 0) return undefined;
    this.#newest = { rtpTime, time90k: frame.time90k };
    const about = { track: this.track, isKeyFrame, sequence: this.#sequence, rtpTime };
    return this.#write(about);
  }

  /** A report that ties the track's RTP time to wall clock; undefined before the first frame. */
  report(nowMs: number): Buffer | undefined {
    if (this.#newest === undefined) return undefined;
    const frameMs = this.#newest.time90k / 90;
    const aheadMs = Math.abs(nowMs - frameMs) <= REPORT_REACH_MS ? nowMs - frameMs : 0;
    return senderReport({
      ssrc: this.ssrc,
      wallMs: frameMs + aheadMs,
      rtpTime: this.#newest.rtpTime + Math.round((aheadMs * this.served.clockRate) / 1_000),
      packets: this.#packets,
      octets: this.#octets,
    });
  }

  #clockTime(frame: FrameToSend): number {
    const { clockRate, kind } = this.served;
    const time = Math.round(((frame.time90k - this.#origin90k) * clockRate) / TICKS_PER_SECOND);
    if (kind === "video") return time;
    // Frames of sound come at multiples of 1/90 000 s; their samples are counted, so that none seems to overlap.
    const isNear = this.#expected !== undefined && Math.abs(time - this.#expected) <= ROUNDING_SAMPLES;
    const counted = isNear ? (this.#expected as number) : time;
    this.#expected = counted + Math.round((frame.duration90k * clockRate) / TICKS_PER_SECOND);
    return counted;
  }

  #write(about: ConstructorParameters<typeof PacketBlock>[0]): PacketBlock {
    const count = plan.count;
    const bytes = Buffer.allocUnsafeSlow(plan.payloadBytes + count * (FRAMING_BYTES + RTP_HEADER_BYTES));
    const starts = new Array<number>(count);
    const channel = usualChannel(this.track);
    let at = 0;
    for (let index = 0; index < count; index += 1) {
      const prefixBytes = plan.prefixBytes[index] as number;
      const from = plan.start[index] as number;
      const to = plan.end[index] as number;
      const payloadBytes = prefixBytes + to - from;
      starts[index] = at;
      bytes.writeUInt32BE(0x24000000 | (channel << 16) | (RTP_HEADER_BYTES + payloadBytes), at);
      bytes[at + 4] = 0x80;
      bytes[at + 5] = (index === count - 1 ? 0x80 : 0) | this.served.payloadType;
      bytes.writeUInt16BE(this.#sequence, at + 6);
      bytes.writeUInt32BE(about.rtpTime, at + 8);
      bytes.writeUInt32BE(this.ssrc, at + 12);
      at += FRAMING_BYTES + RTP_HEADER_BYTES;
      if (prefixBytes > 0) bytes.writeUIntBE(plan.prefix[index] as number, at, prefixBytes);
      bytes.set((plan.source[index] as Uint8Array).subarray(from, to), at + prefixBytes);
      at += payloadBytes;
      this.#sequence = (this.#sequence + 1) & 0xffff;
      this.#octets += payloadBytes;
    }
    this.#packets += count;
    return new PacketBlock(about, bytes, starts);
  }
}
