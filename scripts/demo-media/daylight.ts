// The light of the demo yard over one loop: day, dusk, night, dawn, and day again without a seam.
import { type Colour, ease, mix } from "./raster.ts";

/** Length of the loop in seconds: whole GOPs of both streams and whole AAC frames fit into it. */
export const LOOP_SECONDS = 64;

/** How bright it is at a place of the drawing: what colours there are multiplied by. */
export type LightAt = (x: number, y: number) => Colour;

export interface Light {
  /** Multiplies every colour outdoors. */
  readonly ambient: Colour;
  readonly skyTop: Colour;
  readonly skyLow: Colour;
  /** Street lamp and windows: 0 off, 1 on. */
  readonly lamps: number;
  readonly stars: number;
  /** Strength of shadows of the sun. */
  readonly sunShadow: number;
  /** Sideways reach of shadows per unit of height. */
  readonly shadowLean: number;
  /** Place of the sun or the moon from 0 (rising, left) to 1 (setting, right); undefined below the horizon. */
  readonly sun: number | undefined;
  readonly moon: number | undefined;
}

interface Stop {
  readonly at: number;
  readonly ambient: Colour;
  readonly skyTop: Colour;
  readonly skyLow: Colour;
  readonly stars: number;
}

const DAY = {
  ambient: [1, 0.98, 0.94],
  skyTop: [92, 152, 214],
  skyLow: [198, 222, 238],
  stars: 0,
} as const;
const GOLD = {
  ambient: [0.96, 0.83, 0.68],
  skyTop: [92, 116, 172],
  skyLow: [250, 186, 116],
  stars: 0,
} as const;
const DUSK = {
  ambient: [0.46, 0.4, 0.48],
  skyTop: [46, 50, 96],
  skyLow: [206, 112, 96],
  stars: 0.15,
} as const;
const NIGHT = {
  ambient: [0.2, 0.23, 0.33],
  skyTop: [9, 13, 32],
  skyLow: [30, 40, 72],
  stars: 1,
} as const;
const DAWN = {
  ambient: [0.55, 0.5, 0.56],
  skyTop: [72, 88, 144],
  skyLow: [240, 176, 158],
  stars: 0.1,
} as const;

const STOPS: readonly Stop[] = [
  { at: 0, ...DAY },
  { at: 17, ...DAY },
  { at: 23, ...GOLD },
  { at: 28, ...DUSK },
  { at: 34, ...NIGHT },
  { at: 48, ...NIGHT },
  { at: 54, ...DAWN },
  { at: 61, ...DAY },
  { at: LOOP_SECONDS, ...DAY },
];

/** The light at a moment of the loop, in seconds. */
export function lightAt(seconds: number): Light {
  const time = ((seconds % LOOP_SECONDS) + LOOP_SECONDS) % LOOP_SECONDS;
  const next = STOPS.findIndex((stop) => stop.at > time);
  const a = STOPS[next - 1] as Stop;
  const b = STOPS[next] as Stop;
  const amount = ease((time - a.at) / (b.at - a.at));
  // The sun's arc goes over the loop's end: it rises at 51 s and sets at 27 s of the next round.
  const sun = ((time - 51 + LOOP_SECONDS) % LOOP_SECONDS) / 40;
  const moon = (time - 29) / 24;
  const isUp = sun >= 0 && sun <= 1;
  return {
    ambient: mix(a.ambient, b.ambient, amount),
    skyTop: mix(a.skyTop, b.skyTop, amount),
    skyLow: mix(a.skyLow, b.skyLow, amount),
    stars: a.stars + (b.stars - a.stars) * amount,
    lamps: ease((time - 24) / 3) * (1 - ease((time - 52) / 4)),
    sunShadow: isUp ? ease(sun / 0.2) * ease((1 - sun) / 0.2) : 0,
    shadowLean: isUp ? (sun - 0.5) * 2.4 : 0,
    sun: isUp ? sun : undefined,
    moon: moon >= 0 && moon <= 1 ? moon : undefined,
  };
}
