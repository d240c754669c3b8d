// Finds where in the recordings something moved in an area that is drawn on the picture: asks for what the timeline shows and as
// much on either side, again when that moves on or the area changes. One question at a time; the newest wins.
import { type Signal, signal } from "@preact/signals";
import { ApiError, call } from "../../api/client.ts";
import { areaOf } from "../../parts/cell-area.ts";
import type { Span, View } from "../../timeline/geometry.ts";

const WAIT_MS = 250;
/** What is new is looked for so often while the end of the range is now. */
const FRESH_MS = 15_000;
const PAGE = 1_000;
/** Of longer lists a person looks at less of the timeline. */
const MOST_PAGES = 3;

export type FinderState = "off" | "empty" | "busy" | "found" | "cut" | "failed";

interface Asked {
  readonly cells: readonly boolean[];
  readonly view: View;
  readonly atMs: number;
}

/** True if what was asked for covers a view; near now it must be fresh. Pure. */
export function covers(
  asked: Asked | undefined,
  cells: readonly boolean[],
  view: View,
  nowMs: number,
): boolean {
  if (asked === undefined || asked.cells !== cells) return false;
  const endMs = view.startMs + view.spanMs;
  const isInside = view.startMs >= asked.view.startMs && endMs <= asked.view.startMs + asked.view.spanMs;
  // A long list was cut: of less of it there may be more.
  const isNear = view.spanMs * 12 > asked.view.spanMs;
  return isInside && isNear && (endMs < asked.atMs || nowMs - asked.atMs < FRESH_MS);
}

/** The search of one camera. */
export class MotionFinder {
  /** The area; undefined: nothing is searched for. */
  readonly cells: Signal<readonly boolean[] | undefined> = signal<readonly boolean[] | undefined>(undefined);
  readonly moments: Signal<readonly Span[]> = signal<readonly Span[]>([]);
  readonly state: Signal<FinderState> = signal<FinderState>("off");
  readonly error: Signal<ApiError | undefined> = signal<ApiError | undefined>(undefined);
  readonly #camera: string;
  #asked: Asked | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | undefined;

  constructor(camera: string) {
    this.#camera = camera;
  }

  /** Says what is looked at. */
  look(view: View): void {
    const cells = this.cells.value;
    clearTimeout(this.#timer);
    if (cells === undefined || !cells.includes(true)) {
      this.#abort?.abort();
      this.#asked = undefined;
      this.moments.value = [];
      this.state.value = cells === undefined ? "off" : "empty";
      return;
    }
    if (!covers(this.#asked, cells, view, Date.now()))
      this.#timer = setTimeout(() => void this.#find(cells, view), WAIT_MS);
  }

  /** Searches anew. */
  again(view: View): void {
    this.#asked = undefined;
    this.look(view);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
  }

  async #find(cells: readonly boolean[], shown: View): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    const view: View = { startMs: shown.startMs - shown.spanMs, spanMs: shown.spanMs * 3 };
    const asked = { cells, view, atMs: Date.now() };
    this.#asked = asked;
    this.state.value = "busy";
    try {
      const moments: Span[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const { moments: more, next } = await call("GET /cameras/{id}/motion", {
          path: { id: this.#camera },
          query: {
            start: new Date(Math.max(0, view.startMs)).toISOString(),
            end: new Date(view.startMs + view.spanMs).toISOString(),
            ...areaOf(cells),
            limit: PAGE,
            ...(cursor === undefined ? {} : { cursor }),
          },
          signal: abort.signal,
        });
        moments.push(
          ...more.map(({ start, end }) => ({ startMs: Date.parse(start), endMs: Date.parse(end) })),
        );
        cursor = next;
        if (cursor === undefined) break;
      }
      this.moments.value = moments;
      this.error.value = undefined;
      this.state.value = cursor === undefined ? "found" : "cut";
    } catch (error) {
      if (abort.signal.aborted || !(error instanceof ApiError)) return;
      this.error.value = error;
      this.state.value = "failed";
    }
  }
}
