// Byte ranges (RFC 9110 §14) and conditional requests (§13) for a body of known length and tag.
import type { IncomingHttpHeaders } from "node:http";

/** What of a body a request is answered with. */
export type RangeAnswer =
  | { readonly kind: "whole" }
  /** Bytes `start` to `end`, both included. */
  | { readonly kind: "part"; readonly start: number; readonly end: number }
  | { readonly kind: "not-modified" }
  | { readonly kind: "unsatisfiable" };

/** Judges the request's headers. Several ranges, and units other than bytes, are answered with the whole. */
export function rangeAnswer(headers: IncomingHttpHeaders, sizeBytes: number, etag: string): RangeAnswer {
  const match = headers["if-none-match"];
  if (match !== undefined && (match.trim() === "*" || tagsOf(match).includes(etag)))
    return { kind: "not-modified" };
  const range = headers.range;
  if (range === undefined) return { kind: "whole" };
  const ifRange = headers["if-range"];
  // A date, or another tag: what the client has is not this.
  if (typeof ifRange === "string" && ifRange.trim() !== etag) return { kind: "whole" };
  const found = /^bytes=\s*(\d{0,16})-(\d{0,16})\s*$/.exec(range);
  if (found === null) return { kind: "whole" };
  const [, first = "", last = ""] = found;
  if (first === "" && last === "") return { kind: "whole" };
  if (first === "") {
    const count = Number(last);
    if (count === 0) return { kind: "unsatisfiable" };
    return { kind: "part", start: Math.max(0, sizeBytes - count), end: sizeBytes - 1 };
  }
  const start = Number(first);
  const end = last === "" ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== "" && Number(last) < start) return { kind: "whole" };
  return start >= sizeBytes ? { kind: "unsatisfiable" } : { kind: "part", start, end };
}

function tagsOf(header: string): string[] {
  return header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
}
