// One's own account: where it is signed in, the devices that are told of events, and the programs that act for it.
import { t } from "../../locale/messages.ts";
import { PushDeviceList } from "./push-devices.tsx";
import { SessionList } from "./session-list.tsx";
import { TokenList } from "./token-list.tsx";

/** The page. */
export function AccountPage() {
  return (
    <div class="list-page">
      <div class="head">
        <h1>{t("account.sessions")}</h1>
      </div>
      <div class="access">
        <SessionList />
        <PushDeviceList />
        <TokenList />
      </div>
    </div>
  );
}
