// Who moves in the yard: people who walk, a dog, a cat at night; and the order in which all that moves is drawn.
// Every place is a function of the loop's time alone, so that the loop has no seam.
import { drawCars } from "./car.ts";
import type { Light, LightAt } from "./daylight.ts";
import { type Colour, ease, ellipsePoints, type Point, type Raster, tint } from "./raster.ts";
import { drawLeaves } from "./tree.ts";

interface Walk {
  /** Seconds into the loop. */
  readonly from: number;
  readonly to: number;
  readonly path: readonly Point[];
  /** Height at the path's middle ground; it grows towards the camera. */
  readonly height: number;
  readonly coat: Colour;
  readonly legs: Colour;
  readonly hair: Colour;
  readonly dog?: boolean;
}

const WALKS: readonly Walk[] = [
  {
    from: 1,
    to: 17,
    path: [
      [-60, 548],
      [1340, 548],
    ],
    height: 118,
    coat: [168, 62, 58],
    legs: [54, 62, 92],
    hair: [74, 52, 38],
    dog: true,
  },
  {
    from: 12,
    to: 25,
    path: [
      [1340, 540],
      [330, 540],
      [292, 452],
    ],
    height: 112,
    coat: [62, 102, 142],
    legs: [70, 66, 62],
    hair: [40, 34, 30],
  },
  {
    from: 34,
    to: 48,
    path: [
      [1340, 552],
      [-60, 552],
    ],
    height: 120,
    coat: [120, 118, 92],
    legs: [48, 48, 56],
    hair: [150, 140, 130],
  },
  {
    from: 52,
    to: 63,
    path: [
      [292, 452],
      [316, 540],
      [1340, 546],
    ],
    height: 113,
    coat: [62, 102, 142],
    legs: [70, 66, 62],
    hair: [40, 34, 30],
  },
];

const SKIN: Colour = [222, 178, 148];

/** Draws everybody who is about, far ones first. */
export function drawActors(picture: Raster, seconds: number, light: Light, lightAt: LightAt): void {
  drawCat(picture, seconds, lightAt);
  drawLeaves(picture, seconds, light, lightAt);
  for (const walk of WALKS) {
    if (seconds < walk.from || seconds > walk.to) continue;
    drawWalker(picture, walk, seconds, light, lightAt);
  }
  drawCars(picture, seconds, light, lightAt);
}

function placeOn(path: readonly Point[], share: number): { at: Point; heading: number } {
  const lengths = path.slice(1).map((point, index) => {
    const before = path[index] as Point;
    return Math.hypot(point[0] - before[0], (point[1] - before[1]) * 2);
  });
  let left = share * lengths.reduce((sum, length) => sum + length, 0);
  for (const [index, length] of lengths.entries()) {
    const [a, b] = [path[index] as Point, path[index + 1] as Point];
    if (left <= length || index === lengths.length - 1) {
      const part = Math.min(1, left / length);
      return {
        at: [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part],
        heading: Math.sign(b[0] - a[0]) || 1,
      };
    }
    left -= length;
  }
  return { at: path[0] as Point, heading: 1 };
}

function drawWalker(picture: Raster, walk: Walk, seconds: number, light: Light, lightAt: LightAt): void {
  const share = (seconds - walk.from) / (walk.to - walk.from);
  const { at, heading } = placeOn(walk.path, share);
  const size = (walk.height * (0.7 + 0.3 * ((at[1] - 420) / 128))) / 100;
  castShadow(picture, at, size * 88, size * 15, light);
  const lit = lightAt(at[0], at[1]);
  const stride = seconds * Math.PI * 2 * 0.95;
  drawPerson(picture, at, size, heading, stride, walk, lit);
  if (walk.dog === true) {
    const dog: Point = [at[0] + heading * 78 * size, at[1] + 5];
    castShadow(picture, dog, size * 30, size * 22, light);
    drawDog(picture, dog, size, heading, stride * 1.6, lit);
    picture.stroke(
      [at[0] + heading * 16 * size, at[1] - 48 * size],
      [dog[0] - heading * 4 * size, dog[1] - 25 * size],
      1.3,
      tint([60, 48, 40], lit),
    );
  }
}

/** A shadow of the sun, and a faint one below the feet at all times. */
function castShadow(picture: Raster, at: Point, height: number, width: number, light: Light): void {
  picture.shade(ellipsePoints(at[0], at[1], width * 1.3, width * 0.34), 0.3);
  if (light.sunShadow <= 0.02) return;
  const reach = light.shadowLean * height * 1.25;
  const tip: Point = [at[0] + reach, at[1] + height * 0.14];
  const half = width * 0.8;
  picture.shade(
    [
      [at[0] - half, at[1] - 1],
      [at[0] + half, at[1] + 2],
      [tip[0] + half * 0.8, tip[1] + 2],
      [tip[0] + half * 0.1, tip[1] + 5],
      [tip[0] - half * 0.7, tip[1]],
    ],
    0.34 * light.sunShadow,
  );
}

