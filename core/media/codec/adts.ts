// Cuts AAC in ADTS (ISO/IEC 14496-3 §1.A.2.2), as ffmpeg writes it to a pipe, into raw access units.
//   0  syncword 0xfff (12 bits), MPEG version, layer (2 bits, 0), no CRC (1 bit)
//   3  frame length with its header: the 2 lowest bits, then byte 4, then the 3 highest bits of byte 5
//   7  the access unit (9 with a CRC)
import { NightjarError } from "../../errors.ts";

const HEADER_BYTES = 7;

/** Takes the bytes of a pipe as they come. */
export class AdtsReader {
  #pending: Buffer = Buffer.alloc(0);

  /** The access units that `chunk` completes; their bytes are the receiver's. Throws `NJ_ADTS_INVALID`. */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const units: Buffer[] = [];
    let at = 0;
    while (bytes.length - at >= HEADER_BYTES) {
      if ((bytes.readUInt16BE(at) & 0xfff6) !== 0xfff0) throw invalid("it has lost its step");
      const length = (bytes.readUIntBE(at + 3, 3) >> 5) & 0x1fff;
      const header = (bytes[at + 1] as number) & 1 ? HEADER_BYTES : HEADER_BYTES + 2;
      if (length <= header) throw invalid("a frame is empty");
      if (bytes.length - at < length) break;
      units.push(bytes.subarray(at + header, at + length));
      at += length;
    }
    this.#pending = bytes.subarray(at);
    return units;
  }
}

function invalid(why: string): NightjarError {
  return new NightjarError("NJ_ADTS_INVALID", "internal", `the converted sound cannot be read: ${why}`);
}
