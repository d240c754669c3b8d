// Play, pause, frames, speeds, jumps, sound, snapshot, and how much time the timeline shows; with their keys.
import type { ReadonlySignal, Signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { language, t } from "../../locale/messages.ts";
import { IconButton, Segmented } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { pictureName, saveBlob } from "../../parts/save-file.ts";
import { SPEEDS, shuttle } from "../../player/playback-clock.ts";
import type { PlaybackPlayer } from "../../player/playback-player.ts";
import { replaceQuery } from "../../router.ts";
import { useShortcuts } from "../../state/shortcuts.ts";
import { clockTimeMs, dayText } from "../../state/time-format.ts";
import { complain, tell } from "../../state/toasts.ts";
import { zone } from "../../state/zone.ts";
import type { CoverageStore } from "../../timeline/coverage-store.ts";
import { centredOn, nextRecorded, spanAt, type View } from "../../timeline/geometry.ts";

const SPANS = [
  { value: 60_000, text: "span.minute" },
  { value: 3_600_000, text: "span.hour" },
  { value: 21_600_000, text: "span.quarter" },
  { value: 86_400_000, text: "span.day" },
  { value: 604_800_000, text: "span.week" },
] as const;

function speedText(speed: number): string {
  const size = Math.abs(speed);
  const text = size === 0.25 ? "¼" : size === 0.5 ? "½" : String(size);
  return `${speed < 0 ? "−" : ""}${text}×`;
}

/** The bar between picture and timeline. */
export function TransportBar(props: {
  readonly camera: string;
  readonly player: ReadonlySignal<PlaybackPlayer | undefined>;
  readonly view: Signal<View>;
  readonly store: CoverageStore;
  readonly stage: { readonly current: HTMLElement | null };
  readonly stream: "main" | "sub";
  readonly onSeek: (timeMs: number) => void;
}) {
  const { view } = props;
  const player = props.player.value;
  const [sound, setSound] = useState(false);
  const at = player?.timeMs.value;
  const speed = player?.speed.value ?? 1;
  const playing = player?.playing.value ?? false;
  const now = (): PlaybackPlayer | undefined => props.player.peek();

  const toggle = (): void => {
    const one = now();
    if (one === undefined) return;
    if (one.playing.peek()) one.pause();
    else one.resume();
  };
  const setSpeed = (wanted: number): void => now()?.setSpeed(wanted);
  const skip = (ms: number): void => {
    const here = now()?.timeMs.peek();
    if (here !== undefined) props.onSeek(here + ms);
  };
  const neighbour = (direction: 1 | -1): void => {
    const here = now()?.timeMs.peek();
    const spans = props.store.lanes.peek().get(props.camera)?.spans ?? [];
    if (here === undefined) return;
    const inside = spanAt(spans, here);
    const target =
      direction > 0
        ? nextRecorded(spans, inside?.endMs ?? here)
        : (spans.findLast((span) => span.startMs < here - 2000)?.startMs ?? undefined);
    if (target === undefined) tell(t(direction > 0 ? "playback.noLater" : "playback.noEarlier"));
    else props.onSeek(target);
  };
  const edge = (): void => {
    const last = props.store.lanes.peek().get(props.camera)?.spans.at(-1);
    const target = Math.max(last?.endMs ?? 0, Date.now() - 20_000) - 3000;
    view.value = centredOn(target, view.peek().spanMs);
    now()?.play(target, 1);
  };
  const snapshot = (): void => {
    void (async () => {
      const one = now();
      const blob = await one?.still();
      if (blob === undefined || one === undefined) complain(undefined);
      else {
        saveBlob(blob, pictureName(props.camera, one.timeMs.peek() ?? Date.now(), "jpg"));
        tell(t("snapshot.saved", { name: props.camera }));
      }
    })();
  };
  const fullScreen = (): void => {
    const done =
      document.fullscreenElement === null
        ? props.stage.current?.requestFullscreen()
        : document.exitFullscreen();
    void done?.catch(() => undefined);
  };

  useShortcuts(
    () => [
      { keys: [" ", "k"], shown: "Space K", text: "keys.play", run: toggle },
      { keys: ["arrowleft"], shown: "←", text: "keys.back5", run: () => skip(-5000) },
      { keys: ["arrowright"], shown: "→", text: "keys.on5", run: () => skip(5000) },
      { keys: [","], shown: ",", text: "keys.frameBack", run: () => now()?.step(-1) },
      { keys: ["."], shown: ".", text: "keys.frameOn", run: () => now()?.step(1) },
      {
        keys: ["j"],
        shown: "J",
        text: "keys.slower",
        run: () => {
          const one = now();
          if (one === undefined) return;
          setSpeed(shuttle(one.speed.peek(), -1));
          if (!one.playing.peek()) one.resume();
        },
      },
      {
        keys: ["l"],
        shown: "L",
        text: "keys.quicker",
        run: () => {
          const one = now();
          if (one === undefined) return;
          setSpeed(shuttle(one.speed.peek(), 1));
          if (!one.playing.peek()) one.resume();
        },
      },
      { keys: ["n"], shown: "N", text: "keys.nextRecording", run: () => neighbour(1) },
      { keys: ["p"], shown: "P", text: "keys.previousRecording", run: () => neighbour(-1) },
      { keys: ["e"], shown: "E", text: "keys.edge", run: edge },
      { keys: ["s"], shown: "S", text: "keys.snapshot", run: snapshot },
      { keys: ["f"], shown: "F", text: "keys.fullscreen", run: fullScreen },
    ],
    [props.camera],
  );

  return (
    <div class="transport">
      <div class="transport-group">
        <IconButton icon="previous" label={t("keys.previousRecording")} onClick={() => neighbour(-1)} />
        <IconButton icon="left" label={t("keys.frameBack")} onClick={() => now()?.step(-1)} />
        <button
          type="button"
          class="button play-button"
          aria-label={t(playing ? "playback.pause" : "playback.play")}
          onClick={toggle}
        >
          <PlayMark playing={playing} />
        </button>
        <IconButton icon="right" label={t("keys.frameOn")} onClick={() => now()?.step(1)} />
        <IconButton icon="next" label={t("keys.nextRecording")} onClick={() => neighbour(1)} />
        <IconButton icon="edge" label={t("keys.edge")} onClick={edge} />
      </div>
      <time
        class="clock"
        dateTime={at === undefined ? undefined : new Date(at).toISOString()}
        title={at === undefined ? "" : new Date(at).toISOString()}
      >
        <span class="clock-day">{at === undefined ? "" : dayText(at, zone.value, language.value)}</span>
        <span>{at === undefined ? "--:--:--.---" : clockTimeMs(at, zone.value)}</span>
      </time>
      <label class="unseen" for="speed">
        {t("playback.speed")}
      </label>
      <select
        id="speed"
        class="inline-select"
        value={String(speed)}
        onChange={(event) => setSpeed(Number(event.currentTarget.value))}
      >
        {[...SPEEDS.map((one) => -one).reverse(), ...SPEEDS].map((one) => (
          <option key={one} value={String(one)}>
            {speedText(one)}
          </option>
        ))}
      </select>
      <IconButton
        icon={sound ? "sound" : "muted"}
        label={t(sound ? "sound.off" : "sound.on")}
        pressed={sound}
        onClick={() => {
          player?.setSound(!sound);
          setSound(!sound);
        }}
      />
      <IconButton icon="snapshot" label={t("snapshot.take")} onClick={snapshot} />
      <IconButton icon="fullscreen" label={t("fullscreen")} onClick={fullScreen} />
      <div class="spring" />
      <Segmented
        label={t("playback.stream")}
        value={props.stream}
        choices={[
          { value: "main", text: t("stream.main") },
          { value: "sub", text: t("stream.sub") },
        ]}
        onChoose={(value) => replaceQuery({ stream: value === "main" ? undefined : value })}
      />
      <Segmented
        label={t("timeline.span")}
        value={SPANS.find((one) => Math.abs(one.value - view.value.spanMs) < one.value * 0.02)?.value ?? 0}
        choices={SPANS.map((one) => ({ value: one.value as number, text: t(one.text) }))}
        onChoose={(value) => {
          view.value = centredOn(now()?.timeMs.peek() ?? view.peek().startMs + view.peek().spanMs / 2, value);
        }}
      />
    </div>
  );
}

function PlayMark({ playing }: { readonly playing: boolean }) {
  return <Icon name={playing ? "pause" : "play"} size={18} />;
}
