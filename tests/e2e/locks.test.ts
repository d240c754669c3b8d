// Locking footage against deletion in a real Chromium: the file under the playhead, then a marked range, and back again;
// the timeline and the recorder's list show it, and an account without the right has no button (manual 9.4).
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { addAccount } from "../support/accounts.ts";
import {
  counterOf,
  DESKTOP,
  inBothThemes,
  openBrowser,
  openContext,
  PHONE,
  screenshot,
  skipBrowserTests,
  turnTo,
  until,
} from "./support/browser.ts";
import type { Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

interface File {
  readonly start: string;
  readonly end: string;
  readonly locked: boolean;
}

describe("locked footage (manual 9.4)", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let page: Page;
  let camera = "";
  let closed: readonly File[] = [];
  /** What was recorded before is other tests'. */
  let sinceMs = 0;

  async function files(): Promise<readonly File[]> {
    const range = `start=${new Date(sinceMs).toISOString()}&end=${new Date().toISOString()}`;
    const path = `/cameras/${camera}/recordings?stream=main&${range}`;
    const { segments } = await recorder.api<{ segments: File[] }>("GET", path);
    return segments.filter(({ start }) => Date.parse(start) >= sinceMs);
  }

  /** Which of the first files are locked, as the recorder's list says. */
  async function locked(): Promise<boolean[]> {
    return (await files()).slice(0, 3).map((file) => file.locked);
  }

  /** Pixels of the line above the first lane's track that are as bright as what marks locked footage. */
  function lockedPixels(): Promise<number> {
    return page.evaluate(`(() => {
      const canvas = document.querySelector("canvas.timeline-canvas");
      const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
      probe.fillStyle = getComputedStyle(canvas).getPropertyValue("--text").trim();
      probe.fillRect(0, 0, 1, 1);
      const ink = probe.getImageData(0, 0, 1, 1).data;
      const scale = devicePixelRatio;
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, Math.round(29 * scale), canvas.width, 1);
      let pixels = 0;
      for (let at = 0; at < data.length; at += 4)
        if ([0, 1, 2].every((part) => Math.abs(data[at + part] - ink[part]) < 4)) pixels += 1;
      return pixels;
    })()`) as Promise<number>;
  }

  before(async () => {
    recorder = await sharedRecorder();
    const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
    camera = cameras[0]?.id ?? "";
    await recorder.api("PATCH", `/cameras/${camera}`, { record: { segmentSeconds: 10 } });
    sinceMs = Date.now();
    closed = await until(
      "three closed files",
      async () => {
        const found = await files();
        return found.length >= 3 && found.slice(0, 3);
      },
      90_000,
    );
    browser = await openBrowser();
    page = await (await openContext(browser, recorder, { theme: "dark" })).newPage();
  });
  after(async () => {
    await browser?.close();
  });

  it("is the file under the playhead where nothing is marked", async () => {
    const second = closed[1];
    assert.ok(second !== undefined);
    const middle = new Date((Date.parse(second.start) + Date.parse(second.end)) / 2).toISOString();
    await turnTo(page, recorder, `playback?camera=${camera}&t=${middle}&play=0`);
    await until("a picture", () => counterOf(page));
    await page.getByRole("button", { name: "1 min", exact: true }).click();
    await until("a timeline without locks", async () => (await lockedPixels()) < 20);
    await page.getByRole("button", { name: /^Lock this recording/ }).click();
    await page.getByText(/^Locked: /).waitFor();
    const message = await page.locator(".toast").first().boundingBox();
    const timeline = await page.locator("canvas.timeline-canvas").boundingBox();
    assert.ok(message !== null && timeline !== null);
    assert.ok(message.y + message.height <= timeline.y, "what was done is not told over the timeline");
    assert.deepEqual(await locked(), [false, true, false]);
    await until("the lock on the timeline", async () => (await lockedPixels()) > 50);
    await screenshot(page, "playback-locked-dark");
    await page.getByRole("button", { name: /^Unlock this recording/ }).click();
    await page.getByText(/^Unlocked: /).waitFor();
    assert.deepEqual(await locked(), [false, false, false]);
    await until("the timeline without it", async () => (await lockedPixels()) < 20);
  });

  it("is every file that a marked range touches", async () => {
    const [first, second] = closed;
    assert.ok(first !== undefined && second !== undefined);
    const late = new Date(Date.parse(second.start) - 1500).toISOString();
    await turnTo(page, recorder, `playback?camera=${camera}&t=${late}&play=0`);
    await until("a picture", () => counterOf(page));
    await page.getByRole("button", { name: "1 min", exact: true }).click();
    // A mark begins at the playhead and is ten seconds long: the end of the first file and most of the second.
    await page.getByRole("button", { name: "Mark clip" }).click();
    await page.getByRole("button", { name: /^Lock the marked range/ }).click();
    // Words of what was done before may still stand there.
    await page.getByRole("button", { name: /^Unlock the marked range/ }).waitFor();
    await page
      .getByText(/^Locked: /)
      .last()
      .waitFor();
    assert.deepEqual(await locked(), [true, true, false]);
    await screenshot(page, "playback-locked-range-dark");
    // Opened anew, and on a phone too, what is locked is known.
    await turnTo(page, recorder, `playback?camera=${camera}&t=${late}&play=0`);
    await until("a picture", () => counterOf(page));
    await page.getByRole("button", { name: /^Unlock this/ }).waitFor();
    await page.setViewportSize(PHONE);
    await page.getByRole("button", { name: "Mark clip" }).click();
    await page.getByRole("button", { name: /^Unlock the marked range/ }).waitFor();
    await inBothThemes(page, "phone-playback-locked");
    await page.setViewportSize(DESKTOP);
    await page.getByRole("button", { name: /^Unlock the marked range/ }).click();
    await page.getByText(/^Unlocked: /).waitFor();
    assert.deepEqual(await locked(), [false, false, false]);
  });

  it("says of the file that is being written that it can be locked later", async () => {
    await turnTo(page, recorder, `playback?camera=${camera}&play=0`);
    await until("a picture", () => counterOf(page));
    await page.keyboard.press("e");
    await until("the edge", async () => {
      const time = await page.locator("time.clock").getAttribute("datetime");
      return Date.now() - Date.parse(time ?? "") < 8000;
    });
    await page.getByRole("button", { name: "Mark clip" }).click();
    await page.getByRole("button", { name: /^Lock the marked range/ }).click();
    await page.getByText(/still being written/).waitFor();
  });

  it("has no button for an account without the right, nor has a clip that it could not take along", async () => {
    // What plays there proves nothing any more.
    await page.close();
    const token = await addAccount(recorder, {
      username: "guard",
      password: "walks around at night",
      role: "viewer",
    });
    const context = await openContext(browser, { url: recorder.url, token });
    const other = await context.newPage();
    await turnTo(other, recorder, `playback?camera=${camera}&t=${closed[1]?.start}&play=0`);
    await until("a picture", () => counterOf(other));
    await other.getByRole("button", { name: "Why?" }).waitFor();
    await other.keyboard.press("i");
    assert.equal(await other.getByRole("button", { name: /lock|clip/i }).count(), 0);
    await context.close();
  });
});
