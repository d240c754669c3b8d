// Fetches what is recorded in the visible range (and as much on either side), keeps it per camera, and lets it grow
// as the recorder tells of new parts. One request at a time; the newest view wins.
import { signal } from "@preact/signals";
import { ApiError, api } from "../api/client.ts";
import type { CameraCoverage, RecordReason } from "../api/types.ts";
import { coverageChange } from "../state/recorder.ts";
import type { View } from "./geometry.ts";

export interface CoverageSpanMs {
  readonly startMs: number;
  readonly endMs: number;
  readonly reasons: readonly RecordReason[];
}

export interface Lane {
  readonly camera: string;
  readonly spans: readonly CoverageSpanMs[];
  readonly holes: readonly { readonly startMs: number; readonly endMs: number; readonly packets: number }[];
}

const WAIT_MS = 80;
/** Spans that end and begin this close are one. */
const TOUCH_MS = 1500;

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
  #abort: AbortController | undefined;
  readonly #stop: () => void;

  constructor() {
    this.#stop = coverageChange.subscribe((change) => {
      const lane = change === undefined ? undefined : this.lanes.peek().get(change.camera);
      if (change === undefined || lane === undefined || change.stream !== this.#stream) return;
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
    if (same && inside) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#fetch(), WAIT_MS);
  }

  /** Reads again what is shown. */
  refresh(): void {
    this.#loaded = undefined;
    void this.#fetch();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#stop();
  }

  async #fetch(): Promise<void> {
    const view = this.#wanted;
    if (view === undefined || this.#cameras.length === 0) return;
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    const range: View = { startMs: view.startMs - view.spanMs, spanMs: view.spanMs * 3 };
    const query = new URLSearchParams({
      cameras: this.#cameras.join(),
      start: new Date(range.startMs).toISOString(),
      end: new Date(range.startMs + range.spanMs).toISOString(),
      stream: this.#stream,
    });
    try {
      const answer = await api<{ cameras: readonly CameraCoverage[] }>(
        "GET",
        `/recordings/coverage?${query}`,
        undefined,
        abort.signal,
      );
      this.#loaded = range;
      this.lanes.value = new Map(answer.cameras.map((one) => [one.camera, laneOf(one)]));
      this.error.value = undefined;
      this.loading.value = false;
    } catch (error) {
      if (!(error instanceof ApiError)) return;
      this.error.value = error;
      this.loading.value = false;
    }
  }
}
