// The yard itself, drawn once: what does not move, as colours in full light, with a map of where the lamp shines.
import {
  type Colour,
  DRAWING_WIDTH,
  noise,
  type Point,
  Raster,
  smoothNoise,
  strokePoints,
} from "./raster.ts";

/** What is drawn once, on black where the sky is: `skyShare` tells how much of it shows in each pixel. */
export interface Yard {
  readonly base: Raster;
  readonly skyShare: Float32Array;
  /** How much of the lamp's and the windows' light falls on each pixel. */
  readonly lampLight: Float32Array;
}

/** Lower edge of the sky, upper edges of lawn, pavement, road, and the road's lower edge. */
export const HORIZON = 268;
export const LAWN_TOP = 330;
export const PAVEMENT_TOP = 528;
export const ROAD_TOP = 566;
export const ROAD_BOTTOM = 668;
export const LAMP: Point = [742, 300];
const LAMP_FOOT: Point = [742, 536];

/** Windows of the house: x, y, width, height, and when their light goes on and off (seconds into the loop). */
export const WINDOWS: readonly {
  readonly box: readonly [number, number, number, number];
  readonly on: number;
  readonly off: number;
}[] = [
  { box: [150, 330, 64, 62], on: 24, off: 44 },
  { box: [366, 330, 64, 62], on: 26, off: 47 },
  { box: [222, 246, 40, 44], on: 38, off: 49 },
  { box: [318, 246, 40, 44], on: 29, off: 33 },
];

/** Draws the yard at a size. */
export function drawYard(width: number, height: number): Yard {
  const base = drawOver(width, height, [0, 0, 0]);
  // What differs between a yard before black and one before white is sky: exact also at half-covered edges.
  const bright = drawOver(width, height, [255, 255, 255]);
  const skyShare = new Float32Array(width * height);
  for (let pixel = 0; pixel < skyShare.length; pixel += 1)
    skyShare[pixel] = ((bright.pixels[pixel * 3 + 1] ?? 0) - (base.pixels[pixel * 3 + 1] ?? 0)) / 255;
  return { base, skyShare, lampLight: lampLight(base) };
}

function drawOver(width: number, height: number, sky: Colour): Raster {
  const picture = new Raster(width, height);
  picture.rectangle(0, 0, DRAWING_WIDTH, HORIZON + 40, sky);
  hills(picture);
  lawn(picture);
  fence(picture);
  pathAndRoad(picture);
  house(picture);
  tree(picture);
  lampPost(picture);
  return picture;
}

function hills(base: Raster): void {
  const ridge = (colour: Colour, level: number, swing: number, phase: number): void => {
    const points: Point[] = [[0, HORIZON + 90]];
    for (let x = 0; x <= DRAWING_WIDTH; x += 8) {
      const y = level + Math.sin(x / 170 + phase) * swing + Math.sin(x / 61 + phase * 2) * swing * 0.35;
      points.push([x, y]);
    }
    points.push([DRAWING_WIDTH, HORIZON + 90]);
    base.polygon(points, colour);
  };
  ridge([138, 160, 176], 226, 20, 0.4);
  ridge([112, 142, 138], 254, 14, 2.1);
  const wood: Point[] = [[0, LAWN_TOP + 30]];
  for (let x = 0; x <= DRAWING_WIDTH; x += 5)
    wood.push([x, 284 - smoothNoise(x, 3, 46) * 30 - noise(x, 9) * 7]);
  wood.push([DRAWING_WIDTH, LAWN_TOP + 30]);
  base.polygon(wood, [78, 106, 78]);
}

function lawn(base: Raster): void {
  base.rectangle(0, LAWN_TOP - 14, DRAWING_WIDTH, PAVEMENT_TOP - LAWN_TOP + 14, [112, 150, 78]);
  texture(base, LAWN_TOP - 14, PAVEMENT_TOP, (x, y) => {
    const mown = Math.sin((x - (y - LAWN_TOP) * 0.9) / 34) > 0 ? 6 : -6;
    return mown + (smoothNoise(x, y * 2, 26) - 0.5) * 24 + (noise(x, y) - 0.5) * 9;
  });
}

