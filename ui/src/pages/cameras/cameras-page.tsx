// All cameras with their state and why; from here one is added, opened, switched off or removed.
import { useState } from "preact/hooks";
import { addressOf, call } from "../../api/client.ts";
import type { Camera } from "../../api/types.ts";
import { language, t } from "../../locale/messages.ts";
import { problemLine } from "../../locale/problem-text.ts";
import { cameraReason } from "../../locale/told-reasons.ts";
import { AwaitedPage } from "../../parts/awaited.tsx";
import { EmptyPage, IconButton, NotAllowed } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { ReasonChip } from "../../parts/reason.tsx";
import { REASONS } from "../../parts/reasons.ts";
import { followLink, href, navigate, place } from "../../router.ts";
import { cameraChanged, cameraRemoved, cameras, camerasAsked, mayAdminister } from "../../state/recorder.ts";
import { STATUS_TEXT } from "../../state/roles.ts";
import { clockTime, dayText, rateText } from "../../state/time-format.ts";
import { complain, tell } from "../../state/toasts.ts";
import { zone } from "../../state/zone.ts";
import { newCameraDraft } from "./camera-form-model.ts";
import { CameraPage } from "./camera-page.tsx";
import { DetectionPage, isDetectionPlace } from "./detection-page.tsx";
import { RemoveDialog } from "./remove-dialog.tsx";
import { SearchDialog } from "./search-dialog.tsx";

const THUMB_TRIES = 10;
const THUMB_AGAIN_MS = 2000;

/** The list, or one camera's form by the address. */
export function CamerasPage() {
  const id = place.value.path.split("/")[1];
  if (cameras.value === undefined) {
    return <AwaitedPage title={t("nav.cameras")} of={camerasAsked.value} />;
  }
  if (id === undefined) return <CameraList list={cameras.value} />;
  if (!mayAdminister.value) return <NotAllowed />;
  if (id === "new") {
    const found = place.value.query.get("found") ?? "";
    return <CameraPage key={newCameraDraft(found)} camera={undefined} found={found} />;
  }
  const camera = cameras.value.find((one) => one.id === id);
  if (camera === undefined) {
    return (
      <EmptyPage icon="search" title={t("noCamera.title")} text={t("noCamera.text", { id })}>
        <a class="button" href={href("cameras")} onClick={followLink}>
          {t("nav.cameras")}
        </a>
      </EmptyPage>
    );
  }
  if (isDetectionPlace()) return <DetectionPage key={id} camera={camera} />;
  return <CameraPage key={id} camera={camera} />;
}

