// The crown of the tree, whose leaves sway.
import { type Light, type LightAt, LOOP_SECONDS } from "./daylight.ts";
import { ellipsePoints, noise, type Raster, tint } from "./raster.ts";

/** The crown of the tree: clumps that sway a little, lighter on the side of the light. */
export function drawLeaves(picture: Raster, seconds: number, light: Light, lightAt: LightAt): void {
  if (light.sunShadow > 0.02)
    picture.shade(ellipsePoints(1042 + light.shadowLean * 120, 486, 130, 17), 0.28 * light.sunShadow);
  const lit = lightAt(1040, 360);
  for (let clump = 0; clump < 46; clump += 1) {
    const ring = noise(clump, 1);
    const angle = noise(clump, 2) * Math.PI * 2;
    const radius = Math.sqrt(ring) * 92;
    const turns = 1 + Math.round(noise(clump, 3) * 2);
    const sway = Math.sin((seconds / LOOP_SECONDS) * Math.PI * 2 * 8 * turns + clump) * 1.6;
    const x = 1042 + Math.cos(angle) * radius * 1.06 + sway;
    const y = 262 + Math.sin(angle) * radius * 0.82;
    const bright = 0.78 + 0.34 * noise(clump, 4) - (y - 262) / 420;
    const leaf = tint([92 * bright, 138 * bright, 66 * bright], lit);
    picture.ellipse(x, y, 30 + noise(clump, 5) * 20, 25 + noise(clump, 6) * 15, leaf);
  }
}
