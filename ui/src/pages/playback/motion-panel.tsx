// Search by motion on the playback page: the area over the picture, and the moments found in what the timeline shows, each of
// which leads to its picture.
import type { ReadonlySignal } from "@preact/signals";
import { useState } from "preact/hooks";
import { language, t } from "../../locale/messages.ts";
import { CELLS } from "../../parts/cell-area.ts";
import { CellGrid } from "../../parts/cell-grid.tsx";
import { ErrorNote } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { followLink, href } from "../../router.ts";
import { session } from "../../state/recorder.ts";
import { clockTime, dateKey, dayText, spanText } from "../../state/time-format.ts";
import { zone } from "../../state/zone.ts";
import type { View } from "../../timeline/geometry.ts";
import type { MotionFinder } from "./motion-finder.ts";

/** Moments in the list; of more a person looks at less of the timeline. */
const MOST_SHOWN = 200;
const MOST_UNDONE = 50;
/** The picture begins so long before something moves. */
const LEAD_MS = 2_000;

/** The area, drawn over the picture in its own shape. */
export function MotionArea({ finder, aspect }: { readonly finder: MotionFinder; readonly aspect: number }) {
  const [undone, setUndone] = useState<readonly (readonly boolean[])[]>([]);
  const cells = finder.cells.value;
  if (cells === undefined) return null;
  const put = (next: readonly boolean[]): void => {
    setUndone([...undone, cells].slice(-MOST_UNDONE));
    finder.cells.value = next;
  };
  const undo = (): void => {
    const last = undone.at(-1);
    if (last === undefined) return;
    setUndone(undone.slice(0, -1));
    finder.cells.value = last;
  };
  return (
    <div class="motion-area">
      <div class="motion-grid" style={{ "--aspect": String(aspect) }}>
        <CellGrid
          label={t("motion.area", { count: cells.filter(Boolean).length, all: CELLS })}
          cells={cells}
          isQuiet={!cells.includes(true)}
          onChange={put}
          onUndo={undo}
        />
      </div>
      <div class="motion-tools">
        <button type="button" class="button" disabled={undone.length === 0} onClick={undo}>
          {t("undo")}
        </button>
        <button type="button" class="button" onClick={() => put(cells.map(() => true))}>
          {t("detection.area.all")}
        </button>
        <button type="button" class="button" onClick={() => put(cells.map(() => false))}>
          {t("detection.area.none")}
        </button>
      </div>
    </div>
  );
}

/** The moments. */
export function MotionPanel(props: {
  readonly finder: MotionFinder;
  readonly camera: string;
  readonly view: ReadonlySignal<View>;
  readonly onSeek: (timeMs: number) => void;
}) {
  const { finder, camera } = props;
  const state = finder.state.value;
  if (state === "off") return null;
  const { startMs, spanMs } = props.view.value;
  const inView = finder.moments.value.filter(
    (moment) => moment.endMs > startMs && moment.startMs < startMs + spanMs,
  );
  const shown = inView.slice(0, MOST_SHOWN);
  const isOneDay =
    dateKey(startMs, zone.value) === dateKey(startMs + spanMs, zone.value) ||
    shown.every(
      (moment) => dateKey(moment.startMs, zone.value) === dateKey(shown[0]?.startMs ?? 0, zone.value),
    );
  return (
    <section class="motion-panel" aria-label={t("motion.title")}>
      <h2>{t("motion.title")}</h2>
      <p class="muted" role="status">
        {state === "empty"
          ? t("motion.draw")
          : state === "busy" && shown.length === 0
            ? t("motion.busy")
            : state === "failed"
              ? ""
              : t("motion.count", { count: inView.length })}
      </p>
      {state === "failed" && finder.error.value !== undefined ? (
        <ErrorNote error={finder.error.value} onRetry={() => finder.again(props.view.peek())} />
      ) : null}
      {state === "cut" || inView.length > MOST_SHOWN ? <p class="muted">{t("motion.cut")}</p> : null}
      {state === "found" && inView.length === 0 ? (
        <p class="muted">
          {t("motion.none")}{" "}
          {session.value?.rights.includes("cameras.edit") === true ? (
            <a href={href(`cameras/${camera}/detection`)} onClick={followLink}>
              {t("motion.detection")}
            </a>
          ) : null}
        </p>
      ) : null}
      <ol class="motion-list">
        {shown.map((moment) => (
          <li key={moment.startMs}>
            <button type="button" onClick={() => props.onSeek(moment.startMs - LEAD_MS)}>
              <Icon name="play" size={12} />
              <span>
                {isOneDay ? "" : `${dayText(moment.startMs, zone.value, language.value)} `}
                {clockTime(moment.startMs, zone.value)}
              </span>
              <span class="muted">{spanText((moment.endMs - moment.startMs) / 1_000)}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
