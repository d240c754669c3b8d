// Says on a tile, or over a recording, that the picture is not the stream that was asked for: another one, transcoded, or only stills.
import { t } from "../locale/messages.ts";
import type { LiveNote, LiveState } from "../player/live-player.ts";
import { Icon } from "./icon.tsx";

/** What people call a codec. */
export function codecName(codec: string): string {
  if (/^(hvc1|hev1|h265)/.test(codec)) return "H.265";
  return /^(avc|h264)/.test(codec) ? "H.264" : codec;
}

function sentence(note: LiveNote | undefined, state: LiveState): string | undefined {
  if (state.kind === "still") {
    const codec = codecName(state.codec);
    // No place at all is none that could become free.
    const isHopeful = state.waits !== undefined && state.waits.limit > 0;
    return isHopeful ? t("note.wait", { codec, ...state.waits }) : t("note.still", { codec });
  }
  if (note?.kind === "other-stream") {
    return t(note.stream === "sub" ? "note.sub" : "note.main", { codec: codecName(note.codec) });
  }
  if (note?.kind === "transcoding") {
    return t("note.transcoding", { codec: codecName(note.from), running: note.running, limit: note.limit });
  }
  return undefined;
}

/** A small line at the top of the tile. */
export function PlayerNote({
  note,
  state,
}: {
  readonly note: LiveNote | undefined;
  readonly state: LiveState;
}) {
  const text = sentence(note, state);
  if (text === undefined) return null;
  return (
    <p class="player-note" title={text}>
      <Icon name="info" size={12} />
      <span>{text}</span>
    </p>
  );
}
