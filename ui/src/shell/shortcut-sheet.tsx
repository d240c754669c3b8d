// The list of keyboard shortcuts that `?` opens: whatever the page in front has registered.
import { t } from "../locale/messages.ts";
import { CheckField, Dialog } from "../parts/controls.tsx";
import { singleKeys } from "../state/preferences.ts";
import { shortcuts } from "../state/shortcuts.ts";

/** The sheet. */
export function ShortcutSheet({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={t("keys.title")} onClose={onClose}>
      <CheckField
        label={t("keys.single")}
        hint={t("keys.single.hint")}
        checked={singleKeys.value}
        onChange={(checked) => {
          singleKeys.value = checked;
        }}
      />
      <dl class="keys">
        {shortcuts.value.map((one) => (
          <div key={`${one.shown}${one.text}`}>
            <dt>
              {one.shown.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(one.text)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
