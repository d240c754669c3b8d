// One detector at one camera: hands it pictures at its size and rate, one after the other, the newest in the place of those
// that wait; asks it without a picture while none comes; leaves one that fails alone for a while.
import type { Clock, Timer } from "../clock.ts";
import type { CameraId } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type {
  DetectorActivity,
  DetectorAnswer,
  DetectorLook,
  DetectorReport,
  DetectorWatch,
} from "../plugin/contract/detector.ts";
import type { DesiredDetector, DetectorFigures } from "./protocol.ts";
import { scaleLuma } from "./scale-luma.ts";

/** Calls of one detector, wherever it runs. All reject with why they failed; one that answers at once throws it. */
export interface DetectorCalls {
  begin(watch: DetectorWatch): Promise<void>;
  look(look: DetectorLook, luma: Uint8Array): readonly DetectorAnswer[] | Promise<readonly DetectorAnswer[]>;
  end(watch: { readonly watch: string }): Promise<void>;
}

export interface DetectorRunOptions {
  readonly camera: CameraId;
  /** Unique among all of this process's life. */
  readonly watch: string;
  readonly detector: DesiredDetector;
  readonly calls: DetectorCalls;
  readonly clock: Clock;
  readonly log: Log;
  onReports(reports: readonly DetectorReport[]): void;
  /** Where something moved. */
  onActivity(activity: DetectorActivity): void;
  /** Something goes on, or may: it wants all pictures. */
  onWake(): void;
  /** What it had open is over. */
  onEnded(): void;
  /** The recorder itself cannot decode, or only begins to: that no picture comes says nothing of the camera. */
  isBlind?(): boolean;
}

interface Waiting {
  readonly luma: Uint8Array;
  readonly timeMs: number;
}

/** Without a picture for so long, the detector is told; and again each time so much later. */
const SILENCE_MS = 1_000;
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;
/** Failures in a row that are taken without a rest. */
const PATIENCE = 2;
/** A picture may come this much before its turn. */
const EARLY_MS = 20;
const NO_PICTURE = new Uint8Array();

export class DetectorRun {
  readonly #options: DetectorRunOptions;
  readonly #buffers: [Uint8Array, Uint8Array];
  readonly #silence: Timer;
  #waiting: Waiting | undefined;
  /** Which buffer the detector has at the moment. */
  #lent: 0 | 1 = 0;
  #isBusy: boolean = false;
  #hasBegun: boolean = false;
  #isClosed: boolean = false;
  #lastTimeMs = Number.NEGATIVE_INFINITY;
  #lastPictureMs: number;
  #failures = 0;
  #restsUntilMs = 0;
  #problem: string | undefined;
  #busyMs = 0;
  #looked = 0;
  #skipped = 0;
  /** It gets every so manieth of the pictures that it asks for: the machine is short of time. */
  thinning: 1 | 2 = 1;

  constructor(options: DetectorRunOptions) {
    this.#options = options;
    const { width, height } = options.detector.frames;
    this.#buffers = [new Uint8Array(width * height), new Uint8Array(width * height)];
    this.#lastPictureMs = options.clock.monotonicMs();
    this.#silence = options.clock.every(SILENCE_MS, () => this.#lookAtNothing());
  }

  /** Time that calls took so far, in milliseconds; of a detector that runs here that is its processor time. */
  get busyMs(): number {
    return this.#busyMs;
  }

