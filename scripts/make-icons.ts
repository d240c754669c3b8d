// Draws the icons that systems want as PNG where the web app is installed, from the two SVG files of ui/public/icons:
// `node scripts/make-icons.ts`. Wants Chromium. To be run when an SVG file was changed; what it writes is committed.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { openBrowser } from "../tests/e2e/support/browser.ts";
import { palettePng } from "./pictures/palette-png.ts";

const folder = resolve(import.meta.dirname, "../ui/public/icons");
/** Name and side in pixels. iOS rounds the corners itself: its icon comes from the one without. */
const ICONS = [
  { from: "nightjar.svg", to: "nightjar-192.png", pixels: 192 },
  { from: "nightjar.svg", to: "nightjar-512.png", pixels: 512 },
  { from: "nightjar-maskable.svg", to: "nightjar-maskable-192.png", pixels: 192 },
  { from: "nightjar-maskable.svg", to: "nightjar-maskable-512.png", pixels: 512 },
  { from: "nightjar-maskable.svg", to: "apple-touch-icon.png", pixels: 180 },
] as const;

/** Draws an SVG text on a canvas of the page; gives its pixels in base64. */
const DRAW = `async ({ svg, pixels }) => {
  const image = new Image();
  image.src = "data:image/svg+xml," + encodeURIComponent(svg.replace("<svg", \`<svg width="\${pixels}" height="\${pixels}"\`));
  await image.decode();
  const context = new OffscreenCanvas(pixels, pixels).getContext("2d");
  context.drawImage(image, 0, 0, pixels, pixels);
  return new Uint8Array(context.getImageData(0, 0, pixels, pixels).data.buffer).toBase64();
}`;

const browser = await openBrowser();
try {
  const page = await browser.newPage();
  for (const { from, to, pixels } of ICONS) {
    const svg = readFileSync(join(folder, from), "utf8");
    const drawn: unknown = await page.evaluate(`(${DRAW})(${JSON.stringify({ svg, pixels })})`);
    writeFileSync(join(folder, to), palettePng(Buffer.from(String(drawn), "base64"), pixels, pixels));
  }
} finally {
  await browser.close();
}
