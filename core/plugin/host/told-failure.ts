// How a plugin's failure is told: sentence, code and facts. A process of its own says what it likes, millions of letters
// too, and what is told goes into lists, logs and answers.
import { contextOf, type Worded } from "../../domain/facts.ts";
import { toPlainError } from "../../errors.ts";

const REASON_LIMIT = 500;
const CODE_LIMIT = 80;

/** As much of a plugin's sentence as is kept and logged. */
export function cutReason(reason: string): string {
  return String(reason).slice(0, REASON_LIMIT);
}

/** What was thrown where a plugin was set up: what it threw itself is no fault inside the recorder. */
export function toldFailure(error: unknown): { readonly reason: string; readonly worded: Worded } {
  const { code, message, context = {} } = toPlainError(error);
  const reason = cutReason(message);
  return { reason, worded: wordedOf(code === "NJ_INTERNAL" ? "NJ_PLUGIN_FAILED" : code, context, reason) };
}

/** A code and facts that may be a plugin's, beside what is told of its sentence. */
export function wordedOf(code: string, context: Readonly<Record<string, unknown>>, reason: string): Worded {
  return { code: String(code).slice(0, CODE_LIMIT), ...contextOf(context, reason) };
}
