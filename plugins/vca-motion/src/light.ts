// Finds how the light of the whole picture has changed against the background: by a gain and an offset that fit the means of
// most cells. What the camera's exposure does to the picture is no motion. What is added up over the cells, the kernel does.
import { CELLS } from "./grid.ts";
import { FIT } from "./kernel-layout.ts";
import type { CameraPictures } from "./picture-store.ts";

/** A picture's cell is to be multiplied and shifted so, to be compared with the background. */
export interface LightChange {
  readonly gain: number;
  readonly offset: number;
}

export const UNCHANGED: LightChange = { gain: 1, offset: 0 };

const ROUNDS = 4;
const LEAST_GAIN = 0.4;
const MOST_GAIN = 2.5;
/** Without need nothing is turned: a change must explain so much more. */
const BETTER = 0.02;
/** Changes nearer to each other than so are the same one. */
const SAME_GAIN = 0.001;
const SAME_OFFSET = 0.1;
/** Ratios come in steps of so much. */
const RATIO_STEP = 1 / 256;

/** The change that explains most cells, by a camera's means of light. */
export function lightChange({ kernel, slot, fit }: CameraPictures): LightChange {
  kernel.fitLight(slot, 1, 0);
  let bestFit = fit[FIT.fit] as number;
  // Nothing can be better by enough.
  if (bestFit + BETTER >= 1) return UNCHANGED;
  let best = UNCHANGED;
  let gain = clamp(kernel.medianRatio(slot, MOST_GAIN / RATIO_STEP) * RATIO_STEP);
  let offset = 0;
  for (let round = 0; round <= ROUNDS; round += 1) {
    kernel.fitLight(slot, gain, offset);
    const now = fit[FIT.fit] as number;
    if (now > bestFit + BETTER) {
      best = { gain, offset };
      bestFit = now;
    }
    const next = line(fit);
    if (next === undefined) break;
    const isSame = Math.abs(next.gain - gain) < SAME_GAIN && Math.abs(next.offset - offset) < SAME_OFFSET;
    if (isSame) break;
    gain = next.gain;
    offset = next.offset;
  }
  return best;
}

/** Least squares over the cells that a change explains roughly; undefined where they are too few. */
function line(fit: Float64Array): LightChange | undefined {
  const count = fit[FIT.count] as number;
  const sx = fit[FIT.sx] as number;
  const sy = fit[FIT.sy] as number;
  const sxx = fit[FIT.sxx] as number;
  const sxy = fit[FIT.sxy] as number;
  if (count < CELLS / 5) return undefined;
  const spread = count * sxx - sx * sx;
  if (spread < 1) return { gain: 1, offset: (sy - sx) / count };
  const slope = clamp((count * sxy - sx * sy) / spread);
  return { gain: slope, offset: (sy - slope * sx) / count };
}

function clamp(gain: number): number {
  return Math.min(MOST_GAIN, Math.max(LEAST_GAIN, gain));
}
