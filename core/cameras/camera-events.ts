// Listens to what one camera tells: pulls its events over and over, again with growing pauses after a failure, and knows what
// goes on: what the camera does not confirm after a loss is over. Memory is bounded by what goes on at once.
import type { Clock, Timer } from "../clock.ts";
import { toPlainError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { CameraReport } from "../plugin/contract/camera-abilities.ts";
import type { CameraControl } from "./camera-control.ts";

type EventReport = Extract<CameraReport, { kind: "event" }>;

const WAIT_MS = 5_000;
/** Between two calls of a driver that answers at once: what came meanwhile comes together. */
const LEAST_MS = 100;
/** The same of one that answers at once although nothing has come. */
const EMPTY_MS = 1_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** A camera that has no events is asked again whether it has. */
const LOOK_AGAIN_MS = 10 * 60_000;
/** After so many failures what went on counts as over. */
const GONE_AFTER = 5;
/** Answers of a new session by which all states have been told. */
const STATES_WITHIN = 2;
const MOST_GOING_ON = 100;

export interface CameraEventsParts {
  readonly camera: string;
  readonly control: Pick<CameraControl, "capabilities" | "pullEvents" | "endEvents">;
  readonly clock: Clock;
  readonly log: Log;
  /** Called with each report, in their order; `begin` only of what did not go on, `end` only of what did. */
  told(report: CameraReport): void;
}

export class CameraEvents {
  readonly #parts: CameraEventsParts;
  readonly #end = new AbortController();
  readonly #goingOn = new Map<string, EventReport>();
  /** What went on before a loss, and has not been confirmed since. */
  #doubtful = new Set<string>();
  #statesLeft = 0;
  #session: string | undefined;
  #failures = 0;
  #timer: Timer | undefined;

  constructor(parts: CameraEventsParts) {
    this.#parts = parts;
  }

  /** Begins to listen. */
  start(): void {
    void this.#round(true);
  }

  /** Listens no more. What went on is over, where `isOver`. */
  stop(isOver: boolean): void {
    const { control, camera } = this.#parts;
    this.#end.abort();
    this.#timer?.cancel();
    if (isOver) this.#endAll();
    const session = this.#session;
    this.#session = undefined;
    // The device forgets it by itself otherwise.
    if (session !== undefined) control.endEvents(camera, session).catch(() => undefined);
  }

  async #round(asksAgain: boolean): Promise<void> {
    const { clock, control, camera } = this.#parts;
    const beganMs = clock.monotonicMs();
    let pauseMs = LEAST_MS;
    let isFailed = false;
    try {
      const { events } = await control.capabilities(camera, asksAgain);
      if (this.#end.signal.aborted) return;
      if (events !== true) pauseMs = LOOK_AGAIN_MS;
      else if (await this.#pull()) pauseMs = EMPTY_MS;
      if (this.#failures > 0) this.#isBack();
    } catch (error) {
      if (this.#end.signal.aborted) return;
      isFailed = true;
      pauseMs = this.#failed(error);
    }
    if (this.#end.signal.aborted) return;
    const restMs = Math.max(0, pauseMs - (clock.monotonicMs() - beganMs));
    this.#timer = clock.after(
      isFailed ? pauseMs : restMs,
      () => void this.#round(isFailed || pauseMs === LOOK_AGAIN_MS),
    );
  }

  /** Answers whether nothing has come, of a session that is known. */
  async #pull(): Promise<boolean> {
    const { control, camera } = this.#parts;
    const known = this.#session;
    const wanted = { ...(known === undefined ? {} : { session: known }), waitMs: WAIT_MS };
    const { session, reports } = await control.pullEvents(camera, wanted, this.#end.signal);
    if (this.#end.signal.aborted) return true;
    const isEmpty = session === known && reports.length === 0;
    if (session !== known) {
      this.#session = session;
      this.#doubtful = new Set(this.#goingOn.keys());
      this.#statesLeft = STATES_WITHIN;
    }
    for (const report of reports) this.#take(report);
    if (this.#statesLeft === 0) return isEmpty;
    this.#statesLeft -= 1;
    if (this.#statesLeft === 0) for (const key of this.#doubtful) this.#over(key);
    return isEmpty;
  }

  #take(report: CameraReport): void {
    if (report.kind !== "event" || report.phase === "moment") {
      this.#parts.told(report);
      return;
    }
    const key = `${report.type} ${report.rule ?? ""}`;
    this.#doubtful.delete(key);
    if (report.phase === "end") this.#over(key);
    else if (!this.#goingOn.has(key) && this.#goingOn.size < MOST_GOING_ON) {
      this.#goingOn.set(key, report);
      this.#parts.told(report);
    }
  }

  #over(key: string): void {
    const report = this.#goingOn.get(key);
    if (report === undefined) return;
    this.#goingOn.delete(key);
    this.#parts.told({ ...report, phase: "end" });
  }

  #endAll(): void {
    for (const key of this.#goingOn.keys()) this.#over(key);
  }

  #failed(error: unknown): number {
    const { log, camera } = this.#parts;
    const { code, message } = toPlainError(error);
    if (this.#failures === 0)
      log.notice("a camera's events are not heard", { camera, code, reason: message });
    else log.debug("a camera's events are still not heard", { camera, reason: message });
    this.#failures += 1;
    if (this.#failures === GONE_AFTER) this.#endAll();
    return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#failures - 1, 10));
  }

  #isBack(): void {
    this.#failures = 0;
    this.#parts.log.notice("a camera's events are heard again", { camera: this.#parts.camera });
  }
}
