// What the colours and textures of the timeline mean.
import { t } from "../../locale/messages.ts";
import { Icon } from "../../parts/icon.tsx";
import { REASONS } from "../../parts/reasons.ts";

const SHOWN = ["continuous", "manual", "event", "motion", "alarm", "pos"] as const;

/** Colours with their words. */
export function Legend() {
  return (
    <ul class="legend" aria-label={t("legend.label")}>
      {SHOWN.map((reason) => (
        <li key={reason}>
          <span
            class={`chip chip-${REASONS[reason].colour} texture-${REASONS[reason].texture}`}
            aria-hidden="true"
          >
            {REASONS[reason].letter}
          </span>
          {t(REASONS[reason].text)}
        </li>
      ))}
      <li>
        <i class="swatch swatch-moved" aria-hidden="true" />
        {t("legend.moved")}
      </li>
      <li>
        <i class="swatch swatch-gap" aria-hidden="true" />
        {t("legend.gap")}
      </li>
      <li>
        <i class="swatch swatch-locked" aria-hidden="true">
          <Icon name="lock" size={12} />
        </i>
        {t("legend.locked")}
      </li>
      <li>
        <i class="swatch swatch-hole" aria-hidden="true" />
        {t("legend.hole")}
      </li>
    </ul>
  );
}
