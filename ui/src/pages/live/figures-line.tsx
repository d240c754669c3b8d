// Delay, bit rate, frame rate, codec and transport of a tile, on request.
import type { Camera } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import type { Attempt } from "../../player/codec-choice.ts";
import type { PlayerFigures } from "../../player/messages.ts";
import { rateText } from "../../state/time-format.ts";

/** One line over the picture. */
export function FiguresLine(props: {
  readonly figures: PlayerFigures | undefined;
  readonly camera: Camera;
  readonly attempt: Attempt | undefined;
}) {
  const { figures } = props;
  if (figures === undefined) return null;
  const stream = props.camera.streams.find((one) => one.stream === props.attempt?.stream);
  const lost = stream?.figures?.packetsLost ?? 0;
  const parts = [
    figures.delayMs === undefined ? undefined : t("figures.delay", { ms: Math.round(figures.delayMs) }),
    rateText(figures.bitrateKbps),
    t("figures.rate", { rate: figures.framesPerSecond.toFixed(figures.framesPerSecond < 10 ? 1 : 0) }),
    `${figures.width}×${figures.height}`,
    figures.codec
      .split(".")[0]
      ?.replace("avc1", "H.264")
      .replace("avc3", "H.264")
      .replace(/hvc1|hev1/, "H.265"),
    figures.way === "webcodecs" ? "WebCodecs" : "MSE",
    figures.dropped > 0 ? t("figures.dropped", { count: figures.dropped }) : undefined,
    lost > 0 ? t("figures.lost", { count: lost }) : undefined,
  ].filter((part) => part !== undefined);
  return <p class="figures">{parts.join(" · ")}</p>;
}
