// Why a camera, a volume, a plugin or a process is as it is, in the viewer's language.
import type { CameraState, RecorderProcess, VolumeStatus } from "../api/types.ts";
import { t } from "./messages.ts";
import { type ProblemText, problemLine, problemText, type ToldProblem } from "./problem-text.ts";

/** A reason with its code and facts, as the recorder tells it in many places. */
interface ToldReason {
  readonly reason?: string | undefined;
  readonly code?: string | undefined;
  readonly context?: ToldProblem["context"];
}

/** The error code of a stream's fault: `wrong-password` is `NJ_STREAM_WRONG_PASSWORD`. */
export function streamCode(code: string): string {
  return code.startsWith("NJ_") ? code : `NJ_STREAM_${code.toUpperCase().replaceAll("-", "_")}`;
}

/** Under which code a complaint has its words: what a volume, plugin or camera says itself goes before the alarm's own. */
export function wordedCode(code: string, context: ToldProblem["context"]): string {
  const cause = context?.["cause"];
  if (typeof cause === "string") return cause;
  return code.startsWith("camera-") ? streamCode(code.slice("camera-".length)) : code;
}

/** Of what a driver or system threw without a code, only its own sentence says anything. */
function reasonCode(code: string | undefined): string | undefined {
  return code === "NJ_INTERNAL" ? undefined : code;
}

/** Why a camera is not simply well; undefined where the recorder says nothing. */
export function cameraReason(state: CameraState): string | undefined {
  if (state.reason === undefined) return undefined;
  const isSub = state.context?.["stream"] === "sub";
  const sentence = isSub ? state.reason.replace(/^Sub-stream: /, "") : state.reason;
  const code = state.code === undefined ? undefined : reasonCode(streamCode(state.code));
  const text = problemLine({ code, context: state.context, sentence });
  return isSub ? t("state.subStream", { reason: text }) : text;
}

/** Why a volume is not in order. The page names it already. */
export function volumeReason(volume: VolumeStatus): ProblemText | undefined {
  const { message, code, context, path } = volume;
  if (message === undefined) return undefined;
  return problemText({ code: reasonCode(code), context, sentence: withoutSubject(message, path) });
}

/** The sentence without what it begins with, where the title names that. */
export function withoutSubject(message: string, subject: string): string {
  return message.startsWith(`${subject}: `) ? message.slice(subject.length + 2) : message;
}

/** Why something does not run, or was not done. */
export function reasonText({ reason, code, context }: ToldReason): ProblemText | undefined {
  return reason === undefined
    ? undefined
    : problemText({ code: reasonCode(code), context, sentence: reason });
}

/** How the process before this one ended. */
export function processEnd({ message, context }: RecorderProcess): string | undefined {
  return message === undefined
    ? undefined
    : problemLine({ code: "process-ended", context, sentence: message });
}
