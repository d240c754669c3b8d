// What a plugin asks to be allowed, one by one in plain words, each with its switch.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { Plugin } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { CheckField } from "../../parts/controls.tsx";
import { complain, tell } from "../../state/toasts.ts";
import { askHint, askText } from "./plugin-words.ts";

type Ask = NonNullable<Plugin["asks"]>[number];

/** The list; `onList` undefined: only to be looked at. */
export function PluginGrants(props: {
  readonly plugin: Plugin;
  readonly onList?: ((plugins: readonly Plugin[]) => void) | undefined;
}) {
  const { plugin, onList } = props;
  const [busy, setBusy] = useState(false);
  const asks = plugin.asks ?? [];
  if (asks.length === 0) return null;
  const change = async ({ permission, granted }: Ask): Promise<void> => {
    setBusy(true);
    try {
      const body = { name: plugin.name, permission, granted: !granted };
      const { plugins } = await call("POST /plugins/grants", { body });
      onList?.(plugins);
      tell(t(granted ? "plugins.grants.taken" : "plugins.grants.given", { name: plugin.displayName }));
    } catch (error) {
      complain(error);
    }
    setBusy(false);
  };
  return (
    <fieldset class="plugin-grants" disabled={busy} aria-busy={busy}>
      <legend>{t("plugins.grants")}</legend>
      {asks.map((ask) => {
        const text = ask.granted ? askText(ask) : `${askText(ask)} (${t("plugins.grants.withheld")})`;
        return onList === undefined ? (
          <div key={ask.permission} class="check">
            <p>{text}</p>
            <p class="field-note">{askHint(ask)}</p>
          </div>
        ) : (
          <CheckField
            key={`${ask.permission} ${ask.granted}`}
            label={text}
            hint={askHint(ask)}
            checked={ask.granted}
            onChange={() => void change(ask)}
          />
        );
      })}
      {onList === undefined ? null : <p class="field-note">{t("plugins.settings.restarts")}</p>}
    </fieldset>
  );
}
