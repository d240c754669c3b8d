// Delay, bit rate, frame rate, codec and transport of a tile, on request: how the picture comes from the camera to the
// recorder, and how it reaches the page.
import type { Camera } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { codecName } from "../../parts/player-note.tsx";
import type { Attempt } from "../../player/codec-choice.ts";
import type { LiveState } from "../../player/live-player.ts";
import type { PictureWay, PlayerFigures } from "../../player/messages.ts";
import { rateText } from "../../state/time-format.ts";

/** What the page's own player says. */
function playerParts(figures: PlayerFigures): (string | undefined)[] {
  return [
    figures.delayMs === undefined ? undefined : t("figures.delay", { ms: Math.round(figures.delayMs) }),
    rateText(figures.bitrateKbps),
    t("figures.rate", { rate: figures.framesPerSecond.toFixed(figures.framesPerSecond < 10 ? 1 : 0) }),
    `${figures.width}×${figures.height}`,
    codecName(figures.codec.split(".")[0] ?? ""),
    wayText(figures.way),
  ];
}

/** How the picture is decoded; why not the quicker way, where the reason is how the page came. */
function wayText(way: PictureWay): string {
  if (way === "webcodecs") return "WebCodecs";
  return globalThis.isSecureContext ? "MSE" : t("figures.plainHttp");
}

/** One line over the picture. */
export function FiguresLine(props: {
  readonly figures: PlayerFigures | undefined;
  readonly camera: Camera;
  readonly attempt: Attempt | undefined;
  readonly state: LiveState;
}) {
  const { figures, state } = props;
  const isStill = state.kind === "still";
  if (figures === undefined && !isStill) return null;
  const wanted = props.attempt?.stream ?? "main";
  const stream = props.camera.streams.find((one) => one.stream === wanted) ?? props.camera.streams[0];
  const lost = stream?.figures?.packetsLost ?? 0;
  const transport = stream?.figures?.transport;
  const parts = [
    ...(isStill ? [codecName(state.codec), t("figures.stills")] : []),
    ...(figures === undefined || isStill ? [] : playerParts(figures)),
    transport === undefined ? undefined : t("figures.camera", { transport: transport.toUpperCase() }),
    figures === undefined || figures.dropped === 0
      ? undefined
      : t("figures.dropped", { count: figures.dropped }),
    lost > 0 ? t("figures.lost", { count: lost }) : undefined,
  ].filter((part) => part !== undefined && part !== "");
  const text = parts.join(" · ");
  return (
    <p class="figures" title={text}>
      {text}
    </p>
  );
}
