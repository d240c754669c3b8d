// Playback: picture, transport, timeline, calendar. Camera, moment and stream stand in the address.
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useCallback, useEffect, useMemo, useRef } from "preact/hooks";
import { addressOf } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { AwaitedPage } from "../../parts/awaited.tsx";
import { CELLS } from "../../parts/cell-area.ts";
import { EmptyPage, ErrorNote } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { PlayerNote } from "../../parts/player-note.tsx";
import { usePictureZoom } from "../../parts/use-picture-zoom.ts";
import { ZoomButtons } from "../../parts/zoom-buttons.tsx";
import { PlaybackPlayer } from "../../player/playback-player.ts";
import { followed, followLink, href, place, replaceQuery } from "../../router.ts";
import { cameras, camerasAsked, mayWith } from "../../state/recorder.ts";
import { CoverageStore } from "../../timeline/coverage-store.ts";
import { centredOn, keepInside, type Span, type View } from "../../timeline/geometry.ts";
import { Timeline } from "../../timeline/timeline.tsx";
import { WhyButton } from "../why/why-button.tsx";
import { CalendarPanel } from "./calendar-panel.tsx";
import { ClipBar } from "./clip-bar.tsx";
import { Legend } from "./legend.tsx";
import { LockButton } from "./lock-button.tsx";
import { momentInQuestion, momentOf } from "./moment.ts";
import { MotionFinder } from "./motion-finder.ts";
import { MotionArea, MotionPanel } from "./motion-panel.tsx";
import { PlaybackNotice } from "./playback-notice.tsx";
import { TransportBar } from "./transport-bar.tsx";

/** Lanes on the timeline: the chosen camera first. */
const MOST_LANES = 8;
const HOUR_MS = 3_600_000;
const PLAYING = { kind: "live" } as const;

/** The page. */
export function PlaybackPage() {
  const list = cameras.value;
  if (list === undefined) return <AwaitedPage title={t("nav.playback")} of={camerasAsked.value} />;
  const chosen = list.find((one) => one.id === place.value.query.get("camera")) ?? list[0];
  if (chosen === undefined) {
    return (
      <EmptyPage icon="playback" title={t("playback.empty.title")} text={t("playback.empty.text")}>
        <a class="button primary" href={href("cameras")} onClick={followLink}>
          {t("nav.cameras")}
        </a>
      </EmptyPage>
    );
  }
  return <Playback key={`${chosen.id} ${followed.value}`} camera={chosen.id} name={chosen.name} />;
}

