// Sessions and API tokens of somebody else's account, for administrators.
import { t } from "../../locale/messages.ts";
import { Dialog } from "../../parts/controls.tsx";
import { SessionList } from "./session-list.tsx";
import { TokenList } from "./token-list.tsx";

/** The dialog. */
export function AccessDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  return (
    <Dialog title={t("users.accessOf", { name })} onClose={onClose} wide>
      <div class="access access-inside">
        <SessionList user={name} />
        <TokenList user={name} />
      </div>
    </Dialog>
  );
}
