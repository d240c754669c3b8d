// What is wrong with the recorder now, for the API, the command line and every page: processes, configuration, volumes,
// cameras, plugins, clock. Remembers since when each thing is so, and says when the list has changed.
import type { Clock } from "../clock.ts";
import { contextOf, type Facts, plainFacts } from "../domain/facts.ts";
import { EARLIEST_WALL_MS } from "../domain/time.ts";
import type { StatusProblem, VolumeView } from "../http/wire-schemas.ts";
import type { ProcessStatus } from "../supervisor/process-contract.ts";
import { REPLACED } from "./replaced-disks.ts";

/** Smaller steps of the clock are how it is kept right. */
const CLOCK_STEP_MS = 60_000;
const CLOCK_STEP_SHOWN_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A process that ended is told of for so long after it came back. */
const RESTART_SHOWN_MS = 600_000;
/** Recording that has just been asked for needs a key frame first. */
const NOT_RECORDED_AFTER_MS = 15_000;

/** What the list is made of. */
export interface ProblemSources {
  readonly clock: Clock;
  processes(): readonly ProcessStatus[];
  configProblem():
    | {
        readonly code: string;
        readonly message: string;
        readonly context?: Readonly<Record<string, unknown>>;
      }
    | undefined;
  cameras(): readonly ProblemCamera[];
  plugins(): readonly {
    readonly displayName: string;
    readonly status: string;
    readonly reason?: string | undefined;
    readonly code?: string | undefined;
    readonly context?: Facts | undefined;
  }[];
  /** Other things worth a word: no ffmpeg, a port that could not be opened. */
  others(): readonly StatusProblem[];
}

/** What of a camera can be wrong. */
export interface ProblemCamera {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly state: {
    readonly status: string;
    readonly reason?: string;
    readonly code?: string;
    readonly context?: Facts;
    readonly since: string;
  };
  readonly record: { readonly mode: string };
  readonly recording: { readonly active: boolean; readonly problem?: string };
}

export class RecorderProblems {
  readonly #sources: ProblemSources;
  /** When each was first seen, by code and subject. */
  readonly #since = new Map<string, number>();
  /** Online, meant to be recorded, and not: since when, by a clock that nobody sets, and by the other. */
  readonly #notRecorded = new Map<string, { readonly monotonicMs: number; readonly wallMs: number }>();
  #clockStep: { readonly stepMs: number; readonly atMs: number } | undefined;
  #told = "[]";

  constructor(sources: ProblemSources) {
    this.#sources = sources;
  }

  /** The clock was set by so much, as `media` saw. */
  clockStepped(step: { readonly stepMs: number; readonly atMs: number }): void {
    if (Math.abs(step.stepMs) >= CLOCK_STEP_MS) this.#clockStep = step;
  }

