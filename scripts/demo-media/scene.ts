// Puts a frame of the demo yard together: sky, yard in the light of the moment, windows, lamp, actors, counter.
import { drawActors } from "./actors.ts";
import { type Light, LOOP_SECONDS, lightAt } from "./daylight.ts";
import { drawCounter } from "./lettering.ts";
import { type Colour, DRAWING_WIDTH, ease, mix, noise, Raster, tint } from "./raster.ts";
import { drawYard, HORIZON, LAMP, WINDOWS, type Yard } from "./yard.ts";

const LAMP_COLOUR: Colour = [1.0, 0.8, 0.5];

/** Draws frames of one size. */
export class Scene {
  readonly #yard: Yard;
  readonly #picture: Raster;

  constructor(width: number, height: number) {
    this.#yard = drawYard(width, height);
    this.#picture = new Raster(width, height);
  }

  /** The frame at `seconds` into the loop, as RGB; overwritten by the next call. */
  frame(seconds: number, frameNumber: number): Uint8ClampedArray {
    const light = lightAt(seconds);
    this.#sky(light);
    this.#heavens(seconds, light);
    this.#ground(light);
    this.#houseShadow(light);
    this.#windows(seconds, light);
    const placeLight = (x: number, y: number): Colour => this.#lightAt(light, x, y);
    drawActors(this.#picture, seconds, light, placeLight);
    if (light.lamps > 0.01) {
      this.#picture.ellipse(LAMP[0], LAMP[1] + 2, 11, 5, mix([120, 120, 110], [255, 240, 206], light.lamps));
      this.#picture.glow(LAMP[0], LAMP[1] + 4, 120, [255, 206, 132], light.lamps * 0.55);
    }
    drawCounter(this.#picture, frameNumber);
    return this.#picture.pixels;
  }

  #sky(light: Light): void {
    const { width, height, pixels, scale } = this.#picture;
    const rows = Math.min(height, Math.ceil((HORIZON + 40) * scale));
    for (let y = 0; y < rows; y += 1) {
      const colour = mix(light.skyTop, light.skyLow, (y / rows) ** 1.4);
      for (let x = 0; x < width; x += 1) {
        const at = (y * width + x) * 3;
        // A fixed pattern of half a step keeps the gradient from showing bands.
        const dither = (((x & 1) ^ (y & 1)) + ((y & 1) << 1)) / 4 - 0.375;
        pixels[at] = colour[0] + dither;
        pixels[at + 1] = colour[1] + dither;
        pixels[at + 2] = colour[2] + dither;
      }
    }
  }

  #heavens(seconds: number, light: Light): void {
    const picture = this.#picture;
    if (light.stars > 0.02) {
      for (let star = 0; star < 90; star += 1) {
        const [x, y] = [noise(star, 11) * DRAWING_WIDTH, noise(star, 12) * 215];
        const bright = light.stars * (0.35 + 0.6 * noise(star, 13)) * (1 - y / 300);
        picture.ellipse(x, y, 1.3, 1.3, [230, 234, 255], bright);
      }
    }
    if (light.moon !== undefined) {
      const [x, y] = [560 + light.moon * 330, 150 - Math.sin(light.moon * Math.PI) * 84];
      const up = ease(light.moon / 0.2) * ease((1 - light.moon) / 0.2);
      picture.glow(x, y, 90, [150, 165, 205], 0.35 * up);
      picture.ellipse(x, y, 19, 19, [232, 232, 220], up);
      picture.ellipse(x - 6, y - 4, 4.5, 4, [206, 206, 198], up);
      picture.ellipse(x + 5, y + 6, 3.6, 3.2, [210, 210, 202], up);
    }
    if (light.sun !== undefined) {
      const [x, y] = [140 + light.sun * 1010, 300 - Math.sin(light.sun * Math.PI) * 250];
      const low = 1 - ease((270 - y) / 160);
      picture.glow(x, y, 210, mix([255, 244, 214], [255, 170, 90], low), 0.5);
      picture.ellipse(x, y, 23, 23, mix([255, 250, 230], [255, 196, 120], low));
    }
    const cloud = mix(mix(light.skyLow, [255, 255, 255], 0.6), light.skyTop, light.stars * 0.75);
    for (let index = 0; index < 5; index += 1) {
      const drift = ((noise(index, 21) + seconds / LOOP_SECONDS) % 1) * (DRAWING_WIDTH + 520) - 260;
      const y = 46 + noise(index, 22) * 118;
      const size = 0.7 + noise(index, 23) * 0.7;
      for (let puff = 0; puff < 11; puff += 1) {
        const share = (puff + 0.5) / 11;
        const px = drift + (share - 0.5) * 250 * size;
        const swell = Math.sin(share * Math.PI);
        const py = y - swell * 12 * size - (noise(index, puff + 40) - 0.5) * 16 * size;
        const radius = (30 + 34 * swell * noise(puff, index + 7)) * size;
        picture.mist(px, py, radius * 1.5, radius * 0.72, cloud, 0.5);
      }
    }
  }

