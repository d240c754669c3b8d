// Settings out of the recorder and into it: export, import with its differences, and taking the last import back.
import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { LastSettingsImport } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { ErrorNote } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { followLink, href } from "../../router.ts";
import { momentText } from "../../state/moment-text.ts";
import { complain, tell } from "../../state/toasts.ts";
import { ChangesTable } from "./changes-table.tsx";
import { ExportSection } from "./export-section.tsx";
import { ImportSection } from "./import-section.tsx";

/** The page, for administrators. */
export function SettingsTransferPage() {
  const [last, setLast] = useState<LastSettingsImport | undefined>();
  const [error, setError] = useState<unknown>();
  const load = (): void => {
    call("GET /settings/last-import").then((found) => {
      setLast(found);
      setError(undefined);
    }, setError);
  };
  useEffect(load, []);
  return (
    <div class="list-page">
      <div class="head">
        <h1>{t("transfer.title")}</h1>
        <span class="spring" />
        <a class="button ghost" href={href("system")} onClick={followLink}>
          <Icon name="left" />
          {t("transfer.back")}
        </a>
      </div>
      <div class="sections">
        <ExportSection />
        <ImportSection onImported={load} />
        <section>
          <h2>{t("transfer.undo")}</h2>
          {error === undefined ? null : <ErrorNote error={error} />}
          {last === undefined ? null : <UndoImport last={last} onUndone={load} />}
        </section>
      </div>
    </div>
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
