// Draws a tile's notice: never black without a reason.
import { t } from "../../locale/messages.ts";
import { clockTime } from "../../state/time-format.ts";
import { zone } from "../../state/zone.ts";
import type { TileNotice } from "./tile-notice.ts";

/** `hasPicture`: the last picture stays visible below, so the notice is a strip and not the whole tile. */
export function NoticeOverlay(props: {
  readonly name: string;
  readonly notice: TileNotice;
  readonly hasPicture: boolean;
}) {
  const { notice } = props;
  if (notice.kind === "connecting") {
    return (
      <div class={`notice waiting${props.hasPicture ? " strip" : ""}`}>
        <p>{t("tile.connecting")}</p>
      </div>
    );
  }
  const since = "sinceMs" in notice ? clockTime(notice.sinceMs, zone.value) : "";
  return (
    <div class={`notice${props.hasPicture ? " strip" : ""}`}>
      <strong>{props.name}</strong>
      {notice.kind === "disabled" ? (
        <p>{t("tile.disabled")}</p>
      ) : (
        <p title={"sinceMs" in notice ? new Date(notice.sinceMs).toISOString() : ""}>
          {notice.kind === "offline"
            ? t("tile.noPicture", { time: since })
            : t("tile.notLive", { time: since })}
        </p>
      )}
      {notice.kind === "offline" ? (
        <p title={notice.reason}>{notice.reason === "" ? t("tile.offline") : notice.reason}</p>
      ) : null}
      {notice.kind === "line" ? <p>{t("tile.line")}</p> : null}
      {notice.kind === "stalled" ? <p>{t("tile.stalled")}</p> : null}
      {notice.kind === "undrawn" ? <p>{t("tile.undrawn")}</p> : null}
      {notice.kind === "refused" ? (
        <p>
          {notice.reason} <code>{notice.code}</code>
        </p>
      ) : null}
    </div>
  );
}
