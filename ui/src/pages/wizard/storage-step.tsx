// First run: the disk that recordings go to, how much of them is kept (by days or bytes, with what that comes to), and whether the
// sound is recorded.
import { useEffect } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { RecorderSettings, Storage } from "../../api/health-types.ts";
import { t } from "../../locale/messages.ts";
import { volumeReason } from "../../locale/told-reasons.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { CheckField, Segmented, TextField } from "../../parts/controls.tsx";
import { cameraChanged, cameras } from "../../state/recorder.ts";
import { rateText } from "../../state/time-format.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useDraft } from "../../state/use-draft.ts";
import { DiskChoice } from "../storage/disk-choice.tsx";
import { daysText } from "../storage/forecast-words.ts";
import { Foot, useAction } from "./wizard-foot.tsx";
import { WizardFrame } from "./wizard-frame.tsx";
import { demoChanges, isUntouched, type KeepRules } from "./wizard-progress.ts";

const GB = 1e9;
const DAYS = [3, 7, 30, 0] as const;
const DAY_SECONDS = 86_400;
/** What a usual camera sends, for the forecast before there is one. */
const USUAL_KBPS = 4_000;
const REFRESH_MS = 5_000;

/** What is chosen and typed in the step; no place: the one that is proposed, no reserve: as it is. */
interface TypedStorage {
  readonly place: string;
  readonly way: "days" | "size";
  readonly days: number;
  readonly size: string;
  readonly audio: boolean;
  readonly reserve: string | null;
}