function drawPerson(
  picture: Raster,
  at: Point,
  size: number,
  heading: number,
  stride: number,
  look: Walk,
  lit: Colour,
): void {
  const bob = Math.abs(Math.cos(stride)) * 2.2;
  const point = (x: number, y: number): Point => [at[0] + x * size * heading, at[1] - (y + bob) * size];
  const limb = (side: 1 | -1, shade: number): void => {
    const swing = Math.sin(stride) * side;
    const lift = Math.max(0, Math.cos(stride) * side);
    const trousers = tint(look.legs, [lit[0] * shade, lit[1] * shade, lit[2] * shade]);
    const knee = point(swing * 10 + 2 + lift * 4, 25 + lift * 2);
    const foot: Point = [
      at[0] + (swing * 19 - lift * 5) * size * heading,
      at[1] - (2 + lift * 7 + (swing > 0 ? 0 : 1)) * size,
    ];
    picture.stroke(point(0, 48), knee, 10 * size, trousers);
    picture.stroke(knee, foot, 8 * size, trousers);
    picture.stroke(foot, [foot[0] + 7 * size * heading, foot[1] + 0.5], 5 * size, tint([44, 38, 36], lit));
  };
  const arm = (side: 1 | -1, shade: number): void => {
    const swing = -Math.sin(stride) * side;
    const sleeve = tint(look.coat, [lit[0] * shade, lit[1] * shade, lit[2] * shade]);
    const elbow = point(swing * 8 - 1, 58);
    const hand = point(swing * 15 + 3, 46 + Math.abs(swing) * 2);
    picture.stroke(point(-1, 77), elbow, 7 * size, sleeve);
    picture.stroke(elbow, hand, 6 * size, sleeve);
    picture.ellipse(hand[0], hand[1], 3.2 * size, 3.2 * size, tint(SKIN, lit));
  };
  arm(-1, 0.72);
  limb(-1, 0.78);
  limb(1, 1);
  const coat = tint(look.coat, lit);
  picture.polygon(
    [point(-8, 82), point(6, 82), point(9, 74), point(8, 46), point(-9, 46), point(-10, 74)],
    coat,
  );
  picture.ellipse(...point(-1, 80), 8.5 * size, 5 * size, coat);
  arm(1, 0.88);
  picture.stroke(point(1, 82), point(1, 88), 5 * size, tint(SKIN, lit));
  picture.ellipse(...point(2, 94), 7.2 * size, 8.4 * size, tint(SKIN, lit));
  picture.polygon(
    [point(-6, 94), point(-6, 101), point(-1, 104), point(6, 103), point(8, 99), point(1, 98), point(-1, 91)],
    tint(look.hair, lit),
  );
}

function drawDog(
  picture: Raster,
  at: Point,
  size: number,
  heading: number,
  stride: number,
  lit: Colour,
): void {
  const fur = tint([156, 116, 76], lit);
  const dark = tint([118, 86, 56], lit);
  const point = (x: number, y: number): Point => [at[0] + x * size * heading, at[1] - y * size];
  for (const [x, phase] of [
    [-13, 0],
    [-9, Math.PI],
    [11, Math.PI],
    [14, 0],
  ] as const) {
    const swing = Math.sin(stride + phase) * 6;
    picture.stroke(
      point(x, 16),
      point(x + swing, 1 + Math.max(0, Math.cos(stride + phase)) * 3),
      4 * size,
      dark,
    );
  }
  picture.ellipse(...point(0, 20), 19 * size, 7.5 * size, fur);
  picture.stroke(point(15, 23), point(21, 31), 7 * size, fur);
  picture.ellipse(...point(24, 33), 7 * size, 5.4 * size, fur);
  picture.stroke(point(27, 32), point(33, 31), 4.5 * size, fur);
  picture.stroke(point(20, 37), point(18, 31), 4 * size, dark);
  picture.stroke(point(-17, 23), point(-25, 31 + Math.sin(stride * 1.5) * 3), 3.4 * size, fur);
}

/** A cat walks along the top of the fence at night. */
function drawCat(picture: Raster, seconds: number, lightAt: LightAt): void {
  const share = (seconds - 36) / 9;
  if (share < 0 || share > 1) return;
  const at: Point = [1250 - share * 640, 318];
  // A cat on a fence is seen against the wood behind: a little light of its own keeps it visible.
  const lit = lightAt(at[0], at[1]);
  const fur = tint([150, 146, 150], [lit[0] + 0.12, lit[1] + 0.12, lit[2] + 0.12]);
  const stride = seconds * 9;
  const edge = ease(share / 0.04) * ease((1 - share) / 0.04);
  for (const [x, phase] of [
    [-9, 0],
    [-6, 3],
    [7, 3],
    [10, 0],
  ] as const) {
    const foot: Point = [at[0] - x - Math.sin(stride + phase) * 3, at[1]];
    picture.stroke([at[0] - x, at[1] - 7], foot, 2.6, fur, edge);
  }
  picture.ellipse(at[0], at[1] - 10, 12, 4.6, fur, edge);
  picture.ellipse(at[0] - 14, at[1] - 15, 4.6, 4.2, fur, edge);
  picture.stroke([at[0] - 16, at[1] - 17], [at[0] - 17, at[1] - 21], 2, fur, edge);
  picture.stroke([at[0] - 12, at[1] - 17], [at[0] - 11, at[1] - 21], 2, fur, edge);
  picture.stroke(
    [at[0] + 10, at[1] - 12],
    [at[0] + 20, at[1] - 22 + Math.sin(stride / 3) * 3],
    2.4,
    fur,
    edge,
  );
}
