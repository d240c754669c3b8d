// One volume: its state with the reason, who takes how much of it, how fast it is written, and its two settings.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { Storage, StorageVolume } from "../../api/health-types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { volumeReason } from "../../locale/told-reasons.ts";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { CheckField, TextField } from "../../parts/controls.tsx";
import { UnsavedMark } from "../../parts/unsaved-mark.tsx";
import { entryName, usePluginNames } from "../../state/plugin-names.ts";
import { mayAdminister } from "../../state/recorder.ts";
import { briefText, rateText, sizeText } from "../../state/time-format.ts";
import { complain, tellUndoable } from "../../state/toasts.ts";
import { useDraft } from "../../state/use-draft.ts";
import { ReplacedDisk } from "./replaced-disk.tsx";

const GB = 1e9;
/** Each file is synced so often. */
const SYNC_EVERY_S = 5;

const STATES: Readonly<Record<string, MessageKey>> = {
  normal: "volume.normal",
  unknown: "volume.unknown",
  offline: "volume.offline",
  "read-only": "volume.readOnly",
  error: "volume.error",
  slow: "volume.slow",
  full: "volume.full",
  mismatch: "volume.mismatch",
};

const DRIVER_STATES = {
  pending: "volume.driver.pending",
  ready: "volume.driver.ready",
  unavailable: "volume.driver.unavailable",
} as const satisfies Readonly<Record<string, MessageKey>>;

interface VolumeChange {
  readonly reserveBytes?: number | null;
  readonly overwrite?: boolean;
}

/** What makes it ready, and whether it has. */
function VolumeDriver({ driver }: { readonly driver: NonNullable<StorageVolume["driver"]> }) {
  const { source, displayName = source, status } = driver;
  const name = entryName(usePluginNames(), "storage-driver", source, displayName);
  return (
    <p class="muted">
      {t("volume.driver", { driver: name })} ·{" "}
      {t("volume.driver.plugin", { plugin: source.replace(/\/[^/]*$/, "") })} ·{" "}
      <span class={status === "unavailable" ? "bad-text" : ""}>{t(DRIVER_STATES[status])}</span>
    </p>
  );
}

/** The section. */
export function VolumeSection(props: {
  readonly volume: StorageVolume;
  readonly onChanged: (storage: Storage) => void;
}) {
  const { volume } = props;
  const state = STATES[volume.status];
  return (
    <section class="volume" aria-label={volume.path}>
      <p class="state">
        <i class={`dot ${volume.status === "normal" ? "dot-ok" : "dot-bad"}`} aria-hidden="true" />
        <code>{volume.path}</code>
        <span class="spring" />
        <span class={volume.status === "normal" ? "muted" : "bad-text"}>
          {state === undefined ? volume.status : t(state)}
        </span>
      </p>
      {volume.driver === undefined ? null : <VolumeDriver driver={volume.driver} />}
      <VolumeReason volume={volume} />
      {volume.replaced === undefined ? null : (
        <ReplacedDisk volume={volume} disk={volume.replaced} onChanged={props.onChanged} />
      )}
      <Shares volume={volume} />
      <p class="muted">{t("volume.rate", { rate: rateText((volume.writeBytesPerSecond * 8) / 1000) })}</p>
      {volume.syncMs === undefined ? null : (
        <p class="muted">
          {t("volume.sync", {
            time: briefText(volume.syncMs),
            bound: Math.ceil(SYNC_EVERY_S + volume.syncMs / 1000),
          })}
        </p>
      )}
      {mayAdminister.value && volume.id !== "" ? (
        <VolumeForm volume={volume} onChanged={props.onChanged} />
      ) : (
        <p class="muted">{t(volume.overwrite ? "volume.overwrites" : "volume.overwritesNot")}</p>
      )}
    </section>
  );
}

/** What is wrong with it, and what to do. */
function VolumeReason({ volume }: { readonly volume: StorageVolume }) {
  const reason = volumeReason(volume);
  if (reason === undefined) return null;
  return (
    <p class="bad-text">
      {reason.text} {reason.detail === undefined ? null : <small>{reason.detail}</small>}
    </p>
  );
}

