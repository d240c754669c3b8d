// Login providers of plugins, in the order in which they are asked: whether they answer, and why not; and those that nobody has
// named in config.json, which are told nothing. Only looked at here: who may decide who gets in is named on the recorder.
import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { LoginProvider } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { asSentence } from "../../locale/sentence.ts";
import { entryName, usePluginNames } from "../../state/plugin-names.ts";
import { complain } from "../../state/toasts.ts";

/** The section; nothing where no plugin brings a provider and none is asked. */
export function LoginProviders() {
  const [providers, setProviders] = useState<readonly LoginProvider[]>([]);
  const names = usePluginNames();
  useEffect(() => {
    call("GET /login-providers")
      .then((answer) => setProviders(answer.providers))
      .catch(complain);
  }, []);
  if (providers.length === 0) return null;
  const nameOf = ({ source, displayName }: LoginProvider) =>
    displayName === undefined ? source : entryName(names, "login-provider", source, displayName);
  return (
    <section class="session-limits">
      <h2>{t("logins.title")}</h2>
      <p class="muted">{t("logins.text")}</p>
      <ul class="login-providers">
        {providers.map((provider) => (
          <li key={provider.source}>
            <p class="state">
              <i class={`dot ${dotOf(provider)}`} aria-hidden="true" />
              <strong>{nameOf(provider)}</strong>
              <span class={provider.isAsked && provider.reason !== undefined ? "bad-text" : "muted"}>
                {t(
                  !provider.isAsked
                    ? "logins.unasked"
                    : provider.reason === undefined
                      ? "logins.asked"
                      : "logins.away",
                )}
              </span>
            </p>
            {provider.displayName === undefined ? null : <small class="muted">{provider.source}</small>}
            {provider.isAsked && provider.reason !== undefined ? (
              <p class="bad-text">{asSentence(provider.reason)}</p>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function dotOf({ isAsked, reason }: LoginProvider): string {
  if (!isAsked) return "dot-off";
  return reason === undefined ? "dot-ok" : "dot-bad";
}
