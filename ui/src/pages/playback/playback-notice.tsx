// What lies over the playback picture when there is a reason: loading, nothing recorded, a lost line, a codec that this
// browser lacks, the live edge.
import type { ReadonlySignal } from "@preact/signals";
import { t } from "../../locale/messages.ts";
import { problemLine } from "../../locale/problem-text.ts";
import { ErrorNote } from "../../parts/controls.tsx";
import { codecName } from "../../parts/player-note.tsx";
import type { PlaybackPlayer } from "../../player/playback-player.ts";
import type { CoverageStore } from "../../timeline/coverage-store.ts";

function Trouble({ player }: { readonly player: PlaybackPlayer }) {
  const trouble = player.trouble.value;
  if (trouble === undefined) return null;
  return (
    <div class="notice strip" role="status">
      {trouble.kind === "line" ? <p>{t("tile.line")}</p> : null}
      {trouble.kind === "unsupported" ? (
        <p>{t("playback.unsupported", { codec: codecName(trouble.codec) })}</p>
      ) : null}
      {trouble.kind === "wait" ? (
        <p>
          {t("playback.wait", {
            codec: codecName(trouble.codec),
            running: trouble.running,
            limit: trouble.limit,
          })}
        </p>
      ) : null}
      {trouble.kind === "refused" ? (
        <p>
          {problemLine({ code: trouble.code, sentence: trouble.message })} <code>{trouble.code}</code>
        </p>
      ) : null}
    </div>
  );
}

/** The notice, if there is one. */
export function PlaybackNotice(props: {
  readonly player: ReadonlySignal<PlaybackPlayer | undefined>;
  readonly store: CoverageStore;
  readonly camera: string;
}) {
  const player = props.player.value;
  if (player === undefined) return null;
  if (player.trouble.value !== undefined) return <Trouble player={player} />;
  if (player.timeMs.value === undefined) {
    const lane = props.store.lanes.value.get(props.camera);
    if (props.store.loading.value) return <div class="notice waiting">{t("loading")}</div>;
    const error = props.store.error.value;
    if (lane === undefined && error !== undefined) {
      return (
        <div class="notice">
          <ErrorNote error={error} onRetry={() => props.store.refresh()} />
        </div>
      );
    }
    return (
      <div class="notice">
        <strong>{lane?.spans.length === 0 ? t("playback.none.title") : t("playback.choose")}</strong>
        <p>{lane?.spans.length === 0 ? t("playback.none.text") : t("playback.choose.text")}</p>
      </div>
    );
  }
  if (player.seeking.value || player.waiting.value) {
    return (
      <p class="stage-hint" role="status">
        {t(player.seeking.value ? "playback.seeking" : "playback.waiting")}
      </p>
    );
  }
  if (player.atEdge.value) {
    return (
      <p class="stage-hint" role="status">
        {t("playback.edge")}
      </p>
    );
  }
  return null;
}
