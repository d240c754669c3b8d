// The RTP packets of one picture or sound, made once for all viewers of a stream: one buffer that is written to a TCP
// connection as it is (RFC 2326 §10.12), or packet by packet to UDP. Nobody writes into it afterwards.

const FRAMING_BYTES = 4;

/** Packets of one unit of one track. */
export class PacketBlock {
  readonly track: number;
  /** A picture that a decoder can start at. */
  readonly isKeyFrame: boolean;
  /** Sequence number of the first packet, and the RTP time of all. */
  readonly sequence: number;
  readonly rtpTime: number;
  /** Packets, each behind `$`, channel and length, on the channel that most clients choose: twice the track. */
  readonly #bytes: Buffer;
  /** Where packets begin, framing first. */
  readonly #starts: readonly number[];
  #others: Map<number, Buffer> | undefined;

  constructor(
    about: Pick<PacketBlock, "track" | "isKeyFrame" | "sequence" | "rtpTime">,
    bytes: Buffer,
    starts: readonly number[],
  ) {
    this.track = about.track;
    this.isKeyFrame = about.isKeyFrame;
    this.sequence = about.sequence;
    this.rtpTime = about.rtpTime;
    this.#bytes = bytes;
    this.#starts = starts;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** The packets as they go into a TCP connection on this channel; made once per channel. */
  interleaved(channel: number): Buffer {
    if (channel === usualChannel(this.track)) return this.#bytes;
    this.#others ??= new Map();
    let other = this.#others.get(channel);
    if (other === undefined) {
      other = Buffer.from(this.#bytes);
      for (const start of this.#starts) other[start + 1] = channel;
      this.#others.set(channel, other);
    }
    return other;
  }

  get packetCount(): number {
    return this.#starts.length;
  }

  /** One packet without framing: a view, not a copy. */
  packet(index: number): Buffer {
    const start = this.#starts[index] as number;
    return this.#bytes.subarray(start + FRAMING_BYTES, this.#starts[index + 1] ?? this.#bytes.length);
  }
}

/** The channel that ffmpeg, VLC and others choose for a track. */
export function usualChannel(track: number): number {
  return track * 2;
}
