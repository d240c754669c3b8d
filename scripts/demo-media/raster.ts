// A picture in memory and what can be drawn on it: anti-aliased polygons, ellipses, strokes and soft glows.
// Coordinates are those of a 1280 × 720 drawing, whatever the size of the picture.

export type Colour = readonly [number, number, number];
export type Point = readonly [number, number];

export const DRAWING_WIDTH = 1280;
export const DRAWING_HEIGHT = 720;
const SUBLINES = 4;

/** An RGB picture of 8 bits a channel. */
export class Raster {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8ClampedArray;
  readonly #coverage: Float32Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8ClampedArray(width * height * 3);
    this.#coverage = new Float32Array(width + 2);
  }

  get scale(): number {
    return this.width / DRAWING_WIDTH;
  }

  /** Fills a polygon (even-odd rule) with a colour. */
  polygon(points: readonly Point[], colour: Colour, alpha = 1): void {
    this.#fill(points, (at, cover) => {
      const a = alpha * cover;
      for (let channel = 0; channel < 3; channel += 1) {
        const old = this.pixels[at + channel] as number;
        this.pixels[at + channel] = old + ((colour[channel] as number) - old) * a;
      }
    });
  }

  /** Darkens a polygon: what is below shows through, as under a shadow. */
  shade(points: readonly Point[], strength: number): void {
    this.#fill(points, (at, cover) => {
      const keep = 1 - strength * cover;
      for (let channel = 0; channel < 3; channel += 1)
        this.pixels[at + channel] = (this.pixels[at + channel] as number) * keep;
    });
  }

  /** Lightens what is inside a polygon by multiplying it: a beam of light on the ground. */
  illuminate(points: readonly Point[], colour: Colour, strength: (x: number, y: number) => number): void {
    this.#fill(points, (at, cover, x, y) => {
      const gain = strength(x, y) * cover;
      for (let channel = 0; channel < 3; channel += 1) {
        const old = this.pixels[at + channel] as number;
        this.pixels[at + channel] = old + (old + 14) * ((colour[channel] as number) / 255) * gain;
      }
    });
  }

  rectangle(x: number, y: number, width: number, height: number, colour: Colour, alpha = 1): void {
    this.polygon(
      [
        [x, y],
        [x + width, y],
        [x + width, y + height],
        [x, y + height],
      ],
      colour,
      alpha,
    );
  }

  ellipse(x: number, y: number, radiusX: number, radiusY: number, colour: Colour, alpha = 1): void {
    this.polygon(ellipsePoints(x, y, radiusX, radiusY), colour, alpha);
  }

  /** A line with round ends. */
  stroke(from: Point, to: Point, width: number, colour: Colour, alpha = 1): void {
    this.polygon(strokePoints(from, to, width), colour, alpha);
  }

  /** Adds a soft round glow. */
  glow(x: number, y: number, radius: number, colour: Colour, strength: number): void {
    const s = this.scale;
    const [cx, cy, r] = [x * s, y * s, radius * s];
    for (let py = Math.max(0, Math.floor(cy - r)); py < Math.min(this.height, cy + r); py += 1) {
      for (let px = Math.max(0, Math.floor(cx - r)); px < Math.min(this.width, cx + r); px += 1) {
        const distance = Math.hypot(px + 0.5 - cx, py + 0.5 - cy) / r;
        if (distance >= 1) continue;
        const add = strength * (1 - distance) ** 2;
        const at = (py * this.width + px) * 3;
        for (let channel = 0; channel < 3; channel += 1)
          this.pixels[at + channel] =
            (this.pixels[at + channel] as number) + (colour[channel] as number) * add;
      }
    }
  }

  /** Covers an ellipse that fades out towards its edge: mist and clouds. */
  mist(x: number, y: number, radiusX: number, radiusY: number, colour: Colour, alpha: number): void {
    this.#fill(ellipsePoints(x, y, radiusX, radiusY), (at, cover, px, py) => {
      const distance = Math.hypot((px - x) / radiusX, (py - y) / radiusY);
      const a = alpha * cover * ease(1 - distance);
      for (let channel = 0; channel < 3; channel += 1) {
        const old = this.pixels[at + channel] as number;
        this.pixels[at + channel] = old + ((colour[channel] as number) - old) * a;
      }
    });
  }

  #fill(points: readonly Point[], paint: (at: number, cover: number, x: number, y: number) => void): void {
    const s = this.scale;
    let top = Number.POSITIVE_INFINITY;
    let bottom = Number.NEGATIVE_INFINITY;
    for (const [, y] of points) {
      top = Math.min(top, y * s);
      bottom = Math.max(bottom, y * s);
    }
    const cover = this.#coverage;
    for (let y = Math.max(0, Math.floor(top)); y < Math.min(this.height, Math.ceil(bottom)); y += 1) {
      let left = this.width;
      let right = 0;
      for (let line = 0; line < SUBLINES; line += 1) {
        const crossings = crossingsAt(points, s, y + (line + 0.5) / SUBLINES);
        for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
          const from = Math.max(0, crossings[pair] as number);
          const to = Math.min(this.width, crossings[pair + 1] as number);
          if (to <= from) continue;
          addSpan(cover, from, to);
          left = Math.min(left, Math.floor(from));
          right = Math.max(right, Math.ceil(to));
        }
      }
      for (let x = left; x < right; x += 1) {
        const amount = cover[x] as number;
        cover[x] = 0;
        if (amount > 0) paint((y * this.width + x) * 3, Math.min(1, amount), x / s, y / s);
      }
    }
  }
}

