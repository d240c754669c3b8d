// The plugins of this recorder: how each is, its settings, and where more come from. Operators look, administrators act.
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, call } from "../../api/client.ts";
import type { Plugin, PluginUpdate } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { AwaitedPage } from "../../parts/awaited.tsx";
import { NotAllowed, Segmented } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { place, replaceQuery } from "../../router.ts";
import { isUnderWay, orderJob, pluginJobs, readJobs } from "../../state/plugin-jobs.ts";
import { inWords, usePluginNames } from "../../state/plugin-names.ts";
import { mayAdminister, mayOperate } from "../../state/recorder.ts";
import { complain, tell } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { FindPlugins } from "./find-plugins.tsx";
import { JobPanel } from "./job-panel.tsx";
import { type PluginAct, PluginCard } from "./plugin-card.tsx";
import { FILTERED_FROM, matchingPlugins } from "./plugin-filter.ts";
import { troubledFirst } from "./plugin-words.ts";
import { RemovePluginDialog } from "./remove-plugin-dialog.tsx";
import { SettingsDialog } from "./settings-dialog.tsx";

/** How often the list is read again while it is shown. */
const REFRESH_MS = 5_000;

/** The page. */
export function PluginsPage() {
  const asked = useAnswer(async (signal) => (await call("GET /plugins", { signal })).plugins);
  const { answer, error, load: read, put: setPlugins } = asked;
  const names = usePluginNames(answer?.length);
  const plugins = answer?.map((plugin) => inWords(names, plugin));
  const isAdministrator = mayAdminister.value;
  useEffect(() => {
    if (isAdministrator) readJobs().catch(complain);
    const timer = setInterval(read, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  // A job that has ended has changed the list.
  const jobs = pluginJobs.value ?? [];
  const ended = jobs.filter((job) => !isUnderWay(job)).length;
  const wasEnded = useRef(ended);
  useEffect(() => {
    if (ended > wasEnded.current) read();
    wasEnded.current = ended;
  }, [ended]);

  if (!mayOperate.value || (error instanceof ApiError && error.status === 403)) return <NotAllowed />;
  if (plugins === undefined) return <AwaitedPage title={t("nav.plugins")} of={asked} rows={6} />;
  const view = isAdministrator && place.value.query.get("view") === "find" ? "find" : "installed";
  const running = plugins.filter(({ status }) => status === "running").length;
  return (
    <div class="list-page">
      <div class="head">
        <h1>{t("nav.plugins")}</h1>
        <span class="muted wide-only">{t("plugins.count", { total: plugins.length, running })}</span>
        <div class="spring" />
        {isAdministrator ? (
          <Segmented
            label={t("plugins.view")}
            value={view}
            choices={[
              { value: "installed", text: t("plugins.view.installed") },
              { value: "find", text: t("plugins.view.find") },
            ]}
            onChoose={(chosen) => replaceQuery({ view: chosen === "find" ? "find" : undefined })}
          />
        ) : null}
      </div>
      <div class="plugins">
        {isAdministrator ? jobs.map((job) => <JobPanel key={job.id} job={job} />) : null}
        {view === "find" ? (
          <FindPlugins />
        ) : (
          <FilteredPlugins plugins={plugins} onRead={read} onList={setPlugins} />
        )}
      </div>
    </div>
  );
}

interface ListProps {
  readonly plugins: readonly Plugin[];
  readonly onRead: () => void;
  readonly onList: (plugins: readonly Plugin[]) => void;
}

/** The list below a search field, where there are more than are seen at a glance. */
function FilteredPlugins(props: ListProps) {
  const typed = place.value.query.get("q") ?? "";
  const shown = matchingPlugins(props.plugins, typed);
  const put = (text: string): void => replaceQuery({ q: text === "" ? undefined : text.slice(0, 80) });
  return (
    <>
      {props.plugins.length < FILTERED_FROM && typed === "" ? null : (
        <div class="plugin-filter">
          <input
            type="search"
            class="text-input"
            aria-label={t("plugins.filter")}
            placeholder={t("plugins.filter")}
            value={typed}
            onInput={(event) => put(event.currentTarget.value)}
          />
        </div>
      )}
      {shown.length === 0 && typed !== "" ? (
        <div class="plugins-empty">
          <p class="muted" role="status">
            {t("plugins.filter.none")}
          </p>
          <button type="button" class="button" onClick={() => put("")}>
            {t("plugins.filter.all")}
          </button>
        </div>
      ) : (
        <PluginList {...props} shown={shown} isFiltered={typed !== ""} />
      )}
    </>
  );
}

function PluginList(props: ListProps & { readonly shown: readonly Plugin[]; readonly isFiltered: boolean }) {
  const { plugins, onRead, onList, shown, isFiltered } = props;
  const [busy, setBusy] = useState<{ readonly name: string; readonly act: PluginAct } | undefined>(undefined);
  const [removing, setRemoving] = useState<Plugin | undefined>(undefined);
  const [updates, setUpdates] = useState<readonly PluginUpdate[]>([]);
  const isAdministrator = mayAdminister.value;
  const loaded = troubledFirst(shown.filter((one) => one.status !== "refused"));
  const mine = loaded.filter((one) => one.bundled !== true);
  const bundled = loaded.filter((one) => one.bundled === true);
  const refused = shown.filter((one) => one.status === "refused");
  const open = plugins.find(({ name }) => isAdministrator && name === place.value.query.get("settings"));

  const run = async (plugin: Plugin, act: "restart" | "toggle"): Promise<void> => {
    setBusy({ name: plugin.name, act });
    const enabled = plugin.status === "disabled";
    try {
      const answer =
        act === "restart"
          ? await call("POST /plugins/restart", { body: { name: plugin.name } })
          : await call("POST /plugins/enable", { body: { name: plugin.name, enabled } });
      onList(answer.plugins);
      const now = answer.plugins.find(({ name }) => name === plugin.name)?.status;
      if (act === "toggle" && !enabled) tell(t("plugins.disabledNow", { name: plugin.displayName }));
      else if (now === "running") tell(t("plugins.restarted", { name: plugin.displayName }));
    } catch (error) {
      complain(error);
    }
    setBusy(undefined);
  };
  const act = (plugin: Plugin, what: PluginAct): void => {
    if (what === "settings") replaceQuery({ settings: plugin.name });
    else if (what === "remove") setRemoving(plugin);
    else if (what === "update")
      orderJob({ action: "update", name: plugin.name })
        .then(() => setUpdates(updates.filter(({ name }) => name !== plugin.name)))
        .catch(complain);
    else void run(plugin, what);
  };
  const cards = (list: readonly Plugin[]) => (
    <div class="plugin-cards">
      {list.map((plugin) => (
        <PluginCard
          key={plugin.name + plugin.status + (plugin.reason ?? "")}
          plugin={plugin}
          update={updates.find(({ name }) => name === plugin.name)}
          busy={busy?.name === plugin.name ? busy.act : undefined}
          onAct={isAdministrator ? (what) => act(plugin, what) : undefined}
          onList={onList}
        />
      ))}
    </div>
  );
  return (
    <>
      {isFiltered && mine.length === 0 ? null : (
        <section aria-label={t("plugins.yours")}>
          <div class="section-head">
            <h2>{t("plugins.yours")}</h2>
            <span class="spring" />
            {isAdministrator && plugins.some(({ installed }) => installed === true) ? (
              <UpdateCheck onUpdates={setUpdates} />
            ) : null}
          </div>
          {mine.length > 0 ? (
            cards(mine)
          ) : (
            <div class="plugins-empty">
              <p class="muted">{t("plugins.empty")}</p>
              {isAdministrator ? (
                <button type="button" class="button" onClick={() => replaceQuery({ view: "find" })}>
                  <Icon name="search" />
                  {t("plugins.view.find")}
                </button>
              ) : null}
            </div>
          )}
        </section>
      )}
      {refused.length === 0 ? null : (
        <section aria-label={t("plugins.refusedOnes")}>
          <h2>{t("plugins.refusedOnes")}</h2>
          {cards(refused)}
        </section>
      )}
      {bundled.length === 0 ? null : (
        <section aria-label={t("plugins.bundled")}>
          <h2>{t("plugins.bundled")}</h2>
          {cards(bundled)}
        </section>
      )}
      {open === undefined ? null : (
        <SettingsDialog
          key={open.name}
          plugin={open}
          onClose={() => replaceQuery({ settings: undefined })}
          onSaved={onRead}
        />
      )}
      {removing === undefined ? null : (
        <RemovePluginDialog plugin={removing} onClose={() => setRemoving(undefined)} />
      )}
    </>
  );
}

/** Asks the registry for newer versions, when somebody wants to know. */
function UpdateCheck({ onUpdates }: { readonly onUpdates: (updates: readonly PluginUpdate[]) => void }) {
  const [busy, setBusy] = useState(false);
  const check = async (): Promise<void> => {
    setBusy(true);
    try {
      const { updates } = await call("GET /plugins/updates");
      onUpdates(updates);
      tell(
        t(updates.length === 0 ? "plugins.updates.none" : "plugins.updates.some", { count: updates.length }),
      );
    } catch (error) {
      complain(error);
    }
    setBusy(false);
  };
  return (
    <button
      type="button"
      class="button"
      disabled={busy}
      aria-busy={busy}
      title={t("plugins.updates.hint")}
      onClick={() => void check()}
    >
      <Icon name="restart" />
      {t("plugins.updates.check")}
    </button>
  );
}
