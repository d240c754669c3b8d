// One camera on the live page: picture, name, marks, notice, and the controls that come with pointer, focus or touch.
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { Camera } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { IconButton } from "../../parts/controls.tsx";
import { lazyPart } from "../../parts/lazy-page.tsx";
import { PlayerNote } from "../../parts/player-note.tsx";
import { ReasonChip } from "../../parts/reason.tsx";
import { pictureName, saveBlob } from "../../parts/save-file.ts";
import { usePictureZoom } from "../../parts/use-picture-zoom.ts";
import { ZoomButtons } from "../../parts/zoom-buttons.tsx";
import type { LiveState } from "../../player/live-player.ts";
import { place } from "../../router.ts";
import { figuresShown } from "../../state/preferences.ts";
import { mayOperate, mayWith } from "../../state/recorder.ts";
import { complain, tell } from "../../state/toasts.ts";
import { FiguresLine } from "./figures-line.tsx";
import { NoticeOverlay } from "./notice-overlay.tsx";
import { tileNotice } from "./tile-notice.ts";
import { useLivePlayer } from "./use-live-player.ts";

const PtzControls = lazyPart(async () => (await import("./ptz-controls.tsx")).PtzControls);

const STARTING: LiveState = { kind: "connecting" };
const LIVE: LiveState = { kind: "live" };

/** What keys may ask of the tile that has the focus. */
export interface TileActions {
  sound(): void;
  snapshot(): void;
  record(): void;
  fullScreen(): void;
}

/** A tile. `large`: alone on the page, with the main stream. */
export function Tile(props: {
  readonly camera: Camera;
  readonly large: boolean;
  readonly onLarge: () => void;
  readonly onFocus: (actions: TileActions) => void;
}) {
  const { camera, large } = props;
  const element = useRef<HTMLElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [sound, setSound] = useState(false);
  const hasPicture = useSignal(false);
  const stream = large ? "main" : "sub";
  const { player, isHandingOver } = useLivePlayer(
    box,
    {
      camera: camera.id,
      isOn: camera.enabled,
      label: t("tile.picture", { name: camera.name }),
      ...{ stream, streams: camera.streams, forced: place.value.query.get("player") },
    },
    () => {
      hasPicture.value = false;
      setSound(false);
    },
  );
  const state = useComputed(() => (isHandingOver.value ? LIVE : (player.value?.state.value ?? STARTING)));
  const figures = useComputed(() => player.value?.figures.value);
  const soundState = useComputed(() => player.value?.sound.value);
  const note = useComputed(() => player.value?.note.value);
  useSignalEffect(() => {
    const own = player.value?.state.value.kind;
    if (own === "live" || own === "still") hasPicture.value = true;
  });

  const video = camera.streams.find((one) => one.stream === stream)?.format?.video;
  const zoom = usePictureZoom(box, {
    isOn: large && camera.enabled,
    aspect: video === undefined ? undefined : video.width / video.height,
  });
  const recording = camera.recording.reasons.includes("manual");
  const actions: TileActions = {
    sound: () => {
      player.value?.setSound(!sound);
      setSound(!sound);
    },
    snapshot: () => {
      void (async () => {
        const blob = await player.value?.still();
        if (blob === undefined || !hasPicture.value) complain(undefined);
        else {
          saveBlob(blob, pictureName(camera.id, Date.now(), "jpg"));
          tell(t("snapshot.saved", { name: camera.name }));
        }
      })();
    },
    record: () => {
      if (!mayOperate.value) return;
      const path = { id: camera.id };
      const done = recording
        ? call("DELETE /cameras/{id}/manual-recording", { path })
        : call("PUT /cameras/{id}/manual-recording", { path, body: {} });
      void done
        .then(() => tell(t(recording ? "record.stopped" : "record.started", { name: camera.name })))
        .catch(complain);
    },
    fullScreen: () => {
      const done =
        document.fullscreenElement === null
          ? element.current?.requestFullscreen()
          : document.exitFullscreen();
      void done?.catch(() => undefined);
    },
  };
  const notice = tileNotice(camera.state, state.value);
  const hasSound = soundState.value !== undefined;
  return (
    <article
      ref={element}
      class={`tile${notice === undefined ? "" : " not-live"}`}
      data-camera={camera.id}
      data-state={notice?.kind ?? state.value.kind}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the tile is what the keys S, R, M and F act on
      tabIndex={0}
      aria-label={t("tile.label", {
        name: camera.name,
        state: notice === undefined ? t("tile.live") : t("tile.notLiveShort"),
      })}
      onFocus={() => props.onFocus(actions)}
      onPointerEnter={() => props.onFocus(actions)}
      onDblClick={props.onLarge}
    >
      <div class={`picture-box${notice !== undefined && hasPicture.value ? " stale" : ""}`} ref={box} />
      {notice === undefined ? null : (
        <NoticeOverlay name={camera.name} notice={notice} hasPicture={hasPicture.value} />
      )}
      <div class="marks">
        {camera.recording.active
          ? camera.recording.reasons.map((reason) => <ReasonChip key={reason} reason={reason} />)
          : null}
        {camera.recording.problem === undefined ? null : (
          <span class="chip chip-alarm" title={camera.recording.problem}>
            {t("tile.notRecorded")}
          </span>
        )}
      </div>
      <PlayerNote note={note.value} state={state.value} />
      {large && camera.enabled ? <ZoomButtons zoom={zoom} /> : null}
      {large && camera.enabled && mayWith("ptz", camera.id) ? (
        <PtzControls key={camera.id} camera={camera} />
      ) : null}
      <div class="tile-foot">
        <div class="tile-words">
          <span class="tile-name">{camera.name}</span>
          {figuresShown.value ? (
            <FiguresLine
              figures={figures.value}
              camera={camera}
              attempt={player.value?.attempt}
              state={state.value}
            />
          ) : null}
        </div>
        <div class="tile-controls">
          <IconButton
            icon={sound ? "sound" : "muted"}
            label={
              soundState.value?.supported === false
                ? t("sound.unsupported", { codec: soundState.value.codec })
                : hasSound
                  ? t(sound ? "sound.off" : "sound.on")
                  : t("sound.none")
            }
            pressed={sound}
            disabled={!hasSound || soundState.value?.supported === false}
            onClick={actions.sound}
          />
          <IconButton
            icon="snapshot"
            label={t("snapshot.take")}
            disabled={!hasPicture.value}
            onClick={actions.snapshot}
          />
          {mayOperate.value ? (
            <IconButton
              icon={recording ? "stop" : "record"}
              label={t(recording ? "record.stop" : "record.start")}
              pressed={recording}
              tone="record"
              onClick={actions.record}
            />
          ) : null}
          <IconButton
            icon="large"
            label={t(large ? "tile.small" : "tile.large")}
            pressed={large}
            onClick={props.onLarge}
          />
          <IconButton icon="fullscreen" label={t("fullscreen")} onClick={actions.fullScreen} />
        </div>
      </div>
    </article>
  );
}
