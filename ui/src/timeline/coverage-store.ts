// Fetches what is recorded in the visible range (and as much on either side) and keeps it per camera. While a file is
// being written that is in view, what it holds is asked for again, about as often as it grows by a pixel: the
// recorder tells when files begin and end, not of every part. One request at a time; the newest view wins.
import { signal } from "@preact/signals";
import { ApiError, call } from "../api/client.ts";
import type { CameraCoverage, RecordReason } from "../api/types.ts";
import { coverageChange } from "../state/recorder.ts";
import type { Span, View } from "./geometry.ts";

export interface CoverageSpanMs {
  readonly startMs: number;
  readonly endMs: number;
  readonly reasons: readonly RecordReason[];
}

export interface Lane {
  readonly camera: string;
  readonly spans: readonly CoverageSpanMs[];
  /** A file is being written: the last span gets longer. */
  readonly growing: boolean;
  readonly holes: readonly { readonly startMs: number; readonly endMs: number; readonly packets: number }[];
  /** What is kept from deletion, sorted. */
  readonly locked: readonly Span[];
}

const WAIT_MS = 80;
/** How often what is being written is asked for again: often enough for a timeline of so many pixels. */
const GROWTH_PX = 500;
const GROWTH_LEAST_MS = 2_000;
const GROWTH_MOST_MS = 60_000;
/** Spans that end and begin this close are one. */
const TOUCH_MS = 1500;

/** When growing lanes are to be read again; undefined while nothing that grows is in view. Pure. */
export function growthDelayMs(lanes: Iterable<Lane>, view: View): number | undefined {
  for (const lane of lanes) {
    const endMs = lane.spans.at(-1)?.endMs;
    if (!lane.growing || (endMs !== undefined && endMs > view.startMs + view.spanMs)) continue;
    return Math.min(GROWTH_MOST_MS, Math.max(GROWTH_LEAST_MS, view.spanMs / GROWTH_PX));
  }
  return undefined;
}

/** Adds a span at the end of sorted spans, joined with the last where it touches and has the same reasons. Pure. */
export function grow(spans: readonly CoverageSpanMs[], added: CoverageSpanMs): CoverageSpanMs[] {
  const last = spans.at(-1);
  if (last === undefined || added.startMs > last.endMs + TOUCH_MS) return [...spans, added];
  if (added.endMs <= last.endMs) return [...spans];
  if (last.reasons.join() === added.reasons.join()) {
    return [...spans.slice(0, -1), { ...last, endMs: added.endMs }];
  }
  return [...spans, { ...added, startMs: Math.max(added.startMs, last.endMs) }];
}

function laneOf(one: CameraCoverage): Lane {
  return {
    camera: one.camera,
    growing: one.growing,
    spans: one.spans.map((span) => ({
      startMs: Date.parse(span.start),
      endMs: Date.parse(span.end),
      reasons: span.reasons,
    })),
    holes: one.holes.map((hole) => ({
      startMs: Date.parse(hole.start),
      endMs: Date.parse(hole.end),
      packets: hole.packets,
    })),
    locked: one.locked.map((span) => ({ startMs: Date.parse(span.start), endMs: Date.parse(span.end) })),
  };
}

/** Coverage of some cameras around what is seen. */
export class CoverageStore {
  readonly lanes = signal<ReadonlyMap<string, Lane>>(new Map());
  readonly loading = signal(true);
  readonly error = signal<ApiError | undefined>(undefined);
  #cameras: readonly string[] = [];
  #stream: "main" | "sub" = "main";
  #loaded: View | undefined;
  #wanted: View | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #growth: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | undefined;
  readonly #stop: () => void;

  constructor() {
    this.#stop = coverageChange.subscribe((change) => {
      if (change === undefined || change.stream !== this.#stream || !this.#cameras.includes(change.camera))
        return;
      const lane = this.lanes.peek().get(change.camera);
      if (change.growing || lane === undefined) {
        // Of a lane that grows already this is the next file: what is asked for regularly tells of it.
        if (lane?.growing !== true) this.#fetchSoon();
        return;
      }
      const spans = grow(lane.spans, {
        startMs: Date.parse(change.start),
        endMs: Date.parse(change.end),
        reasons: change.reasons,
      });
      this.lanes.value = new Map(this.lanes.peek()).set(change.camera, { ...lane, spans });
    });
  }

  /** Says what is looked at; fetches what is missing. */
  look(cameras: readonly string[], stream: "main" | "sub", view: View): void {
    const same = cameras.join() === this.#cameras.join() && stream === this.#stream;
    this.#cameras = cameras;
    this.#stream = stream;
    this.#wanted = view;
    const have = this.#loaded;
    const inside =
      have !== undefined &&
      view.startMs >= have.startMs &&
      view.startMs + view.spanMs <= have.startMs + have.spanMs &&
      // Much closer than what was fetched: small gaps were merged then.
      view.spanMs > have.spanMs / 12;
    if (same && inside) this.#awaitGrowth();
    else this.#fetchSoon();
  }

  /** Reads again what is shown. */
  refresh(): void {
    this.#loaded = undefined;
    if (this.error.peek() !== undefined) {
      this.error.value = undefined;
      this.loading.value = true;
    }
    void this.#fetch();
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#growth);
    this.#abort?.abort();
    this.#stop();
  }

  #fetchSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#fetch(), WAIT_MS);
  }

  /** Reads again in a while, if something grows. A page that nobody sees waits until it is looked at. */
  #awaitGrowth(): void {
    clearTimeout(this.#growth);
    this.#growth = undefined;
    const view = this.#wanted;
    const delayMs = view === undefined ? undefined : growthDelayMs(this.lanes.peek().values(), view);
    if (delayMs === undefined) return;
    this.#growth = setTimeout(() => {
      if (document.visibilityState === "visible") void this.#fetch();
      else this.#awaitGrowth();
    }, delayMs);
  }

  async #fetch(): Promise<void> {
    const view = this.#wanted;
    if (view === undefined || this.#cameras.length === 0) return;
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    const range: View = { startMs: view.startMs - view.spanMs, spanMs: view.spanMs * 3 };
    const query = {
      cameras: this.#cameras.join(),
      start: new Date(range.startMs).toISOString(),
      end: new Date(range.startMs + range.spanMs).toISOString(),
      stream: this.#stream,
    };
    try {
      const answer = await call("GET /recordings/coverage", { query, signal: abort.signal });
      this.#loaded = range;
      this.lanes.value = new Map(answer.cameras.map((one) => [one.camera, laneOf(one)]));
      this.error.value = undefined;
      this.loading.value = false;
      this.#awaitGrowth();
    } catch (error) {
      if (!(error instanceof ApiError)) return;
      this.error.value = error;
      this.loading.value = false;
      this.#awaitGrowth();
    }
  }
}
