// Marks a range on the timeline and downloads it as MP4, as recorded.
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { apiUrl } from "../../api/client.ts";
import type { StreamName } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Icon } from "../../parts/icon.tsx";
import { pictureName, saveUrl } from "../../parts/save-file.ts";
import { clockTime, spanText } from "../../state/time-format.ts";
import { tell } from "../../state/toasts.ts";
import { zone } from "../../state/zone.ts";
import type { Span, View } from "../../timeline/geometry.ts";

/** Buttons in the page's head; `children` are what else can be done with the range, or with the moment. */
export function ClipBar(props: {
  readonly camera: string;
  readonly stream: StreamName;
  readonly view: ReadonlySignal<View>;
  readonly marked: Signal<Span | undefined>;
  readonly playheadMs: ReadonlySignal<number | undefined>;
  readonly children?: ComponentChildren;
}) {
  const range = props.marked.value;
  if (range === undefined) {
    return (
      <div class="clip-bar">
        {props.children}
        <button
          type="button"
          class="button"
          onClick={() => {
            const view = props.view.peek();
            const at = props.playheadMs.peek() ?? view.startMs + view.spanMs / 2;
            // A tenth of what is seen, between 10 s and 10 min, from the playhead on.
            const length = Math.min(600_000, Math.max(10_000, view.spanMs / 10));
            props.marked.value = {
              startMs: at,
              endMs: Math.min(at + length, Math.max(at + 1000, Date.now())),
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
      <button
        type="button"
        class="button ghost"
        onClick={() => {
          props.marked.value = undefined;
        }}
      >
        {t("clip.forget")}
      </button>
      {props.children}
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
    </div>
  );
}
