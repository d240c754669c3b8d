// One plugin as a card: what it is, how it is and why, what it costs, and what can be done with it.
import { useState } from "preact/hooks";
import { apiUrl } from "../../api/client.ts";
import type { Plugin, PluginUpdate } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { reasonText } from "../../locale/told-reasons.ts";
import { IconButton } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { followLink, href } from "../../router.ts";
import { momentText } from "../../state/moment-text.ts";
import { session } from "../../state/recorder.ts";
import { briefText, sizeText } from "../../state/time-format.ts";
import { PluginGrants } from "./plugin-grants.tsx";
import { PluginLog } from "./plugin-log.tsx";
import { PluginPlace } from "./plugin-place.tsx";
import {
  BOUNDS_TEXT,
  kindOf,
  NETWORK_TEXT,
  refusalAdvice,
  STATE_DOT,
  STATE_HINT,
  STATE_TEXT,
  WALLS_TEXT,
  wishesText,
} from "./plugin-words.ts";
import { Reason } from "./reason.tsx";

/** Of what a plugin provides; one may register fifty. */
const PROVIDES_SHOWN = 8;

export type PluginAct = "settings" | "restart" | "toggle" | "update" | "remove";

/** The card. `acts` undefined: only to be looked at. */
export function PluginCard(props: {
  readonly plugin: Plugin;
  readonly update?: PluginUpdate | undefined;
  /** What is being done with it. */
  readonly busy?: PluginAct | undefined;
  readonly onAct?: ((act: PluginAct) => void) | undefined;
  /** What it may, or where it runs, was changed. */
  readonly onList?: ((plugins: readonly Plugin[]) => void) | undefined;
}) {
  const { plugin, update, onAct } = props;
  const hint = STATE_HINT[plugin.status];
  const advice = refusalAdvice(plugin);
  return (
    <article
      class={`plugin-card${plugin.status === "disabled" ? " off" : ""}`}
      aria-label={plugin.displayName}
    >
      <header>
        <PluginPicture plugin={plugin} />
        <div class="plugin-name">
          <h3>{plugin.displayName}</h3>
          <code>
            {plugin.name} {plugin.version}
          </code>
        </div>
        <span class="state">
          <i class={`dot ${STATE_DOT[plugin.status]}`} aria-hidden="true" />
          {t(STATE_TEXT[plugin.status])}
        </span>
      </header>
      {plugin.description === undefined ? null : <p class="plugin-about">{plugin.description}</p>}
      {hint === undefined ? null : (
        <div class="error-note">
          <Icon name="warning" />
          <div>
            <p>{t(hint)}</p>
            <Reason of={plugin} />
            {advice === undefined ? null : <p>{t(advice)}</p>}
          </div>
        </div>
      )}
      {hint !== undefined || plugin.lastFault === undefined ? null : (
        <div class="plugin-fault">
          <p>{t("plugins.lastFault", { when: momentText(plugin.lastFault.time) })}</p>
          <Reason of={plugin.lastFault} />
        </div>
      )}
      {plugin.nodeWanted === undefined ? null : (
        <p class="plugin-unfit">
          <Icon name="warning" />
          {t("plugins.node.unfit", { wanted: plugin.nodeWanted })}
        </p>
      )}
      {plugin.status === "refused" ? null : <Facts plugin={plugin} />}
      <PluginGrants plugin={plugin} onList={onAct === undefined ? undefined : props.onList} />
      {plugin.bundled === true && onAct !== undefined && plugin.status !== "refused" ? (
        <PluginPlace plugin={plugin} onList={props.onList} />
      ) : null}
      {update === undefined ? null : (
        <p class="plugin-update">
          {t("plugins.update.available", { version: update.newest })}
          {update.fits ? "" : ` ${reasonText(update)?.text ?? t("plugins.update.unfit")}`}
          {update.permissions === undefined ? "" : ` ${wishesText(update.permissions)}`}
        </p>
      )}
      {session.value?.rights.includes("diagnostics.view") === true ? (
        <PluginLog name={plugin.name} displayName={plugin.displayName} />
      ) : null}
      {onAct === undefined || (plugin.status === "refused" && plugin.installed !== true) ? null : (
        <Actions plugin={plugin} update={update} busy={props.busy} onAct={onAct} />
      )}
    </article>
  );
}

/** Its own picture, or that of its kind while there is none. */
function PluginPicture({ plugin }: { readonly plugin: Plugin }) {
  const [failed, setFailed] = useState(false);
  return (
    <span class="plugin-picture" aria-hidden="true">
      {plugin.hasIcon === true && !failed ? (
        <img
          src={apiUrl(`/plugins/icon?name=${encodeURIComponent(plugin.name)}`)}
          alt=""
          width={28}
          height={28}
          loading="lazy"
          onError={() => setFailed(true)}
        />
      ) : (
        <Icon name={kindOf(plugin.kind).icon} size={22} />
      )}
    </span>
  );
}

