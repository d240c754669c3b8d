// The recorder's log: the newest lines, by level and process, followed if wanted. For administrators.
import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import { LOG_LEVELS, type LogLevel, type LogLine } from "../../api/health-types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { CheckField, ErrorNote, SelectField, SkeletonRows } from "../../parts/controls.tsx";
import { LogLines } from "./log-lines.tsx";

const FOLLOW_MS = 2_000;
const LINES = [100, 300, 1_000] as const;
const PROCESSES = ["all", "supervisor", "core", "media", "gateway", "analysis", "flows"] as const;

const LEVEL_TEXT: Readonly<Record<LogLevel, MessageKey>> = {
  debug: "log.debug",
  info: "log.info",
  notice: "log.notice",
  warn: "log.warn",
  error: "log.error",
};

/** The section. */
export function LogSection() {
  const [level, setLevel] = useState<LogLevel>("notice");
  const [process, setProcess] = useState<(typeof PROCESSES)[number]>("all");
  const [count, setCount] = useState<(typeof LINES)[number]>(100);
  const [follows, setFollows] = useState(false);
  const [lines, setLines] = useState<readonly LogLine[] | undefined>(undefined);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    const ended = new AbortController();
    const load = (): void => {
      const query = { level, limit: count, ...(process === "all" ? {} : { process }) };
      call("GET /log", { query, signal: ended.signal }).then(
        (answer) => {
          setLines(answer.lines);
          setError(undefined);
        },
        (thrown: unknown) => {
          if (!ended.signal.aborted) setError(thrown);
        },
      );
    };
    load();
    const timer = follows ? setInterval(load, FOLLOW_MS) : undefined;
    return () => {
      ended.abort();
      clearInterval(timer);
    };
  }, [level, process, count, follows]);
  return (
    <section class="wide-section">
      <h2>{t("log.title")}</h2>
      <div class="log-bar">
        <SelectField
          label={t("log.level")}
          value={level}
          choices={LOG_LEVELS.map((one) => ({ value: one, text: t(LEVEL_TEXT[one]) }))}
          onChoose={setLevel}
        />
        <SelectField
          label={t("system.process")}
          value={process}
          choices={PROCESSES.map((one) => ({ value: one, text: one === "all" ? t("log.all") : one }))}
          onChoose={setProcess}
        />
        <SelectField
          label={t("log.lines")}
          value={String(count)}
          choices={LINES.map((one) => ({ value: String(one), text: String(one) }))}
          onChoose={(value) => setCount(LINES.find((one) => String(one) === value) ?? 100)}
        />
        <CheckField label={t("log.follow")} checked={follows} onChange={setFollows} />
      </div>
      {error === undefined ? null : <ErrorNote error={error} />}
      {lines === undefined ? (
        error === undefined ? (
          <SkeletonRows rows={5} />
        ) : null
      ) : lines.length === 0 ? (
        <p class="muted">{t("log.empty")}</p>
      ) : (
        <LogLines lines={lines} label={t("log.title")} />
      )}
    </section>
  );
}
