// What is wrong with the recorder, in the viewer's words, with what to do and where: for the alarm on every page, the
// dialog behind the dot and the system page. Viewers, who are told nothing of disks, get the faults of their cameras.
import { computed, signal } from "@preact/signals";
import type { ReportedProblem } from "../api/health-types.ts";
import { type MessageKey, t } from "../locale/messages.ts";
import { problemLine } from "../locale/problem-text.ts";
import { withoutSubject, wordedCode } from "../locale/told-reasons.ts";
import { exceptionOf } from "./problem-exceptions.ts";
import { cameras, mayAdminister, mayOperate, status } from "./recorder.ts";

export interface ShownProblem {
  readonly key: string;
  readonly tone: "bad" | "warn" | "info";
  readonly title: string;
  /** Why, in the viewer's words where its code is known. */
  readonly detail: string;
  readonly advice: string | undefined;
  readonly code: string;
  readonly since: string | undefined;
  /** Where to do something about it. */
  readonly link: { readonly path: string; readonly query?: Readonly<Record<string, string>> } | undefined;
  /** It belongs on every page. */
  readonly isAlarm: boolean;
}

interface Words {
  readonly title: MessageKey;
  readonly advice: MessageKey;
  readonly page: "storage" | "camera" | "system" | "system/flows" | "system/nodes" | "plugins";
  readonly isAlarm: boolean;
}

const WORDS: readonly (readonly [RegExp, Words])[] = [
  [/^volume-full$/, words("problem.volumeFull", "problem.volumeFull.do", "storage", true)],
  [/^volume-replaced$/, words("problem.volumeReplaced", "problem.volumeReplaced.do", "storage", true)],
  [/^volume-/, words("problem.volume", "problem.volume.do", "storage", true)],
  [/^recording-/, words("problem.recording", "problem.recording.do", "storage", true)],
  [/^camera-/, words("problem.camera", "problem.camera.do", "camera", true)],
  [/^process-restarting$/, words("problem.processDown", "problem.process.do", "system", true)],
  [/^process-/, words("problem.process", "problem.process.do", "system", true)],
  [/^NJ_CONFIG/, words("problem.config", "problem.config.do", "system", true)],
  [/^clock-/, words("problem.clock", "problem.clock.do", "system", true)],
  [/^database-/, words("problem.database", "problem.database.do", "system", true)],
  [/^node-/, words("problem.node", "problem.node.do", "system/nodes", true)],
  [/^plugin-/, words("problem.plugin", "problem.plugin.do", "plugins", false)],
  [/^flows-/, words("problem.flows", "problem.flows.do", "system/flows", false)],
  [/^ffmpeg-/, words("problem.ffmpeg", "problem.ffmpeg.do", "system", false)],
  [/^port$/, words("problem.port", "problem.port.do", "system", false)],
];

function words(title: MessageKey, advice: MessageKey, page: Words["page"], isAlarm: boolean): Words {
  return { title, advice, page, isAlarm };
}

function linkOf(problem: ReportedProblem, page: Words["page"]): ShownProblem["link"] {
  if (page === "camera") {
    if (problem.camera === undefined) return { path: "cameras" };
    return mayAdminister.value
      ? { path: `cameras/${problem.camera}` }
      : { path: "live", query: { camera: problem.camera } };
  }
  if (page === "plugins" || page === "system/flows") return mayAdminister.value ? { path: page } : undefined;
  return mayOperate.value ? { path: page } : undefined;
}

/** Whether it stands in the bar: as is set for its kind, else as its words say. */
function isInBar(problem: ReportedProblem, found: Words | undefined): boolean {
  const kind = exceptionOf(problem.code);
  const told = kind === undefined ? undefined : status.value?.told?.bar.includes(kind);
  return told ?? found?.isAlarm ?? problem.severity === "error";
}

function shown(problem: ReportedProblem): ShownProblem {
  const found = WORDS.find(([pattern]) => pattern.test(problem.code))?.[1];
  const subject = problem.subject ?? "";
  // Our title names it already.
  const isNamedTwice = found !== undefined && subject !== "";
  const sentence = isNamedTwice ? withoutSubject(problem.message, subject) : problem.message;
  const detail = problemLine({
    code: wordedCode(problem.code, problem.context),
    context: problem.context,
    sentence,
  });
  return {
    key: `${problem.code}/${problem.subject ?? problem.message}`,
    tone: problem.severity === "error" ? "bad" : problem.severity === "warning" ? "warn" : "info",
    title: found === undefined ? detail : t(found.title, { subject }),
    detail,
    advice: found === undefined ? undefined : t(found.advice),
    code: problem.code,
    since: problem.since,
    link: found === undefined ? undefined : linkOf(problem, found.page),
    isAlarm: isInBar(problem, found),
  };
}

/** All that is wrong, the worst first. */
export const problems = computed<readonly ShownProblem[]>(() => {
  const reported: readonly ReportedProblem[] = status.value?.problems ?? [];
  // The list of cameras is kept fresh by every change; the status is read when something is told to have changed.
  const away = (cameras.value ?? []).filter(
    (camera) =>
      camera.enabled &&
      camera.state.status === "offline" &&
      !reported.some((one) => one.camera === camera.id && one.code.startsWith("camera-")),
  );
  const back = new Set(
    (cameras.value ?? []).filter((one) => one.state.status === "online").map((one) => one.id),
  );
  return [
    ...reported.filter((one) => !one.code.startsWith("camera-") || !back.has(one.camera ?? "")),
    ...away.map((camera) => ({
      code: `camera-${camera.state.code ?? "offline"}`,
      severity: "warning" as const,
      message: `${camera.name}: ${camera.state.reason ?? t("state.offline")}`,
      ...(camera.state.context === undefined ? {} : { context: camera.state.context }),
      subject: camera.name,
      camera: camera.id,
      since: camera.state.since,
    })),
  ].map(shown);
});

/** Alarms that the viewer has put aside until something else goes wrong. */
const putAside = signal<ReadonlySet<string>>(new Set());

/** What the bar on every page tells. */
export const alarms = computed(() =>
  problems.value.filter((one) => one.isAlarm && !putAside.value.has(one.key)),
);

/** Hides what is told now. It stays in the dialog behind the dot. */
export function putAlarmsAside(): void {
  putAside.value = new Set(problems.value.map((one) => one.key));
}
