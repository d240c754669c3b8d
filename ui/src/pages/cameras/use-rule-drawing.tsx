// Drawing regions and lines over a picture: corner after corner by clicks, touch or keys; corners of what is drawn are dragged or
// moved by arrows. What lies over the picture and what stands below it are two parts of one thing.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../locale/messages.ts";
import { IconButton, SelectField } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import {
  type DrawnRule,
  leastCorners,
  MOST_RULES,
  type Point,
  pointAt,
  type RuleKind,
  sidesOf,
  stepped,
  withCorner,
  withMoved,
  withoutCorner,
  withRule,
} from "./drawn-rules.ts";

/** Keys are quick one after the other: what they come to is told once. */
const TELL_MS = 400;
const MOST_UNDONE = 50;

interface Draft {
  readonly kind: RuleKind;
  readonly points: readonly Point[];
  readonly cross: Point;
}

/** Both parts; `onChange` has the recorder take all rules, and resolves when it has, or refused. */
export function useRuleDrawing(props: {
  readonly rules: readonly DrawnRule[];
  readonly kinds: readonly RuleKind[];
  readonly onChange: (rules: readonly DrawnRule[]) => Promise<unknown>;
}): { readonly overlay: JSX.Element; readonly panel: JSX.Element } {
  const [pending, setPending] = useState<readonly DrawnRule[] | undefined>(undefined);
  const [undone, setUndone] = useState<readonly (readonly DrawnRule[])[]>([]);
  const [draft, setDraft] = useState<Draft | undefined>(undefined);
  const [said, setSaid] = useState("");
  const timer = useRef<number | undefined>(undefined);
  const underway = useRef(0);
  const canvas = useRef<HTMLDivElement>(null);
  const rules = pending ?? props.rules;
  const latest = useRef(rules);
  latest.current = rules;
  useEffect(() => () => clearTimeout(timer.current), []);
  const isDrawing = draft !== undefined;
  useEffect(() => {
    if (isDrawing) canvas.current?.focus();
  }, [isDrawing]);

  const send = (): void => {
    clearTimeout(timer.current);
    timer.current = undefined;
    underway.current += 1;
    void props.onChange(latest.current).then(() => {
      underway.current -= 1;
      if (underway.current === 0 && timer.current === undefined) setPending(undefined);
    });
  };
  const show = (next: readonly DrawnRule[]): void => {
    latest.current = next;
    setPending(next);
  };
  const remember = (): void => setUndone((before) => [...before, latest.current].slice(-MOST_UNDONE));
  const put = (next: readonly DrawnRule[]): void => {
    remember();
    show(next);
    send();
  };
  const putSoon = (next: readonly DrawnRule[]): void => {
    if (timer.current === undefined) remember();
    show(next);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(send, TELL_MS);
  };
  const undo = (): void => {
    const last = undone.at(-1);
    if (last === undefined) return;
    setUndone(undone.slice(0, -1));
    show(last);
    send();
  };

  const close = ({ kind, points }: Draft): void => {
    if (points.length < leastCorners(kind)) return;
    setDraft(undefined);
    const text = kind === "region" ? "detection.rules.region" : "detection.rules.line";
    put(withRule(latest.current, kind, points, (number) => t(text, { number })));
  };
  const addCorner = (now: Draft, point: Point): void => {
    const { points, isClosed } = withCorner(now.kind, now.points, point);
    const next = { ...now, points, cross: point };
    if (isClosed) close(next);
    else {
      setDraft(next);
      tellCross(next);
    }
  };
  const tellCross = ({ cross, points }: Draft): void =>
    setSaid(t("detection.rules.cross", { ...percents(cross), count: points.length }));
  const drawByKey = (event: KeyboardEvent, now: Draft): void => {
    const cross = stepped(now.cross, event.key, event.shiftKey);
    const isBack = event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey));
    if (cross !== undefined) {
      setDraft({ ...now, cross });
      tellCross({ ...now, cross });
    } else if (event.key === " ") addCorner(now, now.cross);
    else if (event.key === "Enter") close(now);
    else if (event.key === "Escape") setDraft(undefined);
    else if (isBack) setDraft({ ...now, points: now.points.slice(0, -1) });
    else return;
    // Keys of the page that this lies on are not meant.
    event.preventDefault();
    event.stopPropagation();
  };

  const overlay = (
    <div class="rule-layer">
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        {rules.map(({ id, kind, points }) =>
          kind === "region" ? (
            <polygon key={id} points={pathOf(points)} />
          ) : (
            <polyline key={id} points={pathOf(points)} />
          ),
        )}
        {draft === undefined ? null : (
          <polyline class="drawn" points={pathOf([...draft.points, draft.cross])} />
        )}
      </svg>
      {rules.map((rule) => (
        <RuleCorners
          key={rule.id}
          rule={rule}
          isQuiet={isDrawing}
          onGrip={remember}
          onMove={(corner, point) => show(withMoved(latest.current, rule.id, corner, point))}
          onDone={send}
          onStep={(corner, point) => putSoon(withMoved(latest.current, rule.id, corner, point))}
          onRemove={(corner) => put(withoutCorner(latest.current, rule.id, corner))}
        />
      ))}
      {draft === undefined ? null : (
        <div
          class="rule-canvas"
          ref={canvas}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn in by keyboard too
          tabIndex={0}
          role="application"
          aria-label={t("detection.rules.canvas", { count: draft.points.length })}
          onPointerMove={(event) => setDraft({ ...draft, cross: placeIn(event, event.currentTarget) })}
          onClick={(event) => addCorner(draft, placeIn(event, event.currentTarget))}
          onKeyDown={(event) => drawByKey(event, draft)}
        >
          {[...draft.points, draft.cross].map(([x, y], at) => (
            <span
              key={at}
              class={at === draft.points.length ? "rule-cross" : "rule-dot"}
              style={{ left: `${100 * x}%`, top: `${100 * y}%` }}
            />
          ))}
        </div>
      )}
      <span class="unseen" role="status">
        {said}
      </span>
    </div>
  );

  const isFull = rules.length >= MOST_RULES;
  const begin = (kind: RuleKind): void => setDraft({ kind, points: [], cross: [0.5, 0.5] });
  const panel = (
    <div class="rule-panel">
      <div class="area-buttons">
        {draft === undefined ? (
          props.kinds.map((kind) => (
            <button key={kind} type="button" class="button" disabled={isFull} onClick={() => begin(kind)}>
              <Icon name="plus" />
              {t(kind === "region" ? "detection.rules.region.new" : "detection.rules.line.new")}
            </button>
          ))
        ) : (
          <>
            <button
              type="button"
              class="button primary"
              disabled={draft.points.length < leastCorners(draft.kind)}
              onClick={() => close(draft)}
            >
              {t("detection.rules.close")}
            </button>
            <button type="button" class="button" onClick={() => setDraft(undefined)}>
              {t("cancel")}
            </button>
          </>
        )}
        <button type="button" class="button" disabled={undone.length === 0 || isDrawing} onClick={undo}>
          {t("undo")}
        </button>
      </div>
      <p class="field-note">{t(isDrawing ? "detection.rules.drawing" : "detection.rules.hint")}</p>
      {rules.length === 0 ? <p class="muted">{t("detection.rules.none")}</p> : null}
      <ul class="rule-list">
        {rules.map((rule) => (
          <RuleRow
            key={rule.id}
            rule={rule}
            onChange={(part) =>
              put(latest.current.map((one) => (one.id === rule.id ? { ...one, ...part } : one)))
            }
            onRemove={() => put(latest.current.filter(({ id }) => id !== rule.id))}
          />
        ))}
      </ul>
    </div>
  );
  return { overlay, panel };
}