/** The step. */
export function StorageStep(props: {
  readonly settings: RecorderSettings;
  readonly onBack: () => Promise<void>;
  /** Gets what is to hold for cameras that are added from now on. */
  readonly onNext: (newCameras: KeepRules) => Promise<void>;
  readonly onSkip: () => Promise<void>;
}) {
  const { newCameras } = props.settings;
  // Asked for again and again: a disk that is put in meanwhile appears.
  const asked = useAnswer(async (signal) => {
    const [storage, { places }] = await Promise.all([
      call("GET /storage", { signal }),
      call("GET /storage/places", { signal }),
    ]);
    return { storage, places };
  });
  const { answer, load } = asked;
  const { storage, places = [] } = answer ?? {};
  const isProposing = isUntouched(props.settings, "storage");
  const draft = useDraft<TypedStorage>(
    "wizard.storage",
    {
      place: "",
      way: newCameras.quotaBytes === null ? "days" : "size",
      days: newCameras.retentionDays ?? (isProposing ? 7 : 0),
      size: newCameras.quotaBytes === null ? "" : String(newCameras.quotaBytes / GB),
      audio: newCameras.audio,
      reserve: null,
    },
    { isNew: true },
  );
  const { place, way, days, size, audio, reserve } = draft.value;
  const put = (part: Partial<TypedStorage>): void => draft.put({ ...draft.value, ...part });
  // A disk that was chosen and is there no more is nobody's choice.
  const isChosen = places.some(({ id }) => id === place);
  const wanted = places.find(({ id, isRecommended, volume: role }) =>
    isChosen ? id === place : isProposing ? isRecommended : role === "first",
  );
  const { busy, error, run } = useAction();
  useEffect(() => {
    const timer = setInterval(load, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  const volume = storage?.volumes.find((one) => one.status === "normal") ?? storage?.volumes[0];
  // What another disk keeps free by default follows its own size, which the recorder knows once it is a volume.
  const isOther = wanted !== undefined && wanted.volume !== "first";
  const totalBytes = isOther ? wanted.totalBytes : volume?.totalBytes;
  const reserveText = reserve ?? (isOther ? "" : String(Math.round((volume?.reserveBytes ?? 0) / GB)));
  const reserveBytes = Number(reserveText) * GB;
  const reserveWrong =
    !(Number.isFinite(reserveBytes) && reserveBytes >= 0) || reserveBytes > (totalBytes ?? Infinity);
  const quotaBytes = way === "size" ? Math.round(Number(size.replace(",", ".")) * GB) : null;
  const sizeWrong = quotaBytes !== null && !(quotaBytes >= 0.1 * GB && quotaBytes <= 1e15);
  const save = async (): Promise<void> => {
    const retentionDays = way === "days" && days !== 0 ? days : null;
    const first = isOther
      ? (await call("POST /storage/volumes", { body: { place: wanted.id } })).volumes[0]
      : volume;
    // Asked for anew, should a later part fail: the disk is the first volume by now.
    if (isOther) load();
    if (reserve !== null && reserve.trim() !== "" && first !== undefined && first.id !== "") {
      await call("PATCH /storage/volumes/{volume}", {
        path: { volume: first.id },
        body: { reserveBytes: Math.round(reserveBytes) },
      });
    }
    const rules = { retentionDays, quotaBytes, audio };
    for (const { id, record } of demoChanges(cameras.value ?? [], rules))
      cameraChanged(await call("PATCH /cameras/{id}", { path: { id }, body: { record } }));
    draft.settle({ ...draft.value, place: "", reserve: null });
    await props.onNext(rules);
  };
  const [title, text] = [t("wizard.storage.title"), t("wizard.storage.text")];
  if (answer === undefined) {
    return (
      <WizardFrame step={3} title={title} text={text}>
        <Awaited of={asked} rows={4} />
        <Foot
          busy={false}
          error={undefined}
          text={t("wizard.next")}
          disabled
          onBack={props.onBack}
          onSkip={props.onSkip}
          onNext={() => undefined}
        />
      </WizardFrame>
    );
  }
  return (
    <WizardFrame step={3} title={title} text={text}>
      <Awaited of={asked} rows={2} />
      <DiskChoice places={places} value={wanted?.id} onChoose={(id) => put({ place: id })} />
      {/* A disk that was pulled stands on none of the cards. */}
      {storage?.volumes.map((one) =>
        one.message === undefined ? null : (
          <p key={one.path} class="bad-text" role="status">
            <code>{one.path}</code> {volumeReason(one)?.text}
          </p>
        ),
      )}
      <TextField
        label={t("volume.reserve")}
        value={reserveText}
        hint={isOther ? t("wizard.storage.reserve") : undefined}
        onInput={(typed) => put({ reserve: typed })}
        inputMode="decimal"
        error={reserveWrong ? t("volume.reserve.wrong") : undefined}
      />
      <h2>{t("wizard.retention.title")}</h2>
      <p class="muted">{t("wizard.retention.text")}</p>
      {(cameras.value ?? []).some(({ driver }) => driver !== "demo") ? (
        <p class="muted">{t("wizard.retention.others")}</p>
      ) : null}
      <Segmented
        label={t("wizard.storage.way")}
        value={way}
        choices={[
          { value: "days", text: t("wizard.storage.byDays") },
          { value: "size", text: t("wizard.storage.bySize") },
        ]}
        onChoose={(chosen) => put({ way: chosen })}
      />
      {way === "days" ? (
        <>
          <Segmented
            label={t("wizard.retention.title")}
            value={days}
            choices={DAYS.map((value) => ({
              value: value as number,
              text: value === 0 ? t("wizard.retention.full") : t("cameras.days", { count: value }),
            }))}
            onChoose={(chosen) => put({ days: chosen })}
          />
          <p class="muted">{t(days === 0 ? "wizard.retention.full.hint" : "wizard.retention.hint")}</p>
        </>
      ) : (
        <TextField
          label={t("wizard.storage.size")}
          value={size}
          onInput={(typed) => put({ size: typed })}
          inputMode="decimal"
          hint={t("wizard.retention.full.hint")}
          error={size !== "" && sizeWrong ? t("storage.size.wrong") : undefined}
        />
      )}
      <Outlook
        storage={answer.storage}
        roomBytes={isOther ? wanted.freeBytes : answer.storage.roomBytes}
        days={way === "days" ? days : 0}
        quotaBytes={sizeWrong ? null : quotaBytes}
      />
      <CheckField
        label={t("camera.audio")}
        checked={audio}
        onChange={(checked) => put({ audio: checked })}
        hint={t("camera.audio.hint")}
      />
      {draft.isUnsaved ? (
        <p class="muted" role="status">
          {t("unsaved")}
        </p>
      ) : null}
      <Foot
        busy={busy}
        error={error}
        text={t("wizard.next")}
        disabled={reserveWrong || sizeWrong}
        onBack={props.onBack}
        onSkip={props.onSkip}
        onNext={() => run(save)}
      />
    </WizardFrame>
  );
}

/** What the choice comes to, at the rate of the cameras that are there, else of a usual one. */
function Outlook(props: {
  readonly storage: Storage;
  readonly roomBytes: number | undefined;
  readonly days: number;
  readonly quotaBytes: number | null;
}) {
  const { roomBytes } = props;
  const own = new Set((cameras.value ?? []).filter((one) => one.driver !== "demo").map((one) => one.id));
  const measured = props.storage.cameras
    .filter(({ id }) => own.has(id))
    .reduce((sum, { bytesPerSecond }) => sum + (bytesPerSecond ?? 0), 0);
  const bytesPerSecond = measured > 0 ? measured : (USUAL_KBPS * 1000) / 8;
  if (roomBytes === undefined) return <p class="muted">{t("storage.noVolume")}</p>;
  const bytes = props.quotaBytes === null ? roomBytes : Math.min(roomBytes, props.quotaBytes);
  const fits = bytes / (bytesPerSecond * DAY_SECONDS);
  const isShort = props.days !== 0 && props.days > fits;
  return (
    <p class={isShort ? "warn-text" : "muted"} role="status">
      {t(measured > 0 ? "wizard.storage.measured" : "wizard.storage.usual", {
        rate: rateText((bytesPerSecond * 8) / 1000),
        days: daysText(fits),
      })}
      {isShort ? ` ${t("wizard.storage.short")}` : ""}
    </p>
  );
}