  figures(cpuShare: number | undefined): DetectorFigures {
    const { plugin, id, runs } = this.#options.detector;
    return {
      ...{ plugin, id, looked: this.#looked, skipped: this.#skipped },
      ...(runs === "here" && cpuShare !== undefined ? { cpuShare } : {}),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
    };
  }

  /** A picture of the camera; copied, made smaller or looked at at once. */
  picture(luma: Uint8Array, width: number, height: number, timeMs: number): void {
    if (this.#isClosed) return;
    const { frames } = this.#options.detector;
    this.#lastPictureMs = this.#options.clock.monotonicMs();
    const sinceMs = timeMs - this.#lastTimeMs;
    // A step back of the stream's clock begins a new count.
    if (sinceMs >= 0 && sinceMs < (1_000 * this.thinning) / frames.perSecond - EARLY_MS) return;
    if (this.#lastPictureMs < this.#restsUntilMs) return;
    this.#lastTimeMs = timeMs;
    if (this.#waiting !== undefined) this.#skipped += 1;
    const isRightSize = frames.width === width && frames.height === height;
    if (this.#answersAtOnce && this.#hasBegun && !this.#isBusy && isRightSize) {
      this.#lookNow(luma.subarray(0, width * height), timeMs);
      return;
    }
    const target = this.#buffers[this.#isBusy ? 1 - this.#lent : this.#lent] as Uint8Array;
    if (isRightSize) target.set(luma.subarray(0, target.length));
    else scaleLuma(luma, width, height, target, frames.width, frames.height);
    this.#waiting = { luma: target, timeMs };
    if (!this.#isBusy) void this.#work();
  }

  /** It has answered by the time that it returns: what it looks at need not be kept for it. */
  get #answersAtOnce(): boolean {
    const { runs, answersAtOnce } = this.#options.detector;
    return runs === "here" && answersAtOnce === true;
  }

  /** Shows it a picture where it lies. */
  #lookNow(luma: Uint8Array, timeMs: number): void {
    const begin = this.#options.clock.monotonicMs();
    try {
      const answers = this.#ask(begin, { luma, timeMs });
      if (answers instanceof Promise) {
        void this.#waitFor(answers);
        return;
      }
      this.#take(answers, begin, true);
      this.#failures = 0;
      this.#problem = undefined;
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Of one that answers at once: it fails, sooner or later. */
  async #waitFor(answers: Promise<unknown>): Promise<void> {
    this.#isBusy = true;
    try {
      await answers;
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isBusy = false;
    }
  }

  /** The stream begins, or it goes on and a picture is left out because nothing happens: that is no silence. */
  leftOut(): void {
    this.#lastPictureMs = this.#options.clock.monotonicMs();
  }

  /** Nothing is asked of the detector any more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#silence.cancel();
    this.#options.onEnded();
    if (!this.#hasBegun) return;
    this.#options.calls.end({ watch: this.#options.watch }).catch(() => undefined);
  }

  #lookAtNothing(): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#options.isBlind?.() === true) this.#lastPictureMs = nowMs;
    if (this.#isBusy || nowMs - this.#lastPictureMs < SILENCE_MS || nowMs < this.#restsUntilMs) return;
    void this.#work();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    try {
      if (!this.#hasBegun) {
        const { watch, camera, detector } = this.#options;
        this.#hasBegun = true;
        await this.#options.calls.begin({ watch, camera, settings: detector.settings });
      }
      do {
        await this.#look();
      } while (this.#waiting !== undefined && !this.#isClosed);
      this.#failures = 0;
      this.#problem = undefined;
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isBusy = false;
    }
  }

  async #look(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#lent = waiting.luma === this.#buffers[0] ? 0 : 1;
    const begin = this.#options.clock.monotonicMs();
    this.#take(await this.#ask(begin, waiting), begin, waiting !== undefined);
  }

  /** Asks about a picture, or about there being none. */
  #ask(begin: number, picture: Waiting | undefined): ReturnType<DetectorCalls["look"]> {
    const { watch, calls, clock, detector } = this.#options;
    const nowMs = clock.wallMs();
    if (picture === undefined)
      return calls.look({ watch, nowMs, silentMs: Math.round(begin - this.#lastPictureMs) }, NO_PICTURE);
    const { width, height } = detector.frames;
    const frame = { timeMs: picture.timeMs, width, height };
    const answers = calls.look({ watch, nowMs, silentMs: 0, frame }, picture.luma);
    return this.#answersAtOnce && answers instanceof Promise ? this.#tooLate(answers) : answers;
  }

  /** What it looked at may be another picture by then. Where it failed, that is the reason. */
  async #tooLate(answers: Promise<unknown>): Promise<never> {
    await answers;
    const { plugin, id } = this.#options.detector;
    throw new NightjarError(
      "NJ_PLUGIN_DATA",
      "invalid-argument",
      `the detector ${plugin}/${id} answers later, although it says that it answers at once`,
    );
  }

  #take(answers: readonly DetectorAnswer[], begin: number, hadPicture: boolean): void {
    const { clock, detector } = this.#options;
    this.#busyMs += clock.monotonicMs() - begin;
    if (hadPicture) this.#looked += 1;
    if (this.#isClosed || answers.length === 0) return;
    const { reports, activity } = checkedAnswers(answers, detector);
    this.#options.onWake();
    if (reports.length > 0) this.#options.onReports(reports);
    if (activity !== undefined) this.#options.onActivity(activity);
  }

  #failed(error: unknown): void {
    const { clock, log, detector, camera, watch, calls } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    this.#waiting = undefined;
    this.#failures += 1;
    // What it knows of the camera may be half of something: it begins anew.
    if (this.#hasBegun) {
      this.#hasBegun = false;
      calls.end({ watch }).catch(() => undefined);
    }
    if (this.#failures <= PATIENCE) return;
    const restMs = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (this.#failures - PATIENCE - 1));
    this.#restsUntilMs = clock.monotonicMs() + restMs;
    if (this.#problem === undefined) {
      this.#options.onEnded();
      log.warn("a detector fails and is asked less often", {
        camera,
        detector: `${detector.plugin}/${detector.id}`,
        reason,
      });
    }
    this.#problem = reason;
  }
}

const KINDS: readonly unknown[] = ["start", "update", "end", "pulse"];
const MOST_REPORTS = 64;
/** In one picture: an event keeps fewer. */
const MOST_SEEN = 256;
const MOST_GRID = 64;

/**
 * What a detector answers is a stranger's word: kinds, types and numbers of it are what it announced. Of several words about
 * where something moved, the last one counts.
 */
function checkedAnswers(
  answers: readonly DetectorAnswer[],
  { plugin, id, eventTypes }: DesiredDetector,
): { readonly reports: readonly DetectorReport[]; readonly activity: DetectorActivity | undefined } {
  const isRight = (answer: DetectorAnswer): boolean => {
    if (typeof answer !== "object" || answer === null) return false;
    if (answer.kind === "wake") return true;
    if (answer.kind === "activity") return isActivity(answer);
    const { kind, type, timeMs, objects } = answer;
    return (
      KINDS.includes(kind) &&
      eventTypes.includes(type) &&
      (timeMs === undefined || Number.isFinite(timeMs)) &&
      (objects === undefined || areObjects(objects))
    );
  };
  const wrong =
    !Array.isArray(answers) || answers.length > MOST_REPORTS
      ? "its answer"
      : answers.every(isRight)
        ? undefined
        : (answers.find((answer) => !isRight(answer)) ?? "nothing");
  if (wrong === undefined) {
    const isTold = (answer: DetectorAnswer): answer is DetectorActivity => answer.kind === "activity";
    const isReport = (answer: DetectorAnswer): answer is DetectorReport =>
      answer.kind !== "activity" && answer.kind !== "wake";
    return { reports: answers.filter(isReport), activity: answers.findLast(isTold) };
  }
  throw new NightjarError(
    "NJ_PLUGIN_DATA",
    "invalid-argument",
    `the detector ${plugin}/${id} reports what it did not announce, or too much: ${JSON.stringify(wrong)?.slice(0, 200)}`,
  );
}

/** Names are names and boxes have sides; what they say is put within its bounds where it is kept. */
function areObjects(objects: NonNullable<DetectorReport["objects"]>): boolean {
  return (
    Array.isArray(objects) &&
    objects.length <= MOST_SEEN &&
    objects.every(
      (object) =>
        typeof object?.class === "string" &&
        typeof object.score === "number" &&
        (object.track === undefined || typeof object.track === "string") &&
        (object.box === undefined || (typeof object.box === "object" && object.box !== null)),
    )
  );
}

function isActivity({ timeMs, columns, rows, cells }: DetectorActivity): boolean {
  const isSide = (side: number): boolean => Number.isInteger(side) && side >= 1 && side <= MOST_GRID;
  return (
    Number.isFinite(timeMs) &&
    isSide(columns) &&
    isSide(rows) &&
    typeof cells === "string" &&
    cells.length === columns * rows &&
    /^[01]+$/.test(cells)
  );
}