  /** All that is wrong, the worst first. */
  list(volumes: readonly (VolumeView & { readonly since?: string })[]): StatusProblem[] {
    const nowMs = this.#sources.clock.wallMs();
    const found = [
      ...this.#ofProcesses(nowMs),
      ...this.#ofConfig(),
      ...ofVolumes(volumes),
      ...this.#ofClock(nowMs),
      ...this.#ofCameras(nowMs),
      ...this.#ofPlugins(),
      ...this.#sources.others(),
    ];
    const keys = new Set(found.map(keyOf));
    for (const key of this.#since.keys()) if (!keys.has(key)) this.#since.delete(key);
    return found
      .map((problem): StatusProblem => {
        const seenMs = this.#since.get(keyOf(problem)) ?? nowMs;
        this.#since.set(keyOf(problem), seenMs);
        return { ...problem, since: problem.since ?? new Date(seenMs).toISOString() };
      })
      .sort((a, b) => RANK[a.severity] - RANK[b.severity]);
  }

  /** True if the list is another one than when this was asked last. */
  hasChanged(volumes: readonly VolumeView[]): boolean {
    const text = JSON.stringify(this.list(volumes).map(({ since: _, ...rest }) => rest));
    if (text === this.#told) return false;
    this.#told = text;
    return true;
  }

  #ofProcesses(nowMs: number): StatusProblem[] {
    return this.#sources.processes().flatMap((process): StatusProblem[] => {
      const { role, status, lastExit, lastExitFacts, lastExitAtMs } = process;
      const how = lastExit ?? "ended";
      const context = { ...lastExitFacts };
      const since = lastExitAtMs === undefined ? {} : { since: new Date(lastExitAtMs).toISOString() };
      if (lastExitAtMs !== undefined && status !== "ready" && status !== "stopped") {
        const message = `the process ${role} ${how} and is being started again`;
        return [{ code: "process-restarting", severity: "error", subject: role, message, context, ...since }];
      }
      if (lastExitAtMs === undefined || nowMs - lastExitAtMs > RESTART_SHOWN_MS) return [];
      const message = `the process ${role} ${how} and was started again`;
      return [{ code: "process-restarted", severity: "warning", subject: role, message, context, ...since }];
    });
  }

  #ofConfig(): StatusProblem[] {
    const problem = this.#sources.configProblem();
    return problem === undefined
      ? []
      : [
          {
            code: problem.code,
            severity: "error",
            subject: "config.json",
            message: problem.message,
            ...contextOf(problem.context ?? {}, problem.message),
          },
        ];
  }

  #ofClock(nowMs: number): StatusProblem[] {
    if (nowMs < EARLIEST_WALL_MS) {
      // By the day: what changed each second would be told anew each second.
      const now = new Date(nowMs).toISOString().slice(0, "1970-01-01".length);
      const message = `the clock says ${now}, which cannot be: set it, best by NTP`;
      const context = { now };
      return [{ code: "clock-wrong", severity: "error", message, context }];
    }
    const step = this.#clockStep;
    if (step === undefined || Math.abs(nowMs - step.atMs) > CLOCK_STEP_SHOWN_MS) return [];
    const way = step.stepMs > 0 ? "forward" : "back";
    const lengthMs = Math.abs(step.stepMs);
    const seconds = Math.round(lengthMs / 1_000);
    const days = Math.round(lengthMs / DAY_MS);
    const isLong = days > 1;
    const howFar = isLong ? `${days} days` : `${seconds} s`;
    const message = `the clock was set ${way} by ${howFar}: see that it is kept by NTP`;
    return [
      {
        code: "clock-stepped",
        severity: "warning",
        message,
        context: isLong ? { case: `${way}-days`, days } : { case: way, seconds },
        since: new Date(step.atMs).toISOString(),
      },
    ];
  }

  #ofCameras(nowMs: number): StatusProblem[] {
    const problems: StatusProblem[] = [];
    const missing = new Set<string>();
    for (const camera of this.#sources.cameras()) {
      const { id, name, enabled, state, record, recording } = camera;
      const about = { subject: name, camera: id };
      if (state.status === "offline") {
        const message = `${name}: ${state.reason ?? "offline"}`;
        const code = `camera-${state.code ?? "offline"}`;
        const context = plainFacts(state);
        problems.push({ code, severity: "warning", message, ...context, ...about, since: state.since });
      }
      if (recording.problem !== undefined) {
        const message = `${name} is not recorded: ${recording.problem}`;
        problems.push({ code: "recording-stopped", severity: "error", message, ...about });
        continue;
      }
      const isMeant =
        enabled && record.mode === "continuous" && ["online", "degraded"].includes(state.status);
      if (!isMeant || recording.active) continue;
      missing.add(id);
      const monotonicMs = this.#sources.clock.monotonicMs();
      const first = this.#notRecorded.get(id) ?? { monotonicMs, wallMs: nowMs };
      this.#notRecorded.set(id, first);
      if (monotonicMs - first.monotonicMs < NOT_RECORDED_AFTER_MS) continue;
      const message = `${name} is to be recorded and is not`;
      const since = new Date(first.wallMs).toISOString();
      problems.push({ code: "recording-missing", severity: "error", message, ...about, since });
    }
    for (const id of this.#notRecorded.keys()) if (!missing.has(id)) this.#notRecorded.delete(id);
    return problems;
  }

  #ofPlugins(): StatusProblem[] {
    return this.#sources
      .plugins()
      .flatMap(({ displayName, status, reason, code, context }): StatusProblem[] => {
        if (status !== "failed" && status !== "refused" && status !== "quarantined") return [];
        const message = `${displayName}: ${reason ?? status}`;
        const facts = { ...(code === undefined ? {} : { cause: code }), ...context };
        return [
          {
            code: `plugin-${status}`,
            severity: "warning",
            subject: displayName,
            message,
            ...plainFacts({ context: facts }),
          },
        ];
      });
  }
}

const RANK: Readonly<Record<StatusProblem["severity"], number>> = { error: 0, warning: 1, notice: 2 };

function keyOf({ code, subject, message }: StatusProblem): string {
  return `${code}/${subject ?? message}`;
}

function ofVolumes(volumes: readonly (VolumeView & { readonly since?: string })[]): StatusProblem[] {
  return volumes
    .filter(({ status }) => status !== "normal" && status !== "unknown")
    .map(({ path, status, message, code, context, since }) => ({
      code: code === REPLACED ? code : `volume-${status}`,
      severity: "error",
      subject: path,
      message: `${path}: ${message ?? status}`,
      ...plainFacts({
        context: { ...(code === undefined || code === REPLACED ? {} : { cause: code }), ...context },
      }),
      ...(since === undefined ? {} : { since }),
    }));
}