function texture(base: Raster, top: number, bottom: number, change: (x: number, y: number) => number): void {
  const s = base.scale;
  for (let y = Math.floor(top * s); y < Math.floor(bottom * s); y += 1) {
    for (let x = 0; x < base.width; x += 1) {
      const by = change(Math.round(x / s), Math.round(y / s));
      const at = (y * base.width + x) * 3;
      for (let channel = 0; channel < 3; channel += 1)
        base.pixels[at + channel] = (base.pixels[at + channel] as number) + by;
    }
  }
}

function fence(base: Raster): void {
  const [top, bottom] = [318, 372];
  for (const y of [top + 12, bottom - 14]) base.rectangle(520, y, 760, 6, [186, 178, 160]);
  for (let x = 524; x < DRAWING_WIDTH; x += 17) {
    const picket: readonly Point[] = [
      [x, top + 6],
      [x + 5, top],
      [x + 10, top + 6],
      [x + 10, bottom],
      [x, bottom],
    ];
    base.polygon(picket, [222, 216, 200]);
    base.rectangle(x + 7, top + 6, 3, bottom - top - 6, [196, 188, 170]);
  }
  for (let x = 536; x < 900; x += 46) {
    base.ellipse(x + 14, bottom + 6, 26, 15, [80, 118, 62]);
    for (let flower = 0; flower < 6; flower += 1) {
      const colours: readonly Colour[] = [
        [206, 92, 110],
        [232, 196, 92],
        [222, 214, 232],
      ];
      base.ellipse(
        x + noise(x, flower) * 34,
        bottom - 4 + noise(flower, x) * 16,
        2.6,
        2.4,
        colours[flower % 3] as Colour,
      );
    }
  }
}

function pathAndRoad(base: Raster): void {
  const path: readonly Point[] = [
    [268, 440],
    [314, 440],
    [352, PAVEMENT_TOP + 2],
    [250, PAVEMENT_TOP + 2],
  ];
  base.polygon(path, [196, 184, 162]);
  for (let row = 0; row < 7; row += 1) {
    const y = 446 + row * row * 1.4 + row * 4;
    base.stroke([266 - row * 2.4, y], [317 + row * 5.2, y], 1.4, [168, 156, 136]);
  }
  base.rectangle(0, PAVEMENT_TOP, DRAWING_WIDTH, ROAD_TOP - PAVEMENT_TOP, [186, 182, 176]);
  for (let x = -20; x < DRAWING_WIDTH; x += 58)
    base.stroke([x + 16, PAVEMENT_TOP + 2], [x, ROAD_TOP - 8], 1.6, [164, 160, 154]);
  base.rectangle(0, ROAD_TOP - 8, DRAWING_WIDTH, 8, [150, 147, 142]);
  base.rectangle(0, ROAD_TOP, DRAWING_WIDTH, ROAD_BOTTOM - ROAD_TOP, [96, 97, 102]);
  texture(
    base,
    ROAD_TOP,
    ROAD_BOTTOM,
    (x, y) => (noise(x, y) - 0.5) * 10 + (smoothNoise(x, y, 60) - 0.5) * 10,
  );
  for (let x = 10; x < DRAWING_WIDTH; x += 128)
    base.polygon(
      [
        [x + 4, 612],
        [x + 66, 612],
        [x + 62, 619],
        [x, 619],
      ],
      [214, 212, 202],
    );
  base.rectangle(0, ROAD_BOTTOM, DRAWING_WIDTH, 60, [122, 138, 84]);
  texture(base, ROAD_BOTTOM, 720, (x, y) => (smoothNoise(x, y, 18) - 0.5) * 26 + (noise(x, y) - 0.5) * 10);
  base.rectangle(0, ROAD_BOTTOM, DRAWING_WIDTH, 5, [150, 147, 142]);
}

