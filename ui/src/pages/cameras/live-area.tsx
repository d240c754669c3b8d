// The picture that a detector is set by: live, with the area that counts, the sizes and the rules drawn over it, and lit what moves at the
// moment as the recorder sees it. Changes are taken at once and can be taken back.
import { useComputed, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Answer, askInBackground } from "../../api/client.ts";
import type { Camera } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { type Area, areaOf, CELLS, cellsOf } from "../../parts/cell-area.ts";
import { CellGrid } from "../../parts/cell-grid.tsx";
import { Segmented } from "../../parts/controls.tsx";
import { PlayerNote } from "../../parts/player-note.tsx";
import { LivePlayer, type LiveState } from "../../player/live-player.ts";
import { watchView } from "../live/in-view.ts";
import type { DrawnRule, RuleKind } from "./drawn-rules.ts";
import { SizeFrames, type Sizes } from "./size-frames.tsx";
import { useRuleDrawing } from "./use-rule-drawing.tsx";

type Activity = Answer<"GET /cameras/{id}/detection/activity">;

/** The recorder tells twice a second. */
const LOOK_MS = 500;
const MOST_UNDONE = 50;
const STARTING: LiveState = { kind: "connecting" };

interface Drawn {
  readonly cells: readonly boolean[];
  readonly sizes: Sizes | undefined;
}

/** What is drawn; `area: null` means all of the picture. `onChange` resolves when the recorder has it, or refused it. */
export function LiveArea(props: {
  readonly camera: Camera;
  readonly area: Area | undefined;
  readonly sizes: Sizes | undefined;
  readonly rules: readonly DrawnRule[];
  /** Kinds of rules that the detector reads; none: none are offered. */
  readonly ruleKinds: readonly RuleKind[];
  readonly onChange: (part: {
    readonly area?: Area | null;
    readonly sizes?: Sizes;
    readonly rules?: readonly DrawnRule[];
  }) => Promise<unknown>;
}) {
  const { camera, area, sizes, ruleKinds, onChange } = props;
  const [mode, setMode] = useState<"area" | "sizes" | "rules">("area");
  const drawing = useRuleDrawing({
    rules: props.rules,
    kinds: ruleKinds,
    onChange: (rules) => onChange({ rules }),
  });
  const [undone, setUndone] = useState<readonly Drawn[]>([]);
  const lit = useActivity(camera.id);
  const kept = useMemo(() => cellsOf(area), [area?.cells]);
  // What is on its way counts already: strokes are quick one after the other.
  const [sent, setSent] = useState<readonly boolean[] | undefined>(undefined);
  const underway = useRef(0);
  const cells = sent ?? kept;
  const count = cells.filter(Boolean).length;
  const moving = lit?.filter((isLit, cell) => isLit && cells[cell] === true).length ?? 0;
  const remember = (): void => setUndone([...undone, { cells, sizes }].slice(-MOST_UNDONE));
  const send = (next: readonly boolean[], more: { readonly sizes?: Sizes } = {}): void => {
    setSent(next);
    underway.current += 1;
    void onChange({ area: next.every(Boolean) ? null : areaOf(next), ...more }).then(() => {
      underway.current -= 1;
      if (underway.current === 0) setSent(undefined);
    });
  };
  const put = (next: readonly boolean[]): void => {
    if (next.every((isOn, cell) => isOn === cells[cell])) return;
    remember();
    send(next);
  };
  const undo = (): void => {
    const last = undone.at(-1);
    if (last === undefined) return;
    setUndone(undone.slice(0, -1));
    send(last.cells, last.sizes === undefined ? {} : { sizes: last.sizes });
  };
  return (
    <div class="field">
      {sizes === undefined && ruleKinds.length === 0 ? (
        <span>{t("detection.area")}</span>
      ) : (
        <Segmented
          label={t("detection.draw")}
          value={mode}
          choices={[
            { value: "area", text: t("detection.area") },
            ...(sizes === undefined ? [] : [{ value: "sizes" as const, text: t("detection.sizes") }]),
            ...(ruleKinds.length === 0
              ? []
              : [
                  {
                    value: "rules" as const,
                    text: t(ruleKinds.includes("line") ? "detection.rules.lines" : "detection.rules"),
                  },
                ]),
          ]}
          onChoose={setMode}
        />
      )}
      <LivePicture camera={camera}>
        <CellGrid
          label={t("detection.area.label", { count, all: CELLS })}
          cells={cells}
          lit={lit}
          isQuiet={mode !== "area"}
          onChange={put}
          onUndo={undo}
        />
        {mode === "sizes" && sizes !== undefined ? (
          <SizeFrames
            sizes={sizes}
            onChange={(next) => {
              remember();
              void onChange({ sizes: next });
            }}
          />
        ) : null}
        {mode === "rules" ? drawing.overlay : null}
      </LivePicture>
      {mode === "rules" ? drawing.panel : null}
      <div class="area-buttons">
        {mode === "rules" ? null : (
          <button type="button" class="button" disabled={undone.length === 0} onClick={undo}>
            {t("undo")}
          </button>
        )}
        {mode === "area" ? (
          <>
            <button type="button" class="button" onClick={() => put(cells.map(() => true))}>
              {t("detection.area.all")}
            </button>
            <button type="button" class="button" onClick={() => put(cells.map(() => false))}>
              {t("detection.area.none")}
            </button>
          </>
        ) : null}
        <span class="muted area-now">
          {t("detection.now", { percent: Math.round((1_000 * moving) / CELLS) / 10 })}
        </span>
      </div>
      {mode === "rules" ? null : (
        <p class="field-note">{t(mode === "area" ? "detection.area.hint" : "detection.sizes.hint")}</p>
      )}
    </div>
  );
}

