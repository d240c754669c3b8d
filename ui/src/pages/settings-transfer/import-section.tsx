// Brings settings in from a file: choose it, open it, see what would change, choose the parts, import.
import { useState } from "preact/hooks";
import { type Answer, call } from "../../api/client.ts";
import { SETTINGS_PARTS, type SettingsPart, type SettingsPreview } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { ChooseFile } from "../../parts/choose-file.tsx";
import { CheckField, ErrorNote, TextField } from "../../parts/controls.tsx";
import { momentText } from "../../state/moment-text.ts";
import { tell } from "../../state/toasts.ts";
import { useAct } from "../../state/use-act.ts";
import { ChangesTable } from "./changes-table.tsx";

const PART_NAMES = {
  cameras: "transfer.part.cameras",
  storage: "transfer.part.storage",
  plugins: "transfer.part.plugins",
  accounts: "transfer.part.accounts",
  general: "transfer.part.general",
  network: "transfer.part.network",
} as const;

const PART_HINTS = {
  cameras: "transfer.part.cameras.hint",
  network: "transfer.part.network.hint",
} as const;

type HandedIn = Answer<"POST /settings/import">;

/** The section; `onImported` is called when something was. */
export function ImportSection({ onImported }: { readonly onImported: () => void }) {
  const [file, setFile] = useState<HandedIn | undefined>();
  const [password, setPassword] = useState("");
  const [parts, setParts] = useState<readonly SettingsPart[]>(
    SETTINGS_PARTS.filter((part) => part !== "network"),
  );
  const [preview, setPreview] = useState<SettingsPreview | undefined>();
  const { busy, error, act: during, setError } = useAct();

  const check = async (of: HandedIn, wanted: readonly SettingsPart[]): Promise<void> => {
    const given = of.sealed && password !== "" ? { password } : {};
    setPreview(
      await call("POST /settings/import/{id}/check", {
        path: { id: of.id },
        body: { ...given, parts: wanted },
      }),
    );
  };
  const choose = (chosen: File): Promise<void> =>
    during(async () => {
      const next = await call("POST /settings/import", { file: chosen });
      setFile(next);
      if (!next.sealed) await check(next, parts);
    });
  const choosePart = (of: HandedIn, part: SettingsPart, isWanted: boolean): void => {
    const wanted = SETTINGS_PARTS.filter((one) => (one === part ? isWanted : parts.includes(one)));
    setParts(wanted);
    if (wanted.length > 0) void during(() => check(of, wanted));
  };
  const leave = (): void => {
    setFile(undefined);
    setPreview(undefined);
    setPassword("");
    setError(undefined);
  };
  const bringIn = (of: HandedIn, seen: SettingsPreview): Promise<void> =>
    during(async () => {
      await call("POST /settings/import/{id}/apply", {
        path: { id: of.id },
        body: { parts, stamp: seen.stamp },
      });
      tell(t("transfer.import.done"));
      leave();
      onImported();
    });

  return (
    <section>
      <h2>{t("transfer.import")}</h2>
      <p class="muted">{t("transfer.import.text")}</p>
      {file === undefined ? (
        <ChooseFile
          label={t("transfer.import.label")}
          text={t("transfer.import.choose")}
          accept=".njset,application/json"
          busy={busy}
          onChoose={(chosen) => void choose(chosen)}
        />
      ) : null}
      {file?.sealed === true && preview === undefined ? (
        <form
          class="transfer-form"
          onSubmit={(event) => {
            event.preventDefault();
            void during(() => check(file, parts));
          }}
        >
          <TextField
            label={t("transfer.export.password")}
            type="password"
            value={password}
            onInput={setPassword}
            hint={t("transfer.import.sealed")}
            focus
          />
          <div>
            <button type="submit" class="button primary" disabled={busy || password === ""} aria-busy={busy}>
              {t("transfer.import.open")}
            </button>
          </div>
        </form>
      ) : null}
      {file === undefined || preview === undefined ? null : (
        <>
          <p>
            {t("transfer.import.from", {
              node: preview.file.madeBy.node,
              date: momentText(preview.file.madeAt),
            })}
            {preview.file.secrets ? "" : ` · ${t("transfer.import.plain")}`}
          </p>
          <fieldset class="transfer-parts">
            <legend>{t("transfer.import.parts")}</legend>
            {SETTINGS_PARTS.map((part) => (
              <CheckField
                key={part}
                label={t(PART_NAMES[part])}
                checked={parts.includes(part)}
                onChange={(isWanted) => choosePart(file, part, isWanted)}
                {...(part in PART_HINTS ? { hint: t(PART_HINTS[part as keyof typeof PART_HINTS]) } : {})}
              />
            ))}
          </fieldset>
          {parts.length === 0 ? null : <ChangesTable changes={preview} />}
        </>
      )}
      {error === undefined ? null : <ErrorNote error={error} />}
      {file === undefined ? null : (
        <div class="form-foot">
          <button type="button" class="button ghost" onClick={leave}>
            {t("transfer.import.cancel")}
          </button>
          {preview === undefined ? null : (
            <button
              type="button"
              class="button primary"
              disabled={busy || parts.length === 0 || preview.differences.length === 0}
              aria-busy={busy}
              onClick={() => void bringIn(file, preview)}
            >
              {t("transfer.import.do")}
            </button>
          )}
        </div>
      )}
    </section>
  );
}
