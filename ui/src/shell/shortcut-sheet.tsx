// The list of keyboard shortcuts that `?` opens: whatever the page in front has registered.
import { t } from "../locale/messages.ts";
import { Dialog } from "../parts/controls.tsx";
import { shortcuts } from "../state/shortcuts.ts";

/** The sheet. */
export function ShortcutSheet({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={t("keys.title")} onClose={onClose}>
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
