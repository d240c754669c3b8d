// The pad over a camera that can be turned: eight directions, zoom, presets and patrols. It turns while a finger, the pointer or a
// key holds, and stops when that lets go, when the page loses the focus, and by itself when nothing is heard of it any more.
import { useEffect, useMemo, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { Camera } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { IconButton, SelectField } from "../../parts/controls.tsx";
import { Icon, type IconName } from "../../parts/icon.tsx";
import { PtzHold, type Velocity } from "../../state/ptz-hold.ts";
import { complain } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { PtzPresets } from "./ptz-presets.tsx";

interface Direction {
  readonly pan: number;
  readonly tilt: number;
  readonly text: MessageKey;
  readonly degrees: number;
}

/** From upper left to lower right; the middle stops. */
const DIRECTIONS: readonly (Direction | undefined)[] = [
  { pan: -1, tilt: 1, text: "ptz.upLeft", degrees: -135 },
  { pan: 0, tilt: 1, text: "ptz.up", degrees: -90 },
  { pan: 1, tilt: 1, text: "ptz.upRight", degrees: -45 },
  { pan: -1, tilt: 0, text: "ptz.left", degrees: 180 },
  undefined,
  { pan: 1, tilt: 0, text: "ptz.right", degrees: 0 },
  { pan: -1, tilt: -1, text: "ptz.downLeft", degrees: 135 },
  { pan: 0, tilt: -1, text: "ptz.down", degrees: 90 },
  { pan: 1, tilt: -1, text: "ptz.downRight", degrees: 45 },
];
const ARROWS: Readonly<Record<string, { readonly pan: number; readonly tilt: number }>> = {
  ArrowUp: { pan: 0, tilt: 1 },
  ArrowDown: { pan: 0, tilt: -1 },
  ArrowLeft: { pan: -1, tilt: 0 },
  ArrowRight: { pan: 1, tilt: 0 },
};
const SPEEDS = { slow: 0.25, middle: 0.5, fast: 1 } as const;
const SPEED_TEXT = { slow: "ptz.slow", middle: "ptz.middle", fast: "ptz.fast" } as const;
type Speed = keyof typeof SPEEDS;

/** What the camera can be told; nothing where it cannot be turned. */
export function PtzControls({ camera }: { readonly camera: Camera }) {
  const path = { id: camera.id };
  const asked = useAnswer((signal) => call("GET /cameras/{id}/abilities", { path, signal }), [camera.id]);
  const [isOpen, setOpen] = useState(false);
  const ptz = asked.answer?.ptz;
  if (ptz === undefined) return null;
  return (
    // Two clicks here are not two on the picture.
    <section
      class="ptz"
      aria-label={t("ptz.title", { name: camera.name })}
      onDblClick={(event) => event.stopPropagation()}
    >
      <IconButton
        icon="ptz"
        label={t(isOpen ? "ptz.close" : "ptz.open")}
        pressed={isOpen}
        onClick={() => setOpen(!isOpen)}
      />
      {isOpen ? (
        <div class="ptz-panel">
          {ptz.move || ptz.zoom ? <Pad camera={camera.id} hasMove={ptz.move} hasZoom={ptz.zoom} /> : null}
          {ptz.presets ? <PtzPresets camera={camera} mayChange={ptz.changesPresets} ptz={ptz} /> : null}
        </div>
      ) : null}
    </section>
  );
}

function Pad(props: { readonly camera: string; readonly hasMove: boolean; readonly hasZoom: boolean }) {
  const [speed, setSpeed] = useState<Speed>("middle");
  const path = { id: props.camera };
  const hold = useMemo(
    () =>
      new PtzHold({
        move: (velocity) => call("POST /cameras/{id}/ptz/move", { path, body: velocity }),
        stop: () => call("POST /cameras/{id}/ptz/stop", { path }),
        every: (periodMs, action) => {
          const timer = setInterval(action, periodMs);
          return () => clearInterval(timer);
        },
        failed: complain,
      }),
    [props.camera],
  );
  useEffect(() => {
    const release = (): void => hold.release();
    const hidden = (): void => {
      if (document.visibilityState !== "visible") release();
    };
    addEventListener("blur", release);
    addEventListener("pagehide", release);
    document.addEventListener("visibilitychange", hidden);
    return () => {
      removeEventListener("blur", release);
      removeEventListener("pagehide", release);
      document.removeEventListener("visibilitychange", hidden);
      release();
    };
  }, [hold]);
  const at = ({ pan, tilt, zoom }: Velocity): Velocity => {
    const factor = SPEEDS[speed];
    return { pan: pan * factor, tilt: tilt * factor, zoom: zoom * factor };
  };
  const begin = (velocity: Velocity): void => hold.hold(at(velocity));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys turn the camera while a button of the pad has the focus
    <div
      class="ptz-pad"
      onKeyDown={(event) => {
        const arrow = props.hasMove && Object.hasOwn(ARROWS, event.key) ? ARROWS[event.key] : undefined;
        if (arrow === undefined || event.target instanceof HTMLSelectElement) return;
        event.preventDefault();
        event.stopPropagation();
        if (!event.repeat) begin({ ...arrow, zoom: 0 });
      }}
      onKeyUp={() => hold.release()}
      onFocusOut={({ currentTarget, relatedTarget }) => {
        // From one button of the pad to the next: the pointer holds that one already.
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) hold.release();
      }}
    >
      {props.hasMove ? (
        <div class="ptz-directions">
          {DIRECTIONS.map((direction) =>
            direction === undefined ? (
              <IconButton
                key="stop"
                icon="stop"
                label={t("ptz.stop")}
                onClick={() => {
                  hold.release();
                  stopAll(path);
                }}
              />
            ) : (
              <HoldButton
                key={direction.text}
                icon="arrow"
                degrees={direction.degrees}
                label={t(direction.text)}
                onHold={() => begin({ pan: direction.pan, tilt: direction.tilt, zoom: 0 })}
                onRelease={() => hold.release()}
              />
            ),
          )}
        </div>
      ) : null}
      <div class="ptz-side">
        {props.hasZoom ? (
          <>
            <HoldButton
              icon="plus"
              label={t("ptz.zoomIn")}
              onHold={() => begin({ pan: 0, tilt: 0, zoom: 1 })}
              onRelease={() => hold.release()}
            />
            <HoldButton
              icon="minus"
              label={t("ptz.zoomOut")}
              onHold={() => begin({ pan: 0, tilt: 0, zoom: -1 })}
              onRelease={() => hold.release()}
            />
          </>
        ) : null}
        <SelectField
          label={t("ptz.speed")}
          value={speed}
          choices={(["slow", "middle", "fast"] as const).map((value) => ({
            value,
            text: t(SPEED_TEXT[value]),
          }))}
          onChoose={setSpeed}
        />
      </div>
    </div>
  );
}

/** A button that does something as long as it is held: with the pointer, a finger, or the space bar. */
function HoldButton(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly degrees?: number;
  readonly onHold: () => void;
  readonly onRelease: () => void;
}) {
  const isKey = (event: KeyboardEvent): boolean => event.key === " " || event.key === "Enter";
  return (
    <button
      type="button"
      class="icon-button ptz-hold"
      aria-label={props.label}
      title={props.label}
      style={props.degrees === undefined ? undefined : { rotate: `${props.degrees}deg` }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        props.onHold();
      }}
      onPointerUp={props.onRelease}
      onPointerCancel={props.onRelease}
      onLostPointerCapture={props.onRelease}
      onContextMenu={(event) => event.preventDefault()}
      onDblClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        if (!isKey(event)) return;
        event.preventDefault();
        if (!event.repeat) props.onHold();
      }}
      onKeyUp={(event) => {
        if (isKey(event)) props.onRelease();
      }}
    >
      <Icon name={props.icon} />
    </button>
  );
}

function stopAll(path: { readonly id: string }): void {
  call("POST /cameras/{id}/ptz/stop", { path }).catch(complain);
}