/** The camera's live picture in its own shape, with what is drawn over it. */
function LivePicture(props: { readonly camera: Camera; readonly children: ComponentChildren }) {
  const { camera } = props;
  const box = useRef<HTMLDivElement>(null);
  const player = useSignal<LivePlayer | undefined>(undefined);
  const state = useComputed(() => player.value?.state.value ?? STARTING);
  const note = useComputed(() => player.value?.note.value);
  const streamNames = camera.streams.map((one) => one.stream).join();
  const stream = camera.streams.some((one) => one.stream === "sub") ? "sub" : "main";
  const video = camera.streams.find((one) => one.stream === stream)?.format?.video;
  useEffect(() => {
    if (!camera.enabled || box.current === null) return;
    const opened = new LivePlayer({
      box: box.current,
      camera: camera.id,
      label: t("tile.picture", { name: camera.name }),
      stream,
      streams: camera.streams,
      forced: null,
    });
    player.value = opened;
    const unwatch = watchView(box.current, (inView) => opened.setInView(inView));
    return () => {
      unwatch();
      opened.close();
      player.value = undefined;
    };
  }, [camera.id, camera.enabled, stream, streamNames]);
  const { kind } = state.value;
  return (
    <div
      class="area-grid"
      data-state={kind}
      style={video === undefined ? {} : { aspectRatio: `${video.width} / ${video.height}` }}
    >
      <div class="picture-box" ref={box} />
      {kind === "live" || kind === "still" ? null : (
        <p class="area-wait" role="status">
          {t(kind === "lost" ? "detection.status.noPicture" : "detection.status.waiting")}
        </p>
      )}
      <PlayerNote note={note.value} state={state.value} />
      {props.children}
    </div>
  );
}

/** The cells in which something moves now; undefined while nothing does. */
function useActivity(camera: string): readonly boolean[] | undefined {
  const [moving, setMoving] = useState<Activity["moving"]>(undefined);
  useEffect(() => {
    const asked = new AbortController();
    let timer = 0;
    const look = async (): Promise<void> => {
      if (document.visibilityState === "visible") {
        const answer = await askInBackground("GET /cameras/{id}/detection/activity", {
          path: { id: camera },
          signal: asked.signal,
        }).catch(() => undefined);
        if (asked.signal.aborted) return;
        setMoving(answer?.moving);
      }
      timer = window.setTimeout(() => void look(), LOOK_MS);
    };
    void look();
    return () => {
      asked.abort();
      clearTimeout(timer);
    };
  }, [camera]);
  return useMemo(() => (moving === undefined ? undefined : cellsOf(moving)), [moving?.at]);
}
