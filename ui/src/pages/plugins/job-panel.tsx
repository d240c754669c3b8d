// A job that installs, updates or removes a plugin: what it is doing, line by line, how it ended and why; and where
// packages want to run programs, the question whether they may.
import { useEffect, useRef, useState } from "preact/hooks";
import type { PluginJob } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { IconButton } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { cancelJob, isUnderWay, orderJob, putAside } from "../../state/plugin-jobs.ts";
import { complain } from "../../state/toasts.ts";
import { JOB_STATE, JOB_TITLE, wishesText } from "./plugin-words.ts";
import { Reason } from "./reason.tsx";

const DOTS: Readonly<Record<PluginJob["status"], string>> = {
  waiting: "dot-unknown",
  running: "dot-warn",
  done: "dot-ok",
  failed: "dot-bad",
  undone: "dot-bad",
};

/** The panel. */
export function JobPanel({ job }: { readonly job: PluginJob }) {
  const lines = useRef<HTMLPreElement>(null);
  const [cancelling, setCancelling] = useState(false);
  const isLive = isUnderWay(job);
  // Of a path the last step says enough.
  const { source = "" } = job;
  const what = job.name ?? (source.startsWith("/") ? source.split("/").at(-1) : source) ?? "";
  useEffect(() => {
    const box = lines.current;
    if (box !== null) box.scrollTop = box.scrollHeight;
  }, [job.lines.length, job.linesLeftOut]);
  return (
    <section class="job" aria-label={t(JOB_TITLE[job.action], { name: what })}>
      <header>
        <i class={`dot ${DOTS[job.status]}`} aria-hidden="true" />
        <strong>{t(JOB_TITLE[job.action], { name: what })}</strong>
        <span class="muted" role="status">
          {t(JOB_STATE[job.status])}
        </span>
        <span class="spring" />
        {isLive ? (
          <button
            type="button"
            class="button"
            disabled={cancelling}
            onClick={() => {
              setCancelling(true);
              cancelJob(job.id).catch(complain);
            }}
          >
            {t("cancel")}
          </button>
        ) : (
          <IconButton icon="close" label={t("plugins.job.dismiss")} onClick={() => putAside(job.id)} />
        )}
      </header>
      {isLive ? <progress aria-label={t(JOB_STATE[job.status])} /> : null}
      {job.permissions === undefined || job.reason !== undefined ? null : (
        <p class="muted">{wishesText(job.permissions)}</p>
      )}
      <JobLines job={job} isOpen={isLive} box={lines} />
      {job.scripts !== undefined && job.scripts.length > 0 ? (
        <ScriptsQuestion job={job} scripts={job.scripts} />
      ) : job.reason === undefined ? null : (
        <div class="error-note" role="alert">
          <Icon name="warning" />
          <div>
            <p>{t(job.status === "undone" ? "plugins.job.undone.hint" : "plugins.job.failed.hint")}</p>
            <Reason of={job} />
            {job.code === undefined ? null : <code>{job.code}</code>}
          </div>
        </div>
      )}
    </section>
  );
}

function JobLines(props: {
  readonly job: PluginJob;
  readonly isOpen: boolean;
  readonly box: { current: HTMLPreElement | null };
}) {
  const { lines, linesLeftOut } = props.job;
  if (lines.length === 0) return null;
  return (
    <details open={props.isOpen}>
      <summary>{t("plugins.job.lines")}</summary>
      <pre ref={props.box} class="job-lines" role="log" aria-label={t("plugins.job.lines")}>
        {linesLeftOut === 0 ? "" : `${t("plugins.job.leftOut", { count: linesLeftOut })}\n`}
        {lines.join("\n")}
      </pre>
    </details>
  );
}

function ScriptsQuestion(props: {
  readonly job: PluginJob;
  readonly scripts: NonNullable<PluginJob["scripts"]>;
}) {
  const { job, scripts } = props;
  const names = scripts.map(({ name, version }) => `${name}@${version}`);
  const allow = (): void => {
    orderJob({
      action: job.action,
      ...(job.source === undefined ? {} : { source: job.source }),
      ...(job.action === "install" || job.name === undefined ? {} : { name: job.name }),
      allowScripts: names,
    })
      .then(() => putAside(job.id))
      .catch(complain);
  };
  return (
    <div class="error-note" role="alert">
      <Icon name="warning" />
      <div>
        <p>
          <strong>{t("plugins.scripts.title")}</strong>
        </p>
        <p>{t("plugins.scripts.text")}</p>
        <ul class="job-scripts">
          {names.map((name) => (
            <li key={name}>
              <code>{name}</code>
            </li>
          ))}
        </ul>
        <div class="form-foot">
          <button type="button" class="button ghost" onClick={() => putAside(job.id)}>
            {t("plugins.scripts.refuse")}
          </button>
          <button type="button" class="button danger" onClick={allow}>
            {t("plugins.scripts.allow")}
          </button>
        </div>
      </div>
    </div>
  );
}