/** The bar: recordings, others, free, and what is kept free. */
function Shares({ volume }: { readonly volume: StorageVolume }) {
  const { totalBytes, freeBytes, usedBytes = 0, othersBytes = 0, reserveBytes } = volume;
  if (totalBytes === undefined || freeBytes === undefined || totalBytes === 0) return null;
  const reserved = Math.min(freeBytes, reserveBytes);
  const parts = [
    { name: "own", text: t("volume.own"), bytes: usedBytes },
    { name: "others", text: t("volume.others"), bytes: othersBytes },
    { name: "free", text: t("volume.free"), bytes: Math.max(0, freeBytes - reserved) },
    { name: "reserve", text: t("volume.reserved"), bytes: reserved },
  ] as const;
  return (
    <>
      <svg
        class="shares"
        viewBox="0 0 1000 10"
        preserveAspectRatio="none"
        role="img"
        aria-label={t("volume.shares", { total: sizeText(totalBytes) })}
      >
        {parts.map((part, index) => {
          const before = parts.slice(0, index).reduce((sum, one) => sum + one.bytes, 0);
          return (
            <rect
              key={part.name}
              class={`share-${part.name}`}
              x={(1000 * before) / totalBytes}
              width={(1000 * part.bytes) / totalBytes}
              y={0}
              height={10}
            />
          );
        })}
      </svg>
      <ul class="share-legend">
        {parts.map((part) => (
          <li key={part.name}>
            <i class={`share-${part.name}`} aria-hidden="true" />
            {part.text} <strong>{sizeText(part.bytes)}</strong>
          </li>
        ))}
        <li class="muted">{t("volume.total", { size: sizeText(totalBytes) })}</li>
      </ul>
    </>
  );
}

function VolumeForm(props: {
  readonly volume: StorageVolume;
  readonly onChanged: (storage: Storage) => void;
}) {
  const { volume } = props;
  const kept = String(Math.round(volume.reserveBytes / GB));
  const stored = { reserve: volume.reserveChosen ? kept : "" };
  const form = useDraft(`volume.${volume.id}`, stored);
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const text = form.value.reserve;
  const wanted = text.trim() === "" ? null : Number(text) * GB;
  const isWrong =
    wanted !== null &&
    !(Number.isFinite(wanted) && wanted >= 0 && wanted <= (volume.totalBytes ?? Number.MAX_SAFE_INTEGER));
  /** Recordings have to go for it. */
  const deletes = wanted !== null && volume.overwrite && wanted > (volume.freeBytes ?? wanted);
  const send = async (change: VolumeChange): Promise<void> => {
    setBusy(true);
    try {
      const path = { volume: volume.id };
      props.onChanged(await call("PATCH /storage/volumes/{volume}", { path, body: change }));
      // What is typed of the reserve is no part of a change of the other.
      if (change.overwrite === undefined) form.settle(stored);
    } finally {
      setBusy(false);
    }
  };
  const back: VolumeChange = {
    reserveBytes: volume.reserveChosen ? volume.reserveBytes : null,
    overwrite: volume.overwrite,
  };
  const change = (wish: VolumeChange): void => {
    send(wish).then(() => tellUndoable(t("volume.saved"), () => void send(back).catch(complain)), complain);
  };
  const save = (): Promise<void> => send({ reserveBytes: wanted === null ? null : Math.round(wanted) });
  return (
    <>
      <form
        class="volume-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (deletes) setAsking(true);
          else change({ reserveBytes: wanted === null ? null : Math.round(wanted) });
        }}
      >
        <TextField
          label={t("volume.reserve")}
          value={text}
          onInput={(typed) => form.put({ reserve: typed })}
          inputMode="decimal"
          placeholder={kept}
          hint={t(volume.reserveChosen ? "volume.reserve.chosen" : "volume.reserve.default", { size: kept })}
          error={isWrong ? t("volume.reserve.wrong") : undefined}
        />
        <div class="form-foot unless-empty">
          <UnsavedMark of={form} onDiscard={() => form.settle(stored)} />
          {form.isUnsaved ? (
            <button type="submit" class="button primary" disabled={busy || isWrong}>
              {t("save")}
            </button>
          ) : null}
        </div>
        <CheckField
          label={t("volume.overwrite")}
          hint={t(volume.overwrite ? "volume.overwrites" : "volume.overwritesNot")}
          checked={volume.overwrite}
          onChange={(overwrite) => change({ overwrite })}
        />
      </form>
      {asking ? (
        <ConfirmDialog
          title={t("volume.reserve.confirm")}
          word={t("confirm.delete")}
          button={t("save")}
          act={save}
          onClose={() => setAsking(false)}
        >
          <p>{t("volume.reserve.deletes", { size: sizeText((wanted ?? 0) - (volume.freeBytes ?? 0)) })}</p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}
