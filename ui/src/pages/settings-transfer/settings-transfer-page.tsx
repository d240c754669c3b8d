// Settings out of the recorder and into it: export, import with its differences, and taking the last import back.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { LastSettingsImport } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { Icon } from "../../parts/icon.tsx";
import { momentText } from "../../state/moment-text.ts";
import { complain, tell } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { SystemSubPage } from "../system/sub-page.tsx";
import { ChangesTable } from "./changes-table.tsx";
import { ExportSection } from "./export-section.tsx";
import { ImportSection } from "./import-section.tsx";

/** The page, for administrators. */
export function SettingsTransferPage() {
  const asked = useAnswer((signal) => call("GET /settings/last-import", { signal }));
  const { answer: last, load } = asked;
  return (
    <SystemSubPage title={t("transfer.title")}>
      <div class="sections">
        <ExportSection />
        <ImportSection onImported={load} />
        <section>
          <h2>{t("transfer.undo")}</h2>
          <Awaited of={asked} rows={1} />
          {last === undefined ? null : <UndoImport last={last} onUndone={load} />}
        </section>
      </div>
    </SystemSubPage>
  );
}

function UndoImport({
  last,
  onUndone,
}: {
  readonly last: LastSettingsImport;
  readonly onUndone: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const { undo } = last;
  if (undo === undefined) return <p class="muted">{t("transfer.undo.none")}</p>;
  const takeBack = async (): Promise<void> => {
    setBusy(true);
    try {
      await call("POST /settings/rollback");
      tell(t("transfer.undo.done"));
      onUndone();
    } catch (thrown) {
      complain(thrown);
    }
    setBusy(false);
  };
  return (
    <>
      <p>
        {t("transfer.undo.text", {
          name: undo.by,
          date: momentText(undo.importedAt),
        })}
      </p>
      <ChangesTable changes={undo} />
      <div>
        <button type="button" class="button" disabled={busy} aria-busy={busy} onClick={() => void takeBack()}>
          <Icon name="restart" />
          {t("transfer.undo.do")}
        </button>
      </div>
    </>
  );
}
