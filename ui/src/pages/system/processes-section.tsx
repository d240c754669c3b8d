// The health of every process: the recorder's own and those of plugins.
import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { ProcessHealth } from "../../api/health-types.ts";
import type { Plugin } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { processEnd, reasonText } from "../../locale/told-reasons.ts";
import { inWords, usePluginNames } from "../../state/plugin-names.ts";
import { mayAdminister } from "../../state/recorder.ts";
import { sizeText, spanText } from "../../state/time-format.ts";

const REFRESH_MS = 10_000;

const STATES: Readonly<Record<string, MessageKey>> = {
  starting: "process.starting",
  ready: "process.ready",
  restarting: "process.restarting",
  stopped: "process.stopped",
};

const TASKS: Readonly<Record<string, MessageKey>> = {
  supervisor: "process.supervisor",
  media: "process.media",
  core: "process.core",
  gateway: "process.gateway",
  analysis: "process.analysis",
  flows: "process.flows",
};

/** The section. */
export function ProcessesSection({ processes }: { readonly processes: readonly ProcessHealth[] }) {
  const names = usePluginNames();
  const plugins = useIsolatedPlugins().map((plugin) => inWords(names, plugin));
  return (
    <section class="wide-section">
      <h2>{t("system.processes")}</h2>
      <div class="table-box">
        <table class="storage-table">
          <thead>
            <tr>
              <th>{t("system.process")}</th>
              <th>{t("cameras.state")}</th>
              <th>{t("system.uptime")}</th>
              <th class="number-cell">{t("system.restarts")}</th>
              <th class="number-cell">{t("plugins.memory")}</th>
              <th class="number-cell">{t("process.cpu")}</th>
              <th class="number-cell" title={t("process.delay.hint")}>
                {t("process.delay")}
              </th>
            </tr>
          </thead>
          <tbody>
            {processes.map((process) => (
              <ProcessRow key={process.name} process={process} />
            ))}
            {plugins.map((plugin) => (
              <tr key={plugin.name}>
                <td class="name-cell">
                  {plugin.displayName}
                  <small>{t("process.plugin")}</small>
                </td>
                <td>
                  <span class="state">
                    <i
                      class={`dot ${plugin.status === "running" ? "dot-ok" : "dot-warn"}`}
                      aria-hidden="true"
                    />
                    {t(plugin.status === "running" ? "plugins.running" : "plugins.restarting")}
                  </span>
                  {plugin.reason === undefined ? null : <small>{reasonText(plugin)?.text}</small>}
                </td>
                <td data-label={t("system.uptime")}>–</td>
                <td class="number-cell" data-label={t("system.restarts")}>
                  {plugin.restarts ?? 0}
                </td>
                <td class="number-cell" data-label={t("plugins.memory")}>
                  {plugin.health === undefined ? "–" : sizeText(plugin.health.rssBytes)}
                </td>
                <td class="number-cell" data-label={t("process.cpu")}>
                  {plugin.health === undefined ? "–" : spanText(plugin.health.cpuSeconds)}
                </td>
                <td class="number-cell" data-label={t("process.delay")}>
                  {plugin.health === undefined ? "–" : `${Math.round(plugin.health.eventLoopP99Ms)} ms`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function ProcessRow({ process }: { readonly process: ProcessHealth }) {
  const name = process.status;
  const state = STATES[name];
  const task = TASKS[process.name];
  return (
    <tr>
      <td class="name-cell">
        {process.name}
        {task === undefined ? null : <small>{t(task)}</small>}
      </td>
      <td>
        <span class="state">
          <i class={`dot ${name === "ready" ? "dot-ok" : "dot-warn"}`} aria-hidden="true" />
          {state === undefined ? name : t(state)}
        </span>
        {process.message === undefined ? null : <small>{processEnd(process)}</small>}
      </td>
      <td data-label={t("system.uptime")}>
        {process.uptimeSeconds === undefined ? "–" : spanText(process.uptimeSeconds)}
      </td>
      <td class="number-cell" data-label={t("system.restarts")}>
        {process.restarts ?? 0}
      </td>
      <td class="number-cell" data-label={t("plugins.memory")}>
        {process.rssBytes === undefined ? "–" : sizeText(process.rssBytes)}
      </td>
      <td class="number-cell" data-label={t("process.cpu")}>
        {process.cpuShare === undefined ? "–" : `${(process.cpuShare * 100).toFixed(1)} %`}
      </td>
      <td class="number-cell" data-label={t("process.delay")}>
        {process.loopDelayMs === undefined ? "–" : `${Math.round(process.loopDelayMs)} ms`}
      </td>
    </tr>
  );
}

/** Plugins with a process of their own. A recorder that does not tell has none to show. */
function useIsolatedPlugins(): readonly Plugin[] {
  const [plugins, setPlugins] = useState<readonly Plugin[]>([]);
  useEffect(() => {
    if (!mayAdminister.value) return;
    const load = (): void => {
      call("GET /plugins").then(
        (answer) =>
          setPlugins(
            answer.plugins.filter(
              (one) => one.isolation === "process" && ["running", "restarting"].includes(one.status),
            ),
          ),
        () => undefined,
      );
    };
    load();
    const timer = setInterval(load, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return plugins;
}
