// What `nightjar doctor` says of each thing that it looked at, and how findings are made.

export const CHECK_RESULTS = ["ok", "notice", "warning", "error"] as const;
export type CheckResult = (typeof CHECK_RESULTS)[number];

/** One thing that was looked at. */
export interface Check {
  /** Stable name for scripts: `node`, `ffmpeg`, `volume` … (docs/guide/doctor.md lists them). */
  readonly id: string;
  readonly result: CheckResult;
  /** What was found, in a sentence. */
  readonly message: string;
  /** The file, folder, port or setting that it is about. */
  readonly where?: string;
  /** What to do, unless all is well. */
  readonly advice?: string;
  /** What to type for that, where one command does it. */
  readonly command?: string;
}

/** What goes with a finding besides its sentence. */
export type CheckDetail = Pick<Check, "where" | "advice" | "command">;

/** All is well with `id`. */
export function ok(id: string, message: string, where?: string): Check {
  return { id, result: "ok", message, ...(where === undefined ? {} : { where }) };
}

/** Something is to be said of `id`. */
export function finding(
  id: string,
  result: Exclude<CheckResult, "ok">,
  message: string,
  detail: CheckDetail,
): Check {
  return { id, result, message, ...detail };
}

/** The worst result among checks: what an exit code is made of. */
export function worstResult(checks: readonly Check[]): CheckResult {
  let worst = 0;
  for (const check of checks) worst = Math.max(worst, CHECK_RESULTS.indexOf(check.result));
  return CHECK_RESULTS[worst] ?? "ok";
}

/** An error as a part of a sentence. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A path as a word that a shell takes as it is. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
