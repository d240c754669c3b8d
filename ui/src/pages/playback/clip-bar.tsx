// Marks a range on the timeline, by button, pointer or keys, and downloads it as MP4, as recorded.
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { apiUrl } from "../../api/client.ts";
import type { StreamName } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Icon } from "../../parts/icon.tsx";
import { pictureName, saveUrl } from "../../parts/save-file.ts";
import { mayWith } from "../../state/recorder.ts";
import { useShortcuts } from "../../state/shortcuts.ts";
import { clockTime, spanText } from "../../state/time-format.ts";
import { tell } from "../../state/toasts.ts";
import { zone } from "../../state/zone.ts";
import { type Span, type View, withEnd } from "../../timeline/geometry.ts";

const LEAST_MS = 1_000;

/** A tenth of what is seen, between 10 s and 10 min. */
function usualLength(spanMs: number): number {
  return Math.min(600_000, Math.max(10_000, spanMs / 10));
}

/** Buttons in the page's head; `children` are what else can be done with the range, or with the moment (null: nothing). */
export function ClipBar(props: {
  readonly camera: string;
  readonly stream: StreamName;
  readonly view: ReadonlySignal<View>;
  readonly marked: Signal<Span | undefined>;
  readonly playheadMs: ReadonlySignal<number | undefined>;
  readonly children: ComponentChildren;
}) {
  const range = props.marked.value;
  const { view, marked, playheadMs, children } = props;
  const mayExport = mayWith("export", props.camera);
  // Who may neither take it along nor lock it has no use for a range.
  const mayMark = mayExport || children !== null;
  const setEnd = (which: "startMs" | "endMs"): void => {
    const { startMs, spanMs } = view.peek();
    const at = playheadMs.peek() ?? startMs + spanMs / 2;
    const usual = usualLength(spanMs);
    // A clip that begins near now ends now.
    const length = which === "startMs" ? Math.min(usual, Math.max(LEAST_MS, Date.now() - at)) : usual;
    marked.value = withEnd(marked.peek(), which, at, length);
  };
  useShortcuts(
    () =>
      !mayMark
        ? []
        : [
            { keys: ["i"], shown: "I", text: "keys.clipBegin", run: () => setEnd("startMs") },
            { keys: ["o"], shown: "O", text: "keys.clipEnd", run: () => setEnd("endMs") },
            {
              keys: ["x"],
              shown: "X",
              text: "keys.clipForget",
              run: () => {
                marked.value = undefined;
              },
            },
          ],
    [mayMark],
  );
  if (!mayMark) return null;
  if (range === undefined) {
    return (
      <div class="clip-bar">
        {children}
        <button
          type="button"
          class="button"
          // Before there is a picture, the middle of the timeline is often where nothing was recorded.
          disabled={playheadMs.value === undefined}
          onClick={() => {
            const at = playheadMs.peek();
            if (at === undefined) return;
            const usual = usualLength(view.peek().spanMs);
            marked.value = {
              startMs: at,
              endMs: Math.min(at + usual, Math.max(at + LEAST_MS, Date.now())),
            };
          }}
        >
          <Icon name="scissors" />
          {t("clip.mark")}
        </button>
      </div>
    );
  }
  const query = new URLSearchParams({
    start: new Date(range.startMs).toISOString(),
    end: new Date(range.endMs).toISOString(),
    stream: props.stream,
  });
  return (
    <div class="clip-bar">
      <span class="clip-range">
        {clockTime(range.startMs, zone.value)} – {clockTime(range.endMs, zone.value)}
        <span class="muted"> · {spanText((range.endMs - range.startMs) / 1000)}</span>
      </span>
      <button type="button" class="button ghost wide-only" onClick={() => setEnd("startMs")}>
        {t("clip.beginHere")}
      </button>
      <button type="button" class="button ghost wide-only" onClick={() => setEnd("endMs")}>
        {t("clip.endHere")}
      </button>
      <button
        type="button"
        class="button ghost"
        onClick={() => {
          marked.value = undefined;
        }}
      >
        {t("clip.forget")}
      </button>
      {children}
      {mayExport ? (
        <button
          type="button"
          class="button primary"
          onClick={() => {
            const path = `/cameras/${encodeURIComponent(props.camera)}/clip.mp4?${query}`;
            saveUrl(apiUrl(path), pictureName(props.camera, range.startMs, "mp4"));
            tell(t("clip.started"));
          }}
        >
          <Icon name="download" />
          {t("clip.download")}
        </button>
      ) : null}
    </div>
  );
}