function crossingsAt(points: readonly Point[], scale: number, y: number): number[] {
  const found: number[] = [];
  for (let index = 0; index < points.length; index += 1) {
    const [x1, y1] = points[index] as Point;
    const [x2, y2] = points[(index + 1) % points.length] as Point;
    const [a, b] = [y1 * scale, y2 * scale];
    if (a <= y === b <= y) continue;
    found.push(x1 * scale + ((y - a) / (b - a)) * (x2 - x1) * scale);
  }
  return found.sort((p, q) => p - q);
}

function addSpan(cover: Float32Array, from: number, to: number): void {
  const share = 1 / SUBLINES;
  const first = Math.floor(from);
  const last = Math.floor(to);
  if (first === last) {
    cover[first] = (cover[first] as number) + (to - from) * share;
    return;
  }
  cover[first] = (cover[first] as number) + (first + 1 - from) * share;
  for (let x = first + 1; x < last; x += 1) cover[x] = (cover[x] as number) + share;
  cover[last] = (cover[last] as number) + (to - last) * share;
}

export function ellipsePoints(x: number, y: number, radiusX: number, radiusY: number): Point[] {
  const corners = Math.max(10, Math.min(48, Math.ceil((radiusX + radiusY) / 2)));
  return Array.from({ length: corners }, (_, index) => {
    const angle = (index / corners) * Math.PI * 2;
    return [x + Math.cos(angle) * radiusX, y + Math.sin(angle) * radiusY] as const;
  });
}

export function strokePoints(from: Point, to: Point, width: number): Point[] {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const points: Point[] = [];
  for (let step = 0; step <= 6; step += 1) {
    const turn = angle + Math.PI / 2 + (step / 6) * Math.PI;
    points.push([from[0] + (Math.cos(turn) * width) / 2, from[1] + (Math.sin(turn) * width) / 2]);
  }
  for (let step = 0; step <= 6; step += 1) {
    const turn = angle - Math.PI / 2 + (step / 6) * Math.PI;
    points.push([to[0] + (Math.cos(turn) * width) / 2, to[1] + (Math.sin(turn) * width) / 2]);
  }
  return points;
}

export function mix(a: Colour, b: Colour, amount: number): Colour {
  return [a[0] + (b[0] - a[0]) * amount, a[1] + (b[1] - a[1]) * amount, a[2] + (b[2] - a[2]) * amount];
}

export function tint(colour: Colour, light: Colour): Colour {
  return [colour[0] * light[0], colour[1] * light[1], colour[2] * light[2]];
}

/** Deterministic noise from 0 to 1 for two whole numbers. */
export function noise(x: number, y: number): number {
  let value = Math.imul(x | 0, 374761393) + Math.imul(y | 0, 668265263);
  value = Math.imul(value ^ (value >>> 13), 1274126177);
  return ((value ^ (value >>> 16)) >>> 0) / 0x100000000;
}

/** Noise that changes smoothly over `size` drawing units. */
export function smoothNoise(x: number, y: number, size: number): number {
  const [gx, gy] = [Math.floor(x / size), Math.floor(y / size)];
  const [fx, fy] = [ease(x / size - gx), ease(y / size - gy)];
  const upper = noise(gx, gy) * (1 - fx) + noise(gx + 1, gy) * fx;
  const lower = noise(gx, gy + 1) * (1 - fx) + noise(gx + 1, gy + 1) * fx;
  return upper * (1 - fy) + lower * fy;
}

export function ease(value: number): number {
  const v = Math.min(1, Math.max(0, value));
  return v * v * (3 - 2 * v);
}
