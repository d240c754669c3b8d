// Reads the timeline as a person sees it: by the colours on its canvas.
import type { Page } from "playwright-core";

/** How many pixels of the timeline have the colour of a CSS variable, such as `continuous` or `manual`. */
export function timelinePixels(page: Page, variable: string): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector("canvas.timeline-canvas");
    const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    probe.fillStyle = getComputedStyle(canvas).getPropertyValue("--${variable}").trim();
    probe.fillRect(0, 0, 1, 1);
    const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, width, height);
    let pixels = 0;
    for (let at = 0; at < data.length; at += 4)
      if (Math.abs(data[at] - red) + Math.abs(data[at + 1] - green) + Math.abs(data[at + 2] - blue) < 12) pixels += 1;
    return pixels;
  })()`) as Promise<number>;
}
