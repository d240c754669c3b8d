// The sound of the demo yard: a light wind all day, birds by day, crickets by night, cars as they pass, and a soft
// click at each full second, by which sound and picture can be compared.
import { LOOP_SECONDS } from "./daylight.ts";
import { ease, noise } from "./raster.ts";

export const SAMPLE_RATE = 16_000;

/** One loop and `extraSeconds` of its beginning again, as 16-bit little-endian mono. */
export function drawSound(extraSeconds: number): Buffer {
  const length = LOOP_SECONDS * SAMPLE_RATE;
  const mono = new Float32Array(length);
  addWind(mono);
  for (let second = 0; second < LOOP_SECONDS; second += 1) addClick(mono, second);
  for (let bird = 0; bird < 34; bird += 1) {
    const at = noise(bird, 60) * LOOP_SECONDS;
    if (at < 25 || at > 54) addBird(mono, at, noise(bird, 61));
  }
  addCrickets(mono, 31, 51);
  addCar(mono, 8.2);
  addCar(mono, 31);
  addCar(mono, 44.2);
  const total = length + extraSeconds * SAMPLE_RATE;
  const bytes = Buffer.alloc(total * 2);
  for (let sample = 0; sample < total; sample += 1) {
    const value = Math.max(-1, Math.min(1, mono[sample % length] as number));
    bytes.writeInt16LE(Math.round(value * 32_000), sample * 2);
  }
  return bytes;
}

/** Noise through a low-pass that has run one loop already, so that the end meets the beginning. */
function addWind(mono: Float32Array): void {
  const length = mono.length;
  let low = 0;
  let lower = 0;
  for (let index = -SAMPLE_RATE; index < length; index += 1) {
    const sample = (index + length) % length;
    low += (noise(sample, 70) * 2 - 1 - low) * 0.06;
    lower += (low - lower) * 0.06;
    if (index < 0) continue;
    const gust = 0.6 + 0.4 * Math.sin((index / length) * Math.PI * 2 * 5);
    mono[index] = (mono[index] as number) + lower * 0.22 * gust;
  }
}

function addClick(mono: Float32Array, second: number): void {
  const from = second * SAMPLE_RATE;
  for (let index = 0; index < 320; index += 1)
    add(
      mono,
      from + index,
      Math.sin((index / SAMPLE_RATE) * Math.PI * 2 * 1_800) * Math.exp(-index / 45) * 0.22,
    );
}

function addBird(mono: Float32Array, at: number, voice: number): void {
  for (let chirp = 0; chirp < 2 + Math.floor(voice * 4); chirp += 1) {
    const from = Math.round((at + chirp * 0.16) * SAMPLE_RATE);
    const samples = Math.round((0.07 + voice * 0.04) * SAMPLE_RATE);
    let phase = 0;
    for (let index = 0; index < samples; index += 1) {
      const share = index / samples;
      const pitch = 2_600 + voice * 1_600 + Math.sin(share * Math.PI * (1 + voice)) * 900;
      phase += (pitch / SAMPLE_RATE) * Math.PI * 2;
      add(mono, from + index, Math.sin(phase) * Math.sin(share * Math.PI) * 0.045 * (0.5 + voice / 2));
    }
  }
}

function addCrickets(mono: Float32Array, from: number, to: number): void {
  for (let index = from * SAMPLE_RATE; index < to * SAMPLE_RATE; index += 1) {
    const seconds = index / SAMPLE_RATE;
    const fade = ease((seconds - from) / 3) * ease((to - seconds) / 3);
    const chirp = Math.max(0, Math.sin(seconds * Math.PI * 2 * 28)) * (seconds % 0.9 < 0.42 ? 1 : 0);
    add(mono, index, Math.sin(seconds * Math.PI * 2 * 4_300) * chirp * fade * 0.022);
  }
}

function addCar(mono: Float32Array, passes: number): void {
  let low = 0;
  for (let index = Math.round((passes - 4) * SAMPLE_RATE); index < (passes + 4) * SAMPLE_RATE; index += 1) {
    const seconds = index / SAMPLE_RATE - passes;
    low += (noise(index, 80) * 2 - 1 - low) * 0.14;
    const hum = Math.sin(index * 0.034 * (seconds < 0 ? 1.03 : 0.97));
    const near = Math.exp(-((seconds / 1.5) ** 2)) * ease((4 - Math.abs(seconds)) / 1);
    add(mono, index, (low * 0.5 + hum * 0.05) * near * 0.5);
  }
}

function add(mono: Float32Array, index: number, value: number): void {
  const at = ((index % mono.length) + mono.length) % mono.length;
  mono[at] = (mono[at] as number) + value;
}