  #ground(light: Light): void {
    const { base, skyShare, lampLight } = this.#yard;
    const { pixels } = this.#picture;
    const source = base.pixels;
    const [ar, ag, ab] = light.ambient;
    const [lr, lg, lb] = [
      LAMP_COLOUR[0] * light.lamps,
      LAMP_COLOUR[1] * light.lamps,
      LAMP_COLOUR[2] * light.lamps,
    ];
    for (let pixel = 0; pixel < skyShare.length; pixel += 1) {
      const share = skyShare[pixel] as number;
      if (share === 1) continue;
      const lamp = lampLight[pixel] as number;
      const at = pixel * 3;
      pixels[at] = (source[at] as number) * (ar + lr * lamp) + (pixels[at] as number) * share;
      pixels[at + 1] = (source[at + 1] as number) * (ag + lg * lamp) + (pixels[at + 1] as number) * share;
      pixels[at + 2] = (source[at + 2] as number) * (ab + lb * lamp) + (pixels[at + 2] as number) * share;
    }
  }

  #houseShadow(light: Light): void {
    if (light.sunShadow <= 0.02) return;
    const reach = light.shadowLean * 120;
    this.#picture.shade(
      [
        [110, 442],
        [470, 442],
        [470 + reach, 470],
        [290 + reach * 1.5, 484],
        [110 + reach, 470],
      ],
      0.26 * light.sunShadow,
    );
  }

  #windows(seconds: number, light: Light): void {
    const picture = this.#picture;
    for (const { box, on, off } of WINDOWS) {
      const [x, y, w, h] = box;
      const lit = ease((seconds - on) / 0.4) * (1 - ease((seconds - off) / 0.4));
      const glass = mix(tint([96, 116, 134], light.ambient), light.skyTop, 0.35);
      picture.rectangle(x, y, w, h, mix(glass, [255, 214, 138], lit));
      if (lit > 0.02) {
        picture.rectangle(x, y, w * 0.2, h, [236, 178, 108], lit * 0.7);
        picture.rectangle(x + w * 0.8, y, w * 0.2, h, [236, 178, 108], lit * 0.7);
        picture.glow(x + w / 2, y + h / 2, 84, [255, 190, 110], lit * light.lamps * 0.4);
      }
      const frame = tint([240, 236, 226], this.#lightAt(light, x, y));
      picture.rectangle(x + w / 2 - 2, y, 4, h, frame);
      picture.rectangle(x, y + h / 2 - 2, w, 4, frame);
    }
  }

  #lightAt(light: Light, x: number, y: number): Colour {
    const { width, height, scale } = this.#picture;
    const px = Math.min(width - 1, Math.max(0, Math.round(x * scale)));
    const py = Math.min(height - 1, Math.max(0, Math.round(y * scale)));
    const lamp = (this.#yard.lampLight[py * width + px] ?? 0) * light.lamps;
    return [
      light.ambient[0] + LAMP_COLOUR[0] * lamp,
      light.ambient[1] + LAMP_COLOUR[1] * lamp,
      light.ambient[2] + LAMP_COLOUR[2] * lamp,
    ];
  }
}
