// Turns track formats into what goes over links and to browsers, numbering each once (live-wire.ts).
import type { StreamFormat } from "../format.ts";
import type { WireFormat } from "../live-wire.ts";
import { describeFormat } from "../wire-format.ts";

let lastId = 0;
const known = new WeakMap<StreamFormat, WireFormat>();

/** The wire form of a format; the same object has the same number for the life of the process. */
export function wireFormat(format: StreamFormat): WireFormat {
  const found = known.get(format);
  if (found !== undefined) return found;
  lastId += 1;
  const wire = describeFormat(format, lastId);
  known.set(format, wire);
  return wire;
}
