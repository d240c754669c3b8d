// Where plugins come from: the registry, asked only when somebody presses "Search", or a name or file that is known.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { OfferedPlugin } from "../../api/types.ts";
import { language, t } from "../../locale/messages.ts";
import { EmptyPage, ErrorNote, SkeletonRows, TextField } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { isUnderWay, pluginJobs } from "../../state/plugin-jobs.ts";
import { dayText } from "../../state/time-format.ts";
import { zone } from "../../state/zone.ts";
import { InstallFrom, install } from "./install-from.tsx";
import { RegistriesSection } from "./registries-section.tsx";

/** The view. */
export function FindPlugins() {
  const [text, setText] = useState("");
  const [found, setFound] = useState<readonly OfferedPlugin[] | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const search = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      setFound((await call("GET /plugins/search", { query: { text: text.trim() } })).plugins);
    } catch (thrown) {
      setFound(undefined);
      setError(thrown);
    }
    setBusy(false);
  };
  return (
    <div class="find-plugins">
      <search>
        <form
          class="find-form"
          onSubmit={(event) => {
            event.preventDefault();
            void search();
          }}
        >
          <TextField
            label={t("plugins.find.words")}
            value={text}
            onInput={setText}
            placeholder={t("plugins.find.example")}
            hint={t("plugins.find.hint")}
            focus
          />
          <button type="submit" class="button primary" disabled={busy} aria-busy={busy}>
            <Icon name="search" />
            {t("plugins.find.search")}
          </button>
        </form>
      </search>
      {error === undefined ? null : <ErrorNote error={error} />}
      {busy ? <SkeletonRows rows={3} /> : null}
      {found === undefined || busy ? null : <Results found={found} />}
      <InstallFrom />
      <RegistriesSection />
    </div>
  );
}

function Results({ found }: { readonly found: readonly OfferedPlugin[] }) {
  if (found.length === 0)
    return <EmptyPage icon="search" title={t("plugins.find.none")} text={t("plugins.find.none.text")} />;
  return (
    <ul class="offers" aria-label={t("plugins.find.results")}>
      {found.map((plugin) => (
        <Offer key={plugin.name} plugin={plugin} />
      ))}
    </ul>
  );
}

function Offer({ plugin }: { readonly plugin: OfferedPlugin }) {
  const { name, version, description, publisher, date, links } = plugin;
  const job = (pluginJobs.value ?? []).find((one) => (one.name ?? one.source)?.split("@", 2)[0] === name);
  const isBusy = job !== undefined && isUnderWay(job);
  const isThere = plugin.installed !== undefined || (job?.status === "done" && job.action !== "remove");
  const home = webLink(links["homepage"]) ?? webLink(links["repository"]) ?? webLink(links["npm"]);
  return (
    <li class="offer">
      <div>
        <p>
          <strong>{name}</strong> <code>{version}</code>
        </p>
        {description === "" ? null : <p class="plugin-about">{description}</p>}
        <p class="muted">
          {[
            publisher === undefined ? "" : t("plugins.find.by", { name: publisher }),
            date === undefined ? "" : dayText(Date.parse(date), zone.value, language.value),
          ]
            .filter((part) => part !== "")
            .join(" · ")}{" "}
          {home === undefined ? null : (
            <a href={home} target="_blank" rel="noreferrer noopener">
              {t("plugins.homepage")}
            </a>
          )}
        </p>
      </div>
      {isThere ? (
        <span class="good-line">
          <Icon name="check" />
          {t("plugins.find.installed", { version: plugin.installed ?? version })}
        </span>
      ) : (
        <button
          type="button"
          class="button"
          disabled={isBusy}
          aria-busy={isBusy}
          aria-label={t("plugins.install.name", { name })}
          onClick={() => void install(`${name}@${version}`)}
        >
          {t("plugins.install")}
        </button>
      )}
    </li>
  );
}

/** A stranger's link becomes one only if it leads to a web page. */
function webLink(link: string | undefined): string | undefined {
  return link !== undefined && /^https?:\/\//i.test(link) ? link : undefined;
}
