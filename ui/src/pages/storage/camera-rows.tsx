// What each camera takes of the volumes, how far back it reaches, how long it is kept, and its limits to change.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { StoredCamera } from "../../api/health-types.ts";
import type { Camera } from "../../api/types.ts";
import { language, t } from "../../locale/messages.ts";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { Icon } from "../../parts/icon.tsx";
import { UnsavedMark } from "../../parts/unsaved-mark.tsx";
import { followLink, href } from "../../router.ts";
import { cameraChanged, cameras, mayAdminister } from "../../state/recorder.ts";
import { clockTime, dayText, rateText, sizeText } from "../../state/time-format.ts";
import { complain, tellUndoable } from "../../state/toasts.ts";
import { useDraft } from "../../state/use-draft.ts";
import { zone } from "../../state/zone.ts";
import { forecastText } from "./forecast-words.ts";

const GB = 1e9;
const DAY_MS = 86_400_000;
const LEAST_QUOTA = 0.1;

/** The table; on a phone a list of cards. */
export function CameraRows(props: {
  readonly stored: readonly StoredCamera[];
  /** A volume is in order. */
  readonly hasRoom: boolean;
  readonly onChanged: () => void;
}) {
  const byId = new Map(props.stored.map((one) => [one.id, one]));
  const list = (cameras.value ?? []).filter(({ id }) => byId.has(id));
  return (
    <div class="table-box">
      <table class="storage-table">
        <thead>
          <tr>
            <th>{t("cameras.camera")}</th>
            <th>{t("storage.rate")}</th>
            <th>{t("storage.stored")}</th>
            <th>{t("storage.oldest")}</th>
            <th>{t("storage.forecast")}</th>
            <th>{t("storage.limits")}</th>
          </tr>
        </thead>
        <tbody>
          {list.map((camera) => (
            <CameraRow
              key={camera.id}
              camera={camera}
              stored={byId.get(camera.id) ?? { id: camera.id, storedBytes: 0, nowBytesPerSecond: 0 }}
              hasRoom={props.hasRoom}
              onChanged={props.onChanged}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CameraRow(props: {
  readonly camera: Camera;
  readonly stored: StoredCamera;
  readonly hasRoom: boolean;
  readonly onChanged: () => void;
}) {
  const { camera, stored } = props;
  const { forecast, oldest } = stored;
  const nowKbps = (stored.nowBytesPerSecond * 8) / 1000;
  return (
    <tr>
      <td class="name-cell">
        <span class="state">
          <i class={`dot dot-${camera.state.status}`} aria-hidden="true" />
          <strong>{camera.name}</strong>
        </span>
        {camera.recording.active ? null : (
          <small class={camera.record.mode === "continuous" && camera.enabled ? "bad-text" : ""}>
            {t("cameras.notRecording")}
          </small>
        )}
      </td>
      <td data-label={t("storage.rate")}>{nowKbps === 0 ? "–" : rateText(nowKbps)}</td>
      <td data-label={t("storage.stored")}>{sizeText(stored.storedBytes)}</td>
      <td data-label={t("storage.oldest")}>
        {oldest === undefined ? (
          "–"
        ) : (
          <a
            class="plain"
            href={href("playback", { camera: camera.id, t: oldest })}
            onClick={followLink}
            title={oldest}
          >
            {dayText(Date.parse(oldest), zone.value, language.value)}
            <small>{clockTime(Date.parse(oldest), zone.value)}</small>
          </a>
        )}
      </td>
      <td data-label={t("storage.forecast")}>
        {forecast?.isShort === true ? (
          <span class="state warn-text">
            <Icon name="warning" />
            {forecastText(forecast, props.hasRoom)}
          </span>
        ) : (
          forecastText(forecast, props.hasRoom)
        )}
      </td>
      <td class="limits-cell" data-label={t("storage.limits")}>
        {mayAdminister.value ? (
          <Limits
            camera={camera}
            oldest={oldest}
            storedBytes={stored.storedBytes}
            onChanged={props.onChanged}
          />
        ) : (
          limitsText(camera)
        )}
      </td>
    </tr>
  );
}

function limitsText({ record }: Camera): string {
  const words = [
    record.retentionDays === null ? undefined : t("cameras.days", { count: record.retentionDays }),
    record.quotaBytes === null ? undefined : sizeText(record.quotaBytes),
  ].filter((one) => one !== undefined);
  return words.length === 0 ? t("cameras.unlimited") : words.join(" · ");
}

interface LimitChange {
  readonly retentionDays: number | null;
  readonly quotaBytes: number | null;
}

function Limits(props: {
  readonly camera: Camera;
  readonly oldest: string | undefined;
  readonly storedBytes: number;
  readonly onChanged: () => void;
}) {
  const { camera } = props;
  const { retentionDays, quotaBytes } = camera.record;
  const stored = {
    days: retentionDays === null ? "" : String(retentionDays),
    size: quotaBytes === null ? "" : String(Math.round(quotaBytes / 1e7) / 100),
  };
  const form = useDraft(`limits.${camera.id}`, stored);
  const [asking, setAsking] = useState(false);
  const { days, size } = form.value;
  const wish: LimitChange = {
    retentionDays: days.trim() === "" ? null : Number(days),
    // What is shown is rounded: left alone, it stays exactly as it was.
    quotaBytes:
      size === stored.size
        ? quotaBytes
        : size.trim() === ""
          ? null
          : Math.round(Number(size.replace(",", ".")) * GB),
  };
  const daysWrong =
    wish.retentionDays !== null &&
    !(Number.isInteger(wish.retentionDays) && wish.retentionDays >= 1 && wish.retentionDays <= 9999);
  const sizeWrong =
    wish.quotaBytes !== null && !(wish.quotaBytes >= LEAST_QUOTA * GB && wish.quotaBytes <= 1e15);
  const reaches = props.oldest === undefined ? 0 : (Date.now() - Date.parse(props.oldest)) / DAY_MS;
  /** Recordings are deleted for it within a minute. */
  const deletes =
    (wish.retentionDays !== null && wish.retentionDays < reaches && wish.retentionDays !== retentionDays) ||
    (wish.quotaBytes !== null && wish.quotaBytes < props.storedBytes && wish.quotaBytes !== quotaBytes);
  const send = async (record: LimitChange): Promise<void> => {
    cameraChanged(await call("PATCH /cameras/{id}", { path: { id: camera.id }, body: { record } }));
    props.onChanged();
  };
  const save = async (): Promise<void> => {
    await send(wish);
    form.settle(stored);
  };
  return (
    <>
      <form
        class="limits"
        onSubmit={(event) => {
          event.preventDefault();
          if (deletes) setAsking(true);
          else
            save().then(
              () =>
                tellUndoable(t("camera.saved", { name: camera.name }), () => {
                  send({ retentionDays, quotaBytes }).catch(complain);
                }),
              complain,
            );
        }}
      >
        <input
          aria-label={t("storage.daysOf", { name: camera.name })}
          aria-invalid={daysWrong}
          inputMode="numeric"
          placeholder="∞"
          value={days}
          onInput={(event) => form.put({ days: event.currentTarget.value, size })}
        />
        <span aria-hidden="true">{t("storage.days")}</span>
        <input
          aria-label={t("storage.sizeOf", { name: camera.name })}
          aria-invalid={sizeWrong}
          inputMode="decimal"
          placeholder="∞"
          value={size}
          onInput={(event) => form.put({ days, size: event.currentTarget.value })}
        />
        <span aria-hidden="true">GB</span>
        {form.isUnsaved ? (
          <button type="submit" class="button" disabled={daysWrong || sizeWrong}>
            {t("save")}
          </button>
        ) : null}
        <UnsavedMark of={form} onDiscard={() => form.settle(stored)} />
        {daysWrong ? <small class="bad-text">{t("camera.days.wrong")}</small> : null}
        {sizeWrong ? <small class="bad-text">{t("storage.size.wrong")}</small> : null}
      </form>
      {asking ? (
        <ConfirmDialog
          title={t("storage.less", { name: camera.name })}
          word={camera.name}
          button={t("save")}
          act={save}
          onClose={() => setAsking(false)}
        >
          <p>{t("storage.less.text")}</p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}