function Playback({ camera, name }: { readonly camera: string; readonly name: string }) {
  const query = place.peek().query;
  const linkedMs = useMemo(() => momentOf(query.get("t")), []);
  const stream = place.value.query.get("stream") === "sub" ? "sub" : "main";
  const box = useRef<HTMLDivElement>(null);
  const stage = useRef<HTMLElement>(null);
  const player = useSignal<PlaybackPlayer | undefined>(undefined);
  const view = useSignal<View>(centredOn(linkedMs ?? Date.now() - HOUR_MS / 4, HOUR_MS));
  const marked = useSignal<Span | undefined>(undefined);
  const follow = useSignal(true);
  const sought = useRef(linkedMs);
  const store = useMemo(() => new CoverageStore(), []);
  const finder = useMemo(() => new MotionFinder(camera), []);
  const isSearching = finder.cells.value !== undefined;
  const note = useComputed(() => player.value?.note.value);
  const playheadMs = useComputed(() => player.value?.timeMs.value);
  const others = (cameras.value ?? []).map((one) => one.id).filter((id) => id !== camera);
  const video = cameras.value?.find((one) => one.id === camera)?.streams.find((one) => one.stream === stream)
    ?.format?.video;
  const aspect = video === undefined ? undefined : video.width / video.height;
  const zoom = usePictureZoom(box, { isOn: !isSearching, aspect });
  const lanes = [camera, ...others].slice(0, MOST_LANES);

  useEffect(
    () => () => {
      store.close();
      finder.close();
    },
    [],
  );
  useEffect(() => {
    if (box.current === null) return;
    const opened = new PlaybackPlayer({
      box: box.current,
      camera,
      label: t("playback.picture", { name }),
      stream,
      forced: query.get("player"),
    });
    player.value = opened;
    const playing = query.get("play") !== "0";
    if (linkedMs !== undefined) {
      if (playing) opened.play(linkedMs);
      else opened.seek(linkedMs);
    }
    return () => {
      opened.close();
      player.value = undefined;
    };
  }, []);
  const pictureOf = useCallback(
    (of: string, timeMs: number) =>
      addressOf("GET /cameras/{id}/snapshot.jpg", {
        path: { id: of },
        query: { at: new Date(Math.floor(timeMs)).toISOString(), stream, width: 320 },
      }),
    [stream],
  );
  useEffect(() => player.value?.setStream(stream), [stream]);

  // Without a moment in the address: the last minute that was recorded, standing still at its first picture.
  useSignalEffect(() => {
    const lane = store.lanes.value.get(camera);
    const opened = player.value;
    const last = lane?.spans.at(-1);
    if (
      opened === undefined ||
      last === undefined ||
      opened.timeMs.peek() !== undefined ||
      linkedMs !== undefined
    )
      return;
    opened.seek(Math.max(last.startMs, last.endMs - 60_000));
  });
  useSignalEffect(() => store.look(lanes, stream, view.value));
  useSignalEffect(() => finder.look(view.value));
  useSignalEffect(() => {
    const at = playheadMs.value;
    if (at !== undefined && follow.peek() && player.peek()?.playing.value === true)
      view.value = keepInside(view.peek(), at);
  });
  // The address follows the picture: at once while it stands, now and then while it runs.
  useEffect(() => {
    const write = (): void => {
      const at = player.peek()?.timeMs.peek();
      if (at === undefined) return;
      replaceQuery({ camera, t: new Date(Math.floor(at)).toISOString() });
    };
    const timer = setInterval(write, 1000);
    return () => clearInterval(timer);
  }, []);

  const seek = (timeMs: number): void => {
    follow.value = true;
    sought.current = timeMs;
    player.value?.seek(Math.min(timeMs, Date.now()));
    replaceQuery({ camera, t: new Date(Math.floor(timeMs)).toISOString() });
  };
  const jump = (timeMs: number): void => {
    view.value = { ...view.peek(), startMs: timeMs - view.peek().spanMs * 0.1 };
    seek(timeMs);
  };

  return (
    <div class="playback">
      <div class="head">
        <h1>{t("nav.playback")}</h1>
        <label class="unseen" for="playback-camera">
          {t("playback.camera")}
        </label>
        <select
          id="playback-camera"
          class="inline-select"
          value={camera}
          onChange={(event) => replaceQuery({ camera: event.currentTarget.value })}
        >
          {(cameras.value ?? []).map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
        <div class="spring" />
        <button
          type="button"
          class="button"
          aria-pressed={isSearching}
          title={t("motion.hint")}
          onClick={() => {
            finder.cells.value = isSearching ? undefined : Array.from({ length: CELLS }, () => false);
          }}
        >
          <Icon name="search" />
          {t("motion.title")}
        </button>
        <WhyButton
          question={() => ({
            camera,
            name,
            atMs: momentInQuestion(
              store.lanes.peek().get(camera)?.spans ?? [],
              sought.current,
              playheadMs.peek(),
            ),
          })}
        />
        <ClipBar camera={camera} stream={stream} view={view} marked={marked} playheadMs={playheadMs}>
          {mayWith("recordings.lock", camera) ? (
            <LockButton
              camera={camera}
              stream={stream}
              store={store}
              marked={marked}
              playheadMs={playheadMs}
            />
          ) : null}
        </ClipBar>
      </div>
      <section class="stage" ref={stage} aria-label={t("playback.picture", { name })}>
        <div class="picture-box" ref={box} />
        <PlayerNote note={note.value} state={PLAYING} />
        <PlaybackNotice player={player} store={store} camera={camera} />
        <span class="tile-name stage-name">{name}</span>
        {isSearching ? <MotionArea finder={finder} aspect={aspect ?? 16 / 9} /> : <ZoomButtons zoom={zoom} />}
      </section>
      <section class="dock" aria-label={t("timeline.label")}>
        <TransportBar
          camera={camera}
          player={player}
          view={view}
          store={store}
          stage={stage}
          stream={stream}
          onSeek={seek}
        />
        <div class="timeline">
          <ul class="lane-names" aria-hidden="true">
            {lanes.map((id) => (
              <li key={id} class={id === camera ? "on" : ""}>
                {cameras.value?.find((one) => one.id === id)?.name ?? id}
              </li>
            ))}
          </ul>
          <Timeline
            cameras={lanes}
            lanes={store.lanes}
            view={view}
            playheadMs={playheadMs}
            marked={marked}
            moments={finder.moments}
            onSeek={(timeMs, lane) => {
              if (lane === undefined || lane === camera) seek(timeMs);
              else replaceQuery({ camera: lane, t: new Date(Math.floor(timeMs)).toISOString() });
            }}
            pictureOf={pictureOf}
          />
        </div>
      </section>
      <aside class="side">
        <MotionPanel finder={finder} camera={camera} view={view} onSeek={seek} />
        <CalendarPanel camera={camera} playheadMs={playheadMs} onDay={jump} />
        <Legend />
        {store.error.value === undefined || playheadMs.value === undefined ? null : (
          <ErrorNote error={store.error.value} onRetry={() => store.refresh()} />
        )}
      </aside>
    </div>
  );
}
