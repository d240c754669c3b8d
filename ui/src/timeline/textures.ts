// What tells kinds of recordings apart on the timeline besides their colours: lines and dots over them, and their letter where
// there is room. The legend shows the same (theme/controls.css).
import type { RecordReason } from "../api/types.ts";
import { REASONS, type Texture } from "../parts/reasons.ts";

const TILE = 8;
const LETTER_PX = 14;
/** Where a padlock would stand at the beginning, the letter stands behind it. */
const BEHIND_PADLOCK_PX = 17;

const patterns = new Map<string, CanvasPattern>();

/** Draws a span's texture and letter, both in `ink`, over its colour. */
export function paintTexture(
  context: CanvasRenderingContext2D,
  ink: string,
  colour: string,
  reason: RecordReason,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): void {
  const { texture, letter } = REASONS[reason];
  const pattern = texture === "plain" ? undefined : patternOf(context, ink, texture);
  if (pattern !== undefined) {
    context.fillStyle = pattern;
    context.fillRect(box.x, box.y, box.width, box.height);
  }
  if (box.width < LETTER_PX) return;
  const at = box.width < 2 * BEHIND_PADLOCK_PX ? box.width / 2 : BEHIND_PADLOCK_PX + LETTER_PX / 2;
  // On its plain colour, so that neither lines nor a paler bar take from it.
  context.fillStyle = colour;
  context.fillRect(box.x + at - LETTER_PX / 2, box.y, LETTER_PX, box.height);
  context.fillStyle = ink;
  context.font = "700 10px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(letter, box.x + at, box.y + box.height / 2 + 0.5);
}

function patternOf(
  context: CanvasRenderingContext2D,
  ink: string,
  texture: Exclude<Texture, "plain">,
): CanvasPattern | undefined {
  const key = `${texture} ${ink}`;
  const known = patterns.get(key);
  if (known !== undefined) return known;
  const tile = new OffscreenCanvas(TILE, TILE);
  const pen = tile.getContext("2d");
  if (pen === null) return undefined;
  pen.globalAlpha = 0.45;
  pen.strokeStyle = ink;
  pen.fillStyle = ink;
  pen.lineWidth = 1.5;
  if (texture === "upright") pen.fillRect(3, 0, 1.5, TILE);
  else if (texture === "along") pen.fillRect(0, 3, TILE, 1.5);
  else if (texture === "dots") {
    pen.beginPath();
    pen.arc(4, 4, 1.5, 0, 2 * Math.PI);
    pen.fill();
  } else {
    const [low, high] = texture === "slant" ? [TILE, 0] : [0, TILE];
    pen.beginPath();
    for (const offset of [-TILE, 0, TILE]) {
      pen.moveTo(offset, low);
      pen.lineTo(offset + TILE, high);
    }
    pen.stroke();
  }
  const made = context.createPattern(tile, "repeat") ?? undefined;
  // One for each texture and theme.
  if (made !== undefined) patterns.set(key, made);
  return made;
}
