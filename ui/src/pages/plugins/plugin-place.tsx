// Where a plugin that comes with Nightjar runs: with the recorder, or in a process of its own. Others have no choice.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { Plugin } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { CheckField } from "../../parts/controls.tsx";
import { complain, tell } from "../../state/toasts.ts";

/** The switch. */
export function PluginPlace(props: {
  readonly plugin: Plugin;
  readonly onList?: ((plugins: readonly Plugin[]) => void) | undefined;
}) {
  const { plugin, onList } = props;
  const [busy, setBusy] = useState(false);
  // One that is switched off runs nowhere, and does not say where it would.
  if (plugin.isolation === undefined) return null;
  const isApart = plugin.isolation === "process";
  const move = async (): Promise<void> => {
    setBusy(true);
    try {
      const body = { name: plugin.name, isolation: isApart ? "inline" : "process" } as const;
      const { plugins } = await call("POST /plugins/isolation", { body });
      onList?.(plugins);
      // Otherwise its card says why not.
      if (plugins.find(({ name }) => name === plugin.name)?.status === "running")
        tell(t(isApart ? "plugins.process.back" : "plugins.process.moved", { name: plugin.displayName }));
    } catch (error) {
      complain(error);
    }
    setBusy(false);
  };
  return (
    <fieldset class="plugin-grants" disabled={busy} aria-busy={busy}>
      <legend class="unseen">{t("plugins.place")}</legend>
      <CheckField
        key={String(isApart)}
        label={t("plugins.process.choose")}
        hint={t("plugins.process.hint")}
        checked={isApart}
        onChange={() => void move()}
      />
    </fieldset>
  );
}
