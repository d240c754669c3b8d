// Keeps the parameter sets of a video track by id, as the SDP and the stream itself bring them,
// and tells when they make another format than before. Bounded in number and bytes.
import { parseH264Pps, parseH264Sps } from "../codec/h264-parameter-sets.ts";
import { parseH265PpsId, parseH265Sps } from "../codec/h265-parameter-sets.ts";
import { h264Format, h265Format } from "../codec/video-format.ts";
import type { VideoCodec, VideoFormat } from "../format.ts";

/** Kinds of sets: 0 VPS, 1 SPS, 2 PPS. */
export type SetKind = 0 | 1 | 2;

const MAX_SET_BYTES = 4_096;
const MAX_SETS_OF_A_KIND = 32;

/** The sets of one track. */
export class ParameterSetStore {
  readonly #codec: VideoCodec;
  readonly #sets: readonly [Map<number, Buffer>, Map<number, Buffer>, Map<number, Buffer>] = [
    new Map(),
    new Map(),
    new Map(),
  ];
  #changed = false;
  #activeSps: number | undefined;
  #hasFormat = false;

  constructor(codec: VideoCodec) {
    this.#codec = codec;
  }

  /** True once the sets have made a format. */
  get hasFormat(): boolean {
    return this.#hasFormat;
  }

  /** Takes a set; a copy is made only if it is new or differs. Sets that make no sense are ignored. */
  take(kind: SetKind, data: Uint8Array, start: number, end: number): void {
    // Trailing zeros are padding of the byte stream that some cameras leave in.
    let last = end;
    while (last > start && data[last - 1] === 0) last -= 1;
    if (last - start > MAX_SET_BYTES) return;
    const sets = this.#sets[kind];
    for (const known of sets.values()) {
      if (known.length === last - start && equals(known, data, start)) return;
    }
    const nal = Buffer.from(data.subarray(start, last));
    const id = this.#idOf(kind, nal);
    if (id === undefined || (sets.size >= MAX_SETS_OF_A_KIND && !sets.has(id))) return;
    // The newest goes first: formats are described by the first SPS.
    sets.delete(id);
    sets.set(id, nal);
    if (kind === 1) this.#activeSps = id;
    this.#changed = true;
  }

  /** The format if the sets have changed since the last call and make one, else undefined. */
  takeChange(): VideoFormat | undefined {
    if (!this.#changed) return undefined;
    const vps = [...this.#sets[0].values()];
    const sps = [...this.#sets[1]]
      .sort(([a], [b]) => Number(b === this.#activeSps) - Number(a === this.#activeSps) || a - b)
      .map(([, nal]) => nal);
    const pps = [...this.#sets[2]].sort(([a], [b]) => a - b).map(([, nal]) => nal);
    const format = this.#codec === "h264" ? h264Format(sps, pps) : h265Format(vps, sps, pps);
    if (format !== undefined) {
      this.#changed = false;
      this.#hasFormat = true;
    }
    return format;
  }

  #idOf(kind: SetKind, nal: Buffer): number | undefined {
    if (this.#codec === "h264") {
      return kind === 1 ? parseH264Sps(nal)?.id : kind === 2 ? parseH264Pps(nal)?.id : undefined;
    }
    if (kind === 0) return nal.length < 4 ? undefined : (nal[2] as number) >> 4;
    return kind === 1 ? parseH265Sps(nal)?.id : parseH265PpsId(nal);
  }
}

function equals(known: Buffer, data: Uint8Array, start: number): boolean {
  for (let index = 0; index < known.length; index += 1) {
    if (known[index] !== data[start + index]) return false;
  }
  return true;
}
