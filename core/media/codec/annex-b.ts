// NAL units in their two dresses: with 4-byte lengths (files, live wire) and with start codes
// (ITU-T H.264 annex B; what ffmpeg reads from a pipe). Lying lengths end the walk, never throw.

const START_CODE = Uint8Array.of(0, 0, 0, 1);

/** Calls `visit` with the bounds of each NAL unit of a length-prefixed access unit; stops at a length that lies. */
export function forEachNal(data: Uint8Array, visit: (start: number, end: number) => void): void {
  let at = 0;
  while (at + 4 <= data.length) {
    const length =
      (data[at] as number) * 0x1000000 +
      (((data[at + 1] as number) << 16) | ((data[at + 2] as number) << 8) | (data[at + 3] as number));
    const end = at + 4 + length;
    if (end > data.length) return;
    if (length > 0) visit(at + 4, end);
    at = end;
  }
}

/**
 * A length-prefixed access unit as Annex B, in a buffer of its own, behind `parameterSets` (bare NAL units) if any.
 * Both dresses take four bytes a NAL unit, so the picture's size stays.
 */
export function annexBFromLengthPrefixed(
  data: Uint8Array,
  parameterSets: readonly Uint8Array[] = [],
): Buffer {
  let size = data.length;
  for (const set of parameterSets) size += 4 + set.length;
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  for (const set of parameterSets) {
    out.set(START_CODE, at);
    out.set(set, at + 4);
    at += 4 + set.length;
  }
  const head = at;
  let end = at;
  out.set(data, at);
  forEachNal(data, (nalStart, nalEnd) => {
    out.set(START_CODE, head + nalStart - 4);
    end = head + nalEnd;
  });
  return out.subarray(0, end);
}

/** The bare NAL units of an Annex B byte stream, as views on it; three- and four-byte start codes. */
export function splitAnnexB(stream: Uint8Array): Uint8Array[] {
  const nals: Uint8Array[] = [];
  let start = -1;
  let at = 0;
  while (at + 3 <= stream.length) {
    // A start code cannot begin at either of the next two bytes unless this third one is 0 or 1.
    const third = stream[at + 2] as number;
    if (third > 1) {
      at += 3;
    } else if (third === 1 && stream[at] === 0 && stream[at + 1] === 0) {
      if (start >= 0) pushNal(nals, stream, start, at);
      start = at + 3;
      at += 3;
    } else {
      at += 1;
    }
  }
  if (start >= 0) pushNal(nals, stream, start, stream.length);
  return nals;
}

/** Bare NAL units as one length-prefixed access unit. */
export function lengthPrefixed(nals: readonly Uint8Array[]): Buffer {
  let size = 0;
  for (const nal of nals) size += 4 + nal.length;
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  for (const nal of nals) {
    out.writeUInt32BE(nal.length, at);
    out.set(nal, at + 4);
    at += 4 + nal.length;
  }
  return out;
}

function pushNal(nals: Uint8Array[], stream: Uint8Array, start: number, end: number): void {
  let last = end;
  // Zeros before a start code belong to it, not to the NAL unit, which ends with its stop bit.
  while (last > start && stream[last - 1] === 0) last -= 1;
  if (last > start) nals.push(stream.subarray(start, last));
}
