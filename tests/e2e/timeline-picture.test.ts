// The picture above the timeline of the moment under the mouse: of recorded moments alone, and gone with the mouse.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { counterOf, screenshot, skipBrowserTests, until, visit } from "./support/browser.ts";
import { keptPage } from "./support/kept-page.ts";
import type { Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

const PICTURE = "img.hover-picture";

/** Puts the mouse on the lane where the timeline says that a moment is; answers where that was. */
async function pointAt(page: Page, timeMs: number): Promise<{ x: number; y: number }> {
  const box = await page.locator(".timeline-canvas").boundingBox();
  assert.ok(box !== null);
  const y = box.y + 26 + 12;
  let [low, high] = [box.x, box.x + box.width];
  while (high - low > 0.5) {
    const x = (low + high) / 2;
    await page.mouse.move(x, y);
    const title = (await page.locator(".timeline-canvas").getAttribute("title")) ?? "";
    const at = Date.parse(title.split("\n")[1] ?? "");
    if (at < timeMs) low = x;
    else high = x;
  }
  await page.mouse.move(high, y);
  return { x: high, y };
}

/** When the recorder's first camera was recorded first. */
async function firstRecordedMs(recorder: Recorder): Promise<number | undefined> {
  const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
  const range = `start=${new Date(Date.now() - 3_600_000).toISOString()}&end=${new Date().toISOString()}`;
  const coverage = await recorder.api<{ cameras: { spans: { start: string }[] }[] }>(
    "GET",
    `/recordings/coverage?cameras=${cameras[0]?.id}&${range}`,
  );
  const first = coverage.cameras[0]?.spans[0];
  return first === undefined ? undefined : Date.parse(first.start);
}

describe("the picture under the mouse", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;
  let startedMs: number;
  before(async () => {
    recorder = await sharedRecorder();
    startedMs = await until("a recording", () => firstRecordedMs(recorder), 30_000);
  });

  it("comes of a recorded moment, of no other, and goes with the mouse", async () => {
    const page = await keptPage(recorder);
    await visit(page, recorder, "playback");
    await until("a recorded picture", () => counterOf(page), 30_000);
    const seenMs = Date.now();
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("snapshot.jpg")) asked.push(request.url());
    });
    await pointAt(page, startedMs - 600_000);
    // A moment after the first picture was there, so that it was recorded however fast the recorder started.
    const shownMs = seenMs + 1_000;
    await until("the moment to lie some seconds back", async () => Date.now() > shownMs + 4_000);
    // Closer, until a moment is wider than the mouse.
    for (let step = 0; step < 10; step += 1) {
      await pointAt(page, shownMs);
      await page.mouse.wheel(0, -240);
    }
    await pointAt(page, shownMs);
    await page.locator(PICTURE).waitFor({ state: "visible" });
    const width = await page.evaluate(`document.querySelector("${PICTURE}").naturalWidth`);
    assert.equal(width, 320);
    await screenshot(page, "timeline-picture");
    await page.mouse.move(300, 200);
    await page.locator(PICTURE).waitFor({ state: "hidden" });
    const moments = asked.map((url) => Date.parse(new URL(url).searchParams.get("at") ?? ""));
    assert.ok(moments.length > 0);
    assert.ok(
      moments.every((ms) => ms >= startedMs - 2_000),
      "asked for what nobody can have recorded",
    );
    assert.equal(await page.locator(PICTURE).count(), 1);
  });
});
