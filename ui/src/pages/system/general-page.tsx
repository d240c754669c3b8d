// General: what the first-run wizard asks about the recorder itself, for later: its name, its time zone, whether other devices
// may open it; beside that how many pictures it converts at once, how much its log says, and the way back to the wizard.
import { call } from "../../api/client.ts";
import { LOG_LEVELS, type LogLevel, type RecorderSettings } from "../../api/health-types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { CheckField, ErrorNote, SelectField, TextField } from "../../parts/controls.tsx";
import { UnsavedMark } from "../../parts/unsaved-mark.tsx";
import { ZoneField } from "../../parts/zone-field.tsx";
import { isOwnAddress } from "../../state/own-address.ts";
import { refreshStatus } from "../../state/recorder.ts";
import { tell } from "../../state/toasts.ts";
import { useAct } from "../../state/use-act.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useDraft } from "../../state/use-draft.ts";
import {
  generalChanges,
  generalOf,
  generalProblems,
  LEAST_PERCENT,
  LONGEST_NAME,
  MOST_PERCENT,
  MOST_TRANSCODES,
} from "./general-form.ts";
import { httpsPortText } from "./https-port.ts";
import { LinkSection } from "./link-section.tsx";
import { SystemSubPage } from "./sub-page.tsx";

const LEVEL_TEXT: Readonly<Record<LogLevel, MessageKey>> = {
  debug: "log.debug",
  info: "log.info",
  notice: "log.notice",
  warn: "log.warn",
  error: "log.error",
};

/** The page, for administrators. */
export function GeneralPage() {
  const asked = useAnswer((signal) => call("GET /settings", { signal }));
  const { answer: settings } = asked;
  return (
    <SystemSubPage title={t("general.title")}>
      <div class="sections">
        <section>
          <h2>{t("system.recorder")}</h2>
          <Awaited of={asked} rows={5} />
          {settings === undefined ? null : <GeneralFields settings={settings} onSaved={asked.put} />}
        </section>
        <LinkSection
          title="general.wizard"
          text="general.wizard.text"
          button="general.wizard.open"
          icon="right"
          path="welcome"
        />
      </div>
    </SystemSubPage>
  );
}

function GeneralFields(props: {
  readonly settings: RecorderSettings;
  readonly onSaved: (settings: RecorderSettings) => void;
}) {
  const { settings, onSaved } = props;
  const held = generalOf(settings);
  const { value: form, ...draft } = useDraft("system.general", held);
  const { busy, error, act } = useAct();
  const put = (part: Partial<typeof form>): void => draft.put({ ...form, ...part });
  const bad = generalProblems(form);
  const port = httpsPortText(settings.network.https.port);
  const save = (): Promise<void> =>
    act(async () => {
      const saved = await call("PATCH /settings", { body: generalChanges(held, form) });
      onSaved(saved);
      draft.settle(generalOf(saved));
      await refreshStatus();
      tell(t("general.saved"));
    });
  return (
    <form
      class="general-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField
        label={t("general.name")}
        value={form.name}
        onInput={(name) => put({ name })}
        hint={t("general.name.hint")}
        error={bad.has("name") ? t("general.name.wrong", { most: LONGEST_NAME }) : undefined}
        required
      />
      <ZoneField
        value={form.timeZone}
        onChoose={(timeZone) => put({ timeZone })}
        hint={t("wizard.zone.text")}
      />
      {/* Whoever sits at another device would shut the door behind which they stand. */}
      {held.isOpen && !isOwnAddress(location.hostname) ? (
        <p class="muted">{t("general.network.from", { port })}</p>
      ) : (
        <CheckField
          label={t("wizard.network")}
          checked={form.isOpen}
          onChange={(isOpen) => put({ isOpen })}
          hint={t(form.isOpen ? "wizard.network.on" : "general.network.off", { port })}
        />
      )}
      <TextField
        label={t("general.transcodes")}
        value={form.maxTranscodes}
        onInput={(maxTranscodes) => put({ maxTranscodes })}
        inputMode="numeric"
        hint={t("general.transcodes.hint")}
        error={
          bad.has("maxTranscodes") ? t("general.transcodes.wrong", { most: MOST_TRANSCODES }) : undefined
        }
        required
      />
      <TextField
        label={t("general.detection")}
        value={form.detectionPercent}
        onInput={(detectionPercent) => put({ detectionPercent })}
        inputMode="numeric"
        hint={t("general.detection.hint")}
        error={
          bad.has("detectionPercent")
            ? t("general.detection.wrong", { least: LEAST_PERCENT, most: MOST_PERCENT })
            : undefined
        }
        required
      />
      <SelectField
        label={t("general.log")}
        value={form.logLevel}
        choices={LOG_LEVELS.map((value) => ({ value, text: t(LEVEL_TEXT[value]) }))}
        onChoose={(logLevel) => put({ logLevel })}
        hint={t("general.log.hint")}
      />
      {error === undefined ? null : <ErrorNote error={error} />}
      <div class="form-foot start">
        <button
          type="submit"
          class="button primary"
          disabled={busy || !draft.isUnsaved || bad.size > 0}
          aria-busy={busy}
        >
          {t(busy ? "saving" : "save")}
        </button>
        <UnsavedMark of={draft} onDiscard={() => draft.settle(held)} />
      </div>
    </form>
  );
}