function CameraList({ list }: { readonly list: readonly Camera[] }) {
  const [removing, setRemoving] = useState<Camera | undefined>(undefined);
  const [searching, setSearching] = useState(false);
  const online = list.filter(
    (one) => one.state.status === "online" || one.state.status === "degraded",
  ).length;
  const demos = list.filter((one) => one.driver === "demo");
  const demo = demos.length === 1 ? demos[0] : undefined;
  const addButtons = mayAdminister.value ? (
    <>
      <button
        type="button"
        class="button"
        aria-label={t("search.button")}
        title={t("search.button")}
        onClick={() => setSearching(true)}
      >
        <Icon name="search" />
        <span class={list.length === 0 ? "" : "wide-only"}>{t("search.button")}</span>
      </button>
      <a class="button primary" href={href("cameras/new")} onClick={followLink}>
        <Icon name="plus" />
        {t("cameras.add")}
      </a>
    </>
  ) : null;
  const dialog = searching ? <SearchDialog onClose={() => setSearching(false)} /> : null;
  if (list.length === 0) {
    return (
      <div class="list-page">
        <div class="head">
          <h1>{t("nav.cameras")}</h1>
        </div>
        <EmptyPage icon="cameras" title={t("live.empty.title")} text={t("live.empty.text")}>
          <div class="empty-buttons">{addButtons}</div>
        </EmptyPage>
        {dialog}
      </div>
    );
  }
  return (
    <div class="list-page">
      <div class="head">
        <h1>{t("nav.cameras")}</h1>
        <span class="muted wide-only">{t("cameras.count", { total: list.length, online })}</span>
        <div class="spring" />
        {addButtons}
      </div>
      {demo === undefined || !mayAdminister.value ? null : <DemoNote camera={demo} />}
      <div class="table-box">
        <table class="camera-table">
          <thead>
            <tr>
              <th class="thumb-cell">
                <span class="unseen">{t("cameras.picture")}</span>
              </th>
              <th>{t("cameras.camera")}</th>
              <th>{t("cameras.state")}</th>
              <th class="wide-cell">{t("cameras.streams")}</th>
              <th class="wide-cell">{t("cameras.recording")}</th>
              <th class="wide-cell">{t("cameras.kept")}</th>
              <th>
                <span class="unseen">{t("cameras.actions")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {list.map((camera) => (
              <CameraRow key={camera.id} camera={camera} onRemove={() => setRemoving(camera)} />
            ))}
          </tbody>
        </table>
      </div>
      {removing === undefined ? null : (
        <RemoveDialog camera={removing} onClose={() => setRemoving(undefined)} />
      )}
      {dialog}
    </div>
  );
}

/** The camera that Nightjar comes with goes by one click: nobody needs its footage. */
function DemoNote({ camera }: { readonly camera: Camera }) {
  const [busy, setBusy] = useState(false);
  const remove = (): void => {
    setBusy(true);
    call("DELETE /cameras/{id}", { path: { id: camera.id }, query: { footage: "remove" } })
      .then(() => {
        cameraRemoved(camera.id);
        tell(t("camera.removed", { name: camera.name }));
      })
      .catch((error: unknown) => {
        setBusy(false);
        complain(error);
      });
  };
  return (
    <div class="demo-note">
      <Icon name="info" />
      <p>{t("demo.text", { name: camera.name })}</p>
      <button type="button" class="button" disabled={busy} onClick={remove}>
        {t("demo.remove")}
      </button>
    </div>
  );
}

function CameraRow({ camera, onRemove }: { readonly camera: Camera; readonly onRemove: () => void }) {
  // A recorder that is busy with other pictures is asked again; one that has none is left alone.
  const [tries, setTries] = useState(0);
  /** Until a picture has come its place is hatched, and no sign of a broken picture stands there. */
  const [shown, setShown] = useState(false);
  const since = Date.parse(camera.state.since);
  const small = camera.streams.some((one) => one.stream === "sub") ? "sub" : "main";
  const toggle = (): void => {
    call("PATCH /cameras/{id}", { path: { id: camera.id }, body: { enabled: !camera.enabled } })
      .then((changed) => {
        cameraChanged(changed);
        tell(t(changed.enabled ? "camera.switchedOn" : "camera.switchedOff", { name: changed.name }));
      })
      .catch(complain);
  };
  return (
    <tr class={camera.enabled ? "" : "off"}>
      <td class="thumb-cell">
        {camera.enabled && camera.state.status !== "offline" && tries < THUMB_TRIES ? (
          <div class="thumb">
            <img
              class={shown ? "shown" : ""}
              onLoad={() => setShown(true)}
              src={`${addressOf("GET /cameras/{id}/snapshot.jpg", { path: { id: camera.id }, query: { width: 160, stream: small } })}${tries === 0 ? "" : `&try=${tries}`}`}
              alt=""
              loading="lazy"
              onError={() => {
                setShown(false);
                setTimeout(() => setTries(tries + 1), THUMB_AGAIN_MS);
              }}
            />
          </div>
        ) : (
          <div class="thumb" />
        )}
      </td>
      <td>
        <a class="plain" href={href("live", { camera: camera.id })} onClick={followLink}>
          <strong>{camera.name}</strong>
        </a>
        <small>{camera.driver}</small>
      </td>
      <td class="state-cell">
        <span
          class="state"
          title={`${dayText(since, zone.value, language.value)} ${clockTime(since, zone.value)}`}
        >
          <i class={`dot dot-${camera.state.status}`} aria-hidden="true" />
          {t(STATUS_TEXT[camera.state.status])}
        </span>
        <small class={camera.state.status === "offline" ? "bad-text" : ""}>
          {cameraReason(camera.state) ??
            camera.state.note ??
            t("cameras.since", { time: clockTime(since, zone.value) })}
        </small>
      </td>
      <td class="wide-cell">
        {camera.streams.map((stream) => (
          <small key={stream.stream}>
            {t(stream.stream === "main" ? "stream.main" : "stream.sub")}
            {stream.format?.video === undefined
              ? ""
              : ` ${stream.format.video.width}×${stream.format.video.height}`}
            {stream.figures === undefined || stream.format === undefined
              ? ""
              : ` · ${Math.round(stream.figures.framesPerSecond)} fps · ${rateText(stream.figures.bitrateKbps)}`}
          </small>
        ))}
      </td>
      <td class="wide-cell">
        <span class="state reasons">
          {camera.recording.active ? (
            camera.recording.reasons.map((reason) => (
              <span key={reason} class="reason">
                <ReasonChip reason={reason} />
                {/* Spoken by the letter already. */}
                <small aria-hidden="true">{t(REASONS[reason].text)}</small>
              </span>
            ))
          ) : (
            <span class="muted">{t("cameras.notRecording")}</span>
          )}
        </span>
        {camera.recording.problem === undefined ? null : (
          <small class="bad-text">
            {problemLine({ code: "recording-stopped", sentence: camera.recording.problem })}
          </small>
        )}
      </td>
      <td class="wide-cell">
        {camera.record.retentionDays === null
          ? t("cameras.unlimited")
          : t("cameras.days", { count: camera.record.retentionDays })}
      </td>
      <td class="actions-cell">
        <div class="row-actions">
          <IconButton
            icon="playback"
            label={t("cameras.playback", { name: camera.name })}
            onClick={() => navigate("playback", { camera: camera.id })}
          />
          {mayAdminister.value ? (
            <>
              <IconButton
                icon="power"
                label={t(camera.enabled ? "camera.switchOff" : "camera.switchOn", { name: camera.name })}
                pressed={camera.enabled}
                onClick={toggle}
              />
              <IconButton
                icon="edit"
                label={t("camera.edit", { name: camera.name })}
                onClick={() => navigate(`cameras/${camera.id}`)}
              />
              <IconButton
                icon="remove"
                label={t("camera.remove.title", { name: camera.name })}
                onClick={onRemove}
              />
            </>
          ) : null}
        </div>
      </td>
    </tr>
  );
}