/** The corners of one rule, to take hold of. */
function RuleCorners(props: {
  readonly rule: DrawnRule;
  /** Another one is being drawn. */
  readonly isQuiet: boolean;
  readonly onGrip: () => void;
  readonly onMove: (corner: number, point: Point) => void;
  readonly onDone: () => void;
  readonly onStep: (corner: number, point: Point) => void;
  readonly onRemove: (corner: number) => void;
}) {
  const { rule, isQuiet } = props;
  const grip = useRef<"held" | "moved" | undefined>(undefined);
  const name = rule.name ?? rule.id;
  const count = rule.points.length;
  const sides = rule.kind === "line" ? sidesOf(rule.points) : undefined;
  const up = (): void => {
    const was = grip.current;
    grip.current = undefined;
    if (was === "moved") props.onDone();
  };
  const byKey = (event: KeyboardEvent, corner: number, point: Point): void => {
    const next = stepped(point, event.key, event.shiftKey);
    if (next !== undefined) props.onStep(corner, next);
    else if (event.key === "Delete" && count > leastCorners(rule.kind)) props.onRemove(corner);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      {isQuiet
        ? null
        : rule.points.map((point, corner) => (
            <button
              key={corner}
              type="button"
              class="rule-corner"
              style={{ left: `${100 * point[0]}%`, top: `${100 * point[1]}%` }}
              aria-label={t("detection.rules.corner", {
                ...{ name, number: corner + 1, count },
                ...percents(point),
              })}
              onPointerDown={(event) => {
                if (event.button !== 0) return;
                event.currentTarget.setPointerCapture(event.pointerId);
                grip.current = "held";
              }}
              onPointerMove={(event) => {
                const layer = event.currentTarget.parentElement;
                if (grip.current === undefined || layer === null) return;
                if (grip.current === "held") props.onGrip();
                grip.current = "moved";
                props.onMove(corner, placeIn(event, layer));
              }}
              onPointerUp={up}
              onPointerCancel={up}
              onKeyDown={(event) => byKey(event, corner, point)}
            />
          ))}
      {sides === undefined
        ? null
        : (["a", "b"] as const).map((side) => (
            <span
              key={side}
              class="rule-name"
              style={{ left: `${100 * sides[side][0]}%`, top: `${100 * sides[side][1]}%` }}
            >
              {side.toUpperCase()}
            </span>
          ))}
      <span class="rule-name" style={placeOfName(rule.points)}>
        {name}
      </span>
    </>
  );
}

