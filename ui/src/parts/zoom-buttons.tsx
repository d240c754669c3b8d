// The buttons over a picture that can be enlarged.
import { t } from "../locale/messages.ts";
import { IconButton } from "./controls.tsx";
import { MOST_ZOOM } from "./picture-zoom.ts";
import type { PictureZoom } from "./use-picture-zoom.ts";

export function ZoomButtons({ zoom }: { readonly zoom: PictureZoom }) {
  const scale = zoom.scale.value;
  return (
    <div class={`zoom-buttons${scale > 1 ? " zoomed" : ""}`}>
      <IconButton
        icon="minus"
        label={t("keys.zoomOut")}
        disabled={scale <= 1}
        onClick={() => zoom.step(-1)}
      />
      <button
        type="button"
        class="icon-button zoom-scale"
        aria-label={`${scale.toFixed(1)}×: ${t("keys.zoomReset")}`}
        title={t("keys.zoomReset")}
        disabled={scale <= 1}
        onClick={zoom.reset}
      >
        {scale.toFixed(1)}×
      </button>
      <IconButton
        icon="plus"
        label={t("keys.zoomIn")}
        disabled={scale >= MOST_ZOOM}
        onClick={() => zoom.step(1)}
      />
    </div>
  );
}
