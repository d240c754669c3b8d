// Reads the video of an FLV stream as ffmpeg writes it to a pipe (Adobe FLV 10.1, annex E): every picture comes whole,
// at once, with its time, which no other muxer of ffmpeg gives without waiting for the next picture.
import { NightjarError } from "../../errors.ts";

const FILE_HEADER_BYTES = 9;
const TAG_HEADER_BYTES = 11;
const TRAILER_BYTES = 4;
const TAG_VIDEO = 9;
const CODEC_AVC = 7;

/** Receives what an FLV stream holds. */
export interface FlvSink {
  /** AVCDecoderConfigurationRecord; the bytes are the receiver's. */
  config(record: Buffer): void;
  /** One picture as NAL units with 4-byte lengths; the bytes are the receiver's. */
  picture(picture: {
    readonly data: Buffer;
    readonly keyFrame: boolean;
    readonly presentationMs: number;
  }): void;
}

/** Cuts the bytes of a pipe into pictures. */
export class FlvReader {
  readonly #sink: FlvSink;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #wanted = FILE_HEADER_BYTES + TRAILER_BYTES;
  #inHeader: boolean = true;

  constructor(sink: FlvSink) {
    this.#sink = sink;
  }

  /** Takes the next bytes. Throws `NJ_FLV_INVALID` on what is no FLV. */
  push(chunk: Buffer): void {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes < this.#wanted) return;
    let bytes = Buffer.concat(this.#pending);
    if (this.#inHeader) {
      if (bytes.toString("latin1", 0, 3) !== "FLV") throw invalid("it does not begin with FLV");
      bytes = bytes.subarray(FILE_HEADER_BYTES + TRAILER_BYTES);
      this.#inHeader = false;
    }
    this.#wanted = TAG_HEADER_BYTES;
    while (bytes.length >= TAG_HEADER_BYTES) {
      // 24 bits: no tag can ask for more than 16 MB.
      const size = bytes.readUIntBE(1, 3);
      const whole = TAG_HEADER_BYTES + size + TRAILER_BYTES;
      if (bytes.length < whole) {
        this.#wanted = whole;
        break;
      }
      if (bytes[0] === TAG_VIDEO) {
        // Milliseconds: 24 bits, then the 8 upper ones.
        const decodeMs = bytes.readUIntBE(4, 3) + (bytes[7] as number) * 0x1000000;
        this.#video(bytes.subarray(TAG_HEADER_BYTES, TAG_HEADER_BYTES + size), decodeMs);
      }
      bytes = bytes.subarray(whole);
    }
    this.#pending = bytes.length === 0 ? [] : [bytes];
    this.#pendingBytes = bytes.length;
  }

  #video(tag: Buffer, decodeMs: number): void {
    if (tag.length < 5) return;
    const first = tag[0] as number;
    if ((first & 15) !== CODEC_AVC) throw invalid("its video is not H.264");
    if (tag[1] === 0) this.#sink.config(Buffer.from(tag.subarray(5)));
    else if (tag[1] === 1 && tag.length > 5) {
      this.#sink.picture({
        data: tag.subarray(5),
        keyFrame: first >> 4 === 1,
        presentationMs: decodeMs + tag.readIntBE(2, 3),
      });
    }
  }
}

function invalid(why: string): NightjarError {
  return new NightjarError("NJ_FLV_INVALID", "internal", `the transcoder's output cannot be read: ${why}`);
}