function house(base: Raster): void {
  base.ellipse(290, 446, 216, 14, [92, 124, 66]);
  base.rectangle(110, 296, 360, 146, [226, 214, 190]);
  base.polygon(
    [
      [110, 298],
      [290, 182],
      [470, 298],
    ],
    [218, 205, 180],
  );
  for (let y = 306; y < 440; y += 11) base.rectangle(110, y, 360, 1.2, [210, 198, 174]);
  base.rectangle(110, 424, 360, 18, [158, 148, 138]);
  base.rectangle(386, 176, 26, 56, [162, 104, 86]);
  base.rectangle(382, 172, 34, 8, [134, 86, 72]);
  const roof: readonly (readonly Point[])[] = [
    [
      [290, 166],
      [290, 190],
      [92, 316],
      [84, 300],
    ],
    [
      [290, 166],
      [290, 190],
      [488, 316],
      [496, 300],
    ],
  ];
  for (const side of roof) base.polygon(side, [150, 82, 66]);
  base.stroke([290, 169], [86, 301], 3, [176, 100, 80]);
  base.stroke([290, 169], [494, 301], 3, [176, 100, 80]);
  for (const { box } of WINDOWS) {
    const [x, y, w, h] = box;
    base.rectangle(x - 6, y - 6, w + 12, h + 12, [246, 242, 232]);
    base.rectangle(x - 9, y + h + 5, w + 18, 5, [206, 198, 184]);
  }
  base.rectangle(262, 340, 60, 102, [240, 234, 222]);
  base.rectangle(268, 346, 48, 96, [74, 98, 110]);
  base.rectangle(276, 356, 32, 30, [110, 138, 150]);
  base.ellipse(309, 398, 3, 3, [222, 194, 110]);
  base.polygon(
    [
      [246, 334],
      [292, 316],
      [338, 334],
      [338, 340],
      [246, 340],
    ],
    [150, 82, 66],
  );
  base.rectangle(256, 440, 72, 8, [178, 168, 152]);
  for (const x of [112, 148, 340, 384, 424, 452]) base.ellipse(x + 6, 440, 24, 16, [76, 116, 64]);
}

function tree(base: Raster): void {
  base.ellipse(1040, 476, 92, 12, [88, 122, 60]);
  base.polygon(
    [
      [1024, 476],
      [1032, 350],
      [1048, 350],
      [1060, 476],
      [1072, 480],
      [1012, 480],
    ],
    [104, 82, 62],
  );
  base.polygon(strokePoints([1040, 372], [996, 306], 9), [104, 82, 62]);
  base.polygon(strokePoints([1042, 366], [1090, 300], 9), [104, 82, 62]);
}

function lampPost(base: Raster): void {
  base.rectangle(LAMP_FOOT[0] - 3, LAMP[1], 6, LAMP_FOOT[1] - LAMP[1], [70, 76, 82]);
  base.rectangle(LAMP_FOOT[0] - 7, LAMP_FOOT[1] - 12, 14, 12, [62, 68, 74]);
  base.polygon(
    [
      [LAMP[0] - 16, LAMP[1]],
      [LAMP[0] + 16, LAMP[1]],
      [LAMP[0] + 8, LAMP[1] - 14],
      [LAMP[0] - 8, LAMP[1] - 14],
    ],
    [70, 76, 82],
  );
}

/** Light of the lamp on the ground and on what stands near it, and of the windows on the lawn before the house. */
function lampLight(base: Raster): Float32Array {
  const map = new Float32Array(base.width * base.height);
  const s = base.scale;
  for (let y = 0; y < base.height; y += 1) {
    for (let x = 0; x < base.width; x += 1) {
      const [dx, dy] = [x / s - LAMP_FOOT[0], (y / s - LAMP_FOOT[1]) * 2.1];
      const pool = Math.exp(-(dx * dx + dy * dy) / (2 * 190 * 190));
      const [wx, wy] = [x / s - 290, (y / s - 452) * 2.4];
      const porch = Math.exp(-(wx * wx + wy * wy) / (2 * 120 * 120)) * 0.55;
      const isWall = Math.abs(x / s - 290) < 180 && y / s > 300 && y / s < 442;
      // Below the horizon's wood only: the lamp does not reach the hills.
      map[y * base.width + x] = y / s < HORIZON + 30 ? 0 : pool + porch + (isWall ? 0.1 : 0);
    }
  }
  return map;
}
