// Moments of the playback page: the one in its address, and the one that somebody asks about. Pure.
import { nextRecorded, type Span, spanAt } from "../../timeline/geometry.ts";

/** So near to where a seek into a gap leads the picture still stands there. */
const LANDED_MS = 2_000;

/** Reads `t` of the address: ISO 8601 or milliseconds; undefined if it is neither. */
export function momentOf(text: string | null): number | undefined {
  if (text === null || text === "") return undefined;
  const ms = /^\d{10,}$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isFinite(ms) ? ms : undefined;
}

/**
 * The moment that is asked about: where the picture stands; but after a seek into a gap, which leads to the next picture,
 * the moment in the gap, until the picture is elsewhere.
 */
export function momentInQuestion(
  spans: readonly Span[],
  soughtMs: number | undefined,
  playheadMs: number | undefined,
): number | undefined {
  if (soughtMs === undefined || spanAt(spans, soughtMs) !== undefined) return playheadMs ?? soughtMs;
  const next = nextRecorded(spans, soughtMs);
  const isThere = playheadMs === undefined || next === undefined || Math.abs(playheadMs - next) < LANDED_MS;
  return isThere ? soughtMs : playheadMs;
}