function RuleRow(props: {
  readonly rule: DrawnRule;
  readonly onChange: (part: Partial<Pick<DrawnRule, "name" | "direction">>) => void;
  readonly onRemove: () => void;
}) {
  const { rule, onChange } = props;
  const name = rule.name ?? rule.id;
  // The page is drawn anew every few seconds: what is typed stays.
  const [typed, setTyped] = useState<string | undefined>(undefined);
  return (
    <li>
      <input
        aria-label={t("detection.rules.name")}
        maxLength={80}
        value={typed ?? name}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        onChange={({ currentTarget }) => {
          const next = currentTarget.value.trim();
          setTyped(undefined);
          if (next !== "" && next !== name) onChange({ name: next });
        }}
      />
      {rule.kind === "line" ? (
        <SelectField
          label={t("detection.rules.direction")}
          value={rule.direction ?? ("both" as NonNullable<DrawnRule["direction"]>)}
          choices={[
            { value: "both", text: t("detection.rules.both") },
            { value: "a-to-b", text: t("detection.rules.aToB") },
            { value: "b-to-a", text: t("detection.rules.bToA") },
          ]}
          onChoose={(direction) => onChange({ direction })}
        />
      ) : null}
      <IconButton icon="remove" label={t("detection.rules.remove", { name })} onClick={props.onRemove} />
    </li>
  );
}

function placeIn(event: MouseEvent, element: Element): Point {
  const box = element.getBoundingClientRect();
  return pointAt((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
}

function pathOf(points: readonly Point[]): string {
  return points.map(([x, y]) => `${x},${y}`).join(" ");
}

function percents([x, y]: Point): { readonly x: number; readonly y: number } {
  return { x: Math.round(100 * x), y: Math.round(100 * y) };
}

/** At the middle of its corners. */
function placeOfName(points: readonly Point[]): { readonly left: string; readonly top: string } {
  const mean = (axis: 0 | 1): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return { left: `${100 * mean(0)}%`, top: `${100 * mean(1)}%` };
}
