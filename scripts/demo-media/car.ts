// The cars that pass, with turning wheels, shadows, and headlights after dark.
import type { Light, LightAt } from "./daylight.ts";
import { type Colour, ellipsePoints, type Point, type Raster, tint } from "./raster.ts";

interface Drive {
  readonly from: number;
  readonly to: number;
  readonly direction: 1 | -1;
  readonly y: number;
  readonly paint: Colour;
}

const DRIVES: readonly Drive[] = [
  { from: 5, to: 11.5, direction: 1, y: 652, paint: [190, 196, 204] },
  { from: 27, to: 35, direction: -1, y: 602, paint: [146, 48, 44] },
  { from: 41, to: 47.5, direction: 1, y: 652, paint: [58, 92, 122] },
];

/** Draws the cars that are on the road. */
export function drawCars(picture: Raster, seconds: number, light: Light, lightAt: LightAt): void {
  for (const drive of DRIVES) {
    if (seconds >= drive.from && seconds <= drive.to) drawCar(picture, drive, seconds, light, lightAt);
  }
}

function drawCar(picture: Raster, drive: Drive, seconds: number, light: Light, lightAt: LightAt): void {
  const share = (seconds - drive.from) / (drive.to - drive.from);
  const x = drive.direction === 1 ? -260 + share * 1800 : 1540 - share * 1800;
  const size = drive.y > 620 ? 1.12 : 0.94;
  const d = drive.direction;
  const point = (px: number, py: number): Point => [x + px * size * d, drive.y - py * size];
  picture.shade(ellipsePoints(x, drive.y - 3, 126 * size, 12 * size), 0.45);
  if (light.sunShadow > 0.02)
    picture.shade(
      ellipsePoints(x + light.shadowLean * 40, drive.y + 4, 128 * size, 13 * size),
      0.25 * light.sunShadow,
    );
  const beam = light.lamps;
  if (beam > 0.02) {
    picture.illuminate(
      [point(112, 24), point(430, 34), point(450, -16), point(112, 0)],
      [255, 236, 190],
      (px) => beam * 2.4 * Math.max(0, 1 - (Math.abs(px - x) - 112 * size) / (340 * size)) ** 1.5,
    );
  }
  const lit = lightAt(x, drive.y);
  const paint = tint(drive.paint, lit);
  const dark = tint([drive.paint[0] * 0.7, drive.paint[1] * 0.7, drive.paint[2] * 0.7], lit);
  picture.polygon(
    [
      point(-116, 16),
      point(-118, 40),
      point(-108, 52),
      point(-70, 56),
      point(-40, 84),
      point(30, 84),
      point(64, 56),
      point(104, 48),
      point(116, 36),
      point(116, 16),
    ],
    paint,
  );
  picture.polygon([point(-118, 16), point(-118, 26), point(116, 26), point(116, 16)], dark);
  const glass = tint([128, 152, 170], [lit[0] * 0.75, lit[1] * 0.75, lit[2] * 0.8]);
  picture.polygon([point(-62, 57), point(-37, 79), point(-6, 79), point(-6, 57)], glass);
  picture.polygon([point(0, 57), point(0, 79), point(27, 79), point(54, 57)], glass);
  picture.stroke(point(-3, 54), point(-3, 20), 1.4, dark);
  picture.rectangle(point(10, 46)[0] - 6, point(10, 46)[1], 12, 3, dark);
  for (const wheel of [-72, 72]) {
    const hub = point(wheel, 17);
    picture.ellipse(...hub, 20 * size, 20 * size, tint([38, 38, 40], lit));
    picture.ellipse(...hub, 11 * size, 11 * size, tint([168, 170, 174], lit));
    const turn = x / (20 * size);
    for (let spoke = 0; spoke < 5; spoke += 1) {
      const angle = turn + (spoke / 5) * Math.PI * 2;
      picture.stroke(
        hub,
        [hub[0] + Math.cos(angle) * 9 * size, hub[1] + Math.sin(angle) * 9 * size],
        2.4,
        tint([96, 98, 102], lit),
      );
    }
  }
  const front = point(112, 40);
  const rear = point(-115, 42);
  picture.ellipse(
    front[0],
    front[1],
    5 * size,
    6 * size,
    beam > 0.1 ? [255, 246, 220] : tint([226, 226, 216], lit),
  );
  picture.ellipse(
    rear[0],
    rear[1],
    4 * size,
    6 * size,
    beam > 0.1 ? [236, 60, 48] : tint([150, 40, 36], lit),
  );
  if (beam > 0.02) {
    picture.glow(front[0], front[1], 60 * size, [255, 232, 180], beam * 0.75);
    picture.glow(rear[0], rear[1], 34 * size, [255, 60, 40], beam * 0.6);
  }
}