function Facts({ plugin }: { readonly plugin: Plugin }) {
  const { calls = 0, callMs = 0 } = plugin;
  const facts: [MessageKey, string | undefined][] = [
    ["plugins.kind", t(kindOf(plugin.kind).text)],
    [
      "plugins.place",
      plugin.isolation === undefined
        ? undefined
        : t(plugin.isolation === "inline" ? "plugins.inline" : "plugins.process"),
    ],
    ["plugins.memory", memoryText(plugin)],
    ["plugins.loop", loopText(plugin)],
    [
      "plugins.calls",
      calls === 0 ? String(calls) : t("plugins.calls.of", { count: calls, time: callText(callMs / calls) }),
    ],
    ["plugins.errors", String(plugin.errors)],
    ["system.restarts", plugin.restarts === undefined ? undefined : String(plugin.restarts)],
    ["plugins.walls", plugin.confinement === undefined ? undefined : t(WALLS_TEXT[plugin.confinement])],
    ["plugins.bounds", plugin.bounds === undefined ? undefined : t(BOUNDS_TEXT[plugin.bounds])],
    ["plugins.network", plugin.network === undefined ? undefined : t(NETWORK_TEXT[plugin.network])],
  ];
  const provides = plugin.provides ?? [];
  const hasPage =
    plugin.status === "running" &&
    plugin.page !== undefined &&
    session.value?.rights.includes(plugin.page.permission) === true;
  return (
    <>
      <dl class="plugin-facts">
        {facts.map(([label, text]) =>
          text === undefined ? null : (
            <div key={label}>
              <dt>{t(label)}</dt>
              <dd>{text}</dd>
            </div>
          ),
        )}
      </dl>
      {provides.length === 0 ? null : (
        <div class="plugin-provides">
          <span class="muted">{t("plugins.provides")}</span>
          {provides.slice(0, PROVIDES_SHOWN).map((one) => (
            <code key={one}>{one}</code>
          ))}
          {provides.length > PROVIDES_SHOWN ? (
            <details>
              <summary class="muted">
                {t("plugins.provides.more", { count: provides.length - PROVIDES_SHOWN })}
              </summary>
              {provides.slice(PROVIDES_SHOWN).map((one) => (
                <code key={one}>{one}</code>
              ))}
            </details>
          ) : null}
        </div>
      )}
      {hasPage || plugin.homepage !== undefined ? (
        <p class="plugin-links">
          {hasPage ? (
            <a href={href("plugin", { name: plugin.name })} onClick={followLink}>
              {t("plugins.openPage")}
            </a>
          ) : null}
          {plugin.homepage === undefined ? null : (
            <a href={plugin.homepage} target="_blank" rel="noreferrer noopener">
              {t("plugins.homepage")}
            </a>
          )}
        </p>
      ) : null}
    </>
  );
}

/** Most take less than a millisecond; those that wait for a device or a person take seconds. */
function callText(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : briefText(ms);
}

/** V8 does not tell how much of a process's memory belongs to one of its plugins: what runs with the recorder is part of its. */
function memoryText({ isolation, health }: Plugin): string | undefined {
  if (isolation === "inline") return t("plugins.memory.shared");
  return health === undefined ? undefined : sizeText(health.rssBytes);
}

function loopText({ calls = 0, loopHoldMs, health }: Plugin): string | undefined {
  if (loopHoldMs !== undefined && calls > 0) return t("plugins.loop.held", { ms: loopHoldMs.toFixed(1) });
  return health === undefined
    ? undefined
    : t("plugins.loop.late", { ms: String(Math.round(health.eventLoopP99Ms)) });
}

function Actions(props: {
  readonly plugin: Plugin;
  readonly update: PluginUpdate | undefined;
  readonly busy: PluginAct | undefined;
  readonly onAct: (act: PluginAct) => void;
}) {
  const { plugin, update, busy, onAct } = props;
  const isOff = plugin.status === "disabled";
  // Nothing of it runs or has settings: it can only be replaced, or go.
  const isRefused = plugin.status === "refused";
  const button = (act: PluginAct, text: string, style = "") => (
    <button
      type="button"
      class={`button ${style}`}
      aria-busy={busy === act}
      disabled={busy !== undefined}
      aria-label={`${text}: ${plugin.displayName}`}
      onClick={() => onAct(act)}
    >
      {text}
    </button>
  );
  return (
    <footer>
      {update?.fits === true ? button("update", t("plugins.update"), "primary") : null}
      {isRefused ? null : button("settings", t("plugins.settings"))}
      {isRefused || isOff ? null : button("restart", t("plugins.restart"))}
      {isRefused ? null : button("toggle", t(isOff ? "plugins.enable" : "plugins.disable"))}
      <span class="spring" />
      {plugin.installed === true ? (
        <IconButton
          icon="remove"
          label={`${t("plugins.remove")}: ${plugin.displayName}`}
          disabled={busy !== undefined}
          onClick={() => onAct("remove")}
        />
      ) : null}
    </footer>
  );
}
