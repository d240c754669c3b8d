// Hands the pieces that a FragmentBuilder made of a frame to the page, with their buffers.
import type { LiveFrameHeader } from "@nightjar/core/wire";
import type { Piece } from "./fragment-builder.ts";
import type { Post } from "./messages.ts";

/** Posts init segments and fragments of one frame for session `id`. */
export function postPieces(id: number, pieces: readonly Piece[], header: LiveFrameHeader, post: Post): void {
  for (const piece of pieces) {
    const { data } = piece;
    if (piece.kind === "init") {
      post({ id, type: "init", mime: piece.mime, data, zeroMs: piece.zero90k / 90 }, [data.buffer]);
      continue;
    }
    const audio = header.track === "audio";
    post({ id, type: "fragment", data, timeMs: header.time90k / 90, keyFrame: header.keyFrame, audio }, [
      data.buffer,
    ]);
  }
}
