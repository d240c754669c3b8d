// Two pieces to a stream as one: written apart, or gathered by `cork`, they take twice the time of one plain write, and there is
// such a pair for each frame of each camera that is looked at.
import type { Writable } from "node:stream";

/** Larger pairs come rarely, and get a place of their own. */
const PLACE_BYTES = 64 * 1024;

/** Where pairs are put together: the same place again and again, unless a stream still holds it. */
let place: Buffer | undefined;

/** Writes two pieces, one behind the other. Both may be used again at once. */
export function writeTogether(stream: Writable, first: Uint8Array, second: Uint8Array): void {
  const length = first.byteLength + second.byteLength;
  place ??= Buffer.allocUnsafeSlow(PLACE_BYTES);
  const whole = length > PLACE_BYTES ? Buffer.allocUnsafeSlow(length) : place.subarray(0, length);
  whole.set(first);
  whole.set(second, first.byteLength);
  stream.write(whole);
  // What the system did not take at once is written from here later.
  if (length <= PLACE_BYTES && stream.writableLength > 0) place = undefined;
}
