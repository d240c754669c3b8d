// The plugins on the System page: what was found, how each is and why, and a button that starts one anew.
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/client.ts";
import type { Plugin } from "../api/types.ts";
import { type MessageKey, t } from "../locale/messages.ts";
import { SkeletonRows } from "../parts/controls.tsx";
import { mayAdminister } from "../state/recorder.ts";
import { sizeText } from "../state/time-format.ts";
import { complain, tell } from "../state/toasts.ts";

/** How often the list is read again while it is shown. */
const REFRESH_MS = 5_000;
const STATES: Readonly<Record<Plugin["status"], MessageKey>> = {
  running: "plugins.running",
  restarting: "plugins.restarting",
  quarantined: "plugins.quarantined",
  disabled: "plugins.disabled",
  failed: "plugins.failed",
  refused: "plugins.refused",
};
const DOTS: Readonly<Record<Plugin["status"], string>> = {
  running: "dot-ok",
  restarting: "dot-warn",
  quarantined: "dot-bad",
  disabled: "dot-unknown",
  failed: "dot-bad",
  refused: "dot-bad",
};

/** The section. */
export function SystemPlugins() {
  const [plugins, setPlugins] = useState<readonly Plugin[] | undefined>(undefined);
  const [busy, setBusy] = useState<string | undefined>(undefined);

  useEffect(() => {
    let gone = false;
    const read = (): void => {
      api<{ plugins: readonly Plugin[] }>("GET", "/plugins")
        .then((answer) => !gone && setPlugins(answer.plugins))
        .catch((error: unknown) => {
          if (!gone && plugins === undefined) complain(error);
        });
    };
    read();
    const timer = setInterval(read, REFRESH_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, []);

  const restart = async (plugin: Plugin): Promise<void> => {
    setBusy(plugin.name);
    try {
      const answer = await api<{ plugins: readonly Plugin[] }>("POST", "/plugins/restart", {
        name: plugin.name,
      });
      setPlugins(answer.plugins);
      if (answer.plugins.find(({ name }) => name === plugin.name)?.status === "running")
        tell(t("plugins.restarted", { name: plugin.displayName }));
    } catch (error) {
      complain(error);
    }
    setBusy(undefined);
  };

  return (
    <section>
      <h2>{t("plugins.title")}</h2>
      {plugins === undefined ? <SkeletonRows rows={2} /> : null}
      {(plugins ?? []).map((plugin) => (
        <div key={plugin.name + plugin.status} class="plugin">
          <p class="state">
            <i class={`dot ${DOTS[plugin.status]}`} aria-hidden="true" />
            <strong>{plugin.displayName}</strong>
            <code>
              {plugin.name} {plugin.version}
            </code>
            <span class="spring" />
            <span class="muted">{t(STATES[plugin.status])}</span>
            {mayAdminister.value && plugin.isolation === "process" ? (
              <button
                type="button"
                class="button"
                aria-busy={busy === plugin.name}
                disabled={busy !== undefined}
                onClick={() => void restart(plugin)}
              >
                {t("plugins.restart")}
              </button>
            ) : null}
          </p>
          <p class="muted">
            {[
              `${t("plugins.kind")}: ${plugin.kind}`,
              plugin.isolation === undefined
                ? ""
                : `${t("plugins.place")} ${t(plugin.isolation === "inline" ? "plugins.inline" : "plugins.process")}`,
              plugin.health === undefined
                ? ""
                : `${t("plugins.memory")}: ${sizeText(plugin.health.rssBytes)}`,
              plugin.restarts === undefined || plugin.restarts === 0
                ? ""
                : `${t("system.restarts")}: ${plugin.restarts}`,
            ]
              .filter((part) => part !== "" && !part.endsWith(": "))
              .join(" · ")}
          </p>
          {plugin.reason === undefined ? null : <p class="bad-text">{plugin.reason}</p>}
        </div>
      ))}
    </section>
  );
}
