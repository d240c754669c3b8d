// Gaps in a real Chromium: play jumps over the time in which a camera was switched off, frame steps cross it both ways,
// and the timeline's jumps lead from recording to recording.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import {
  counterOf,
  openBrowser,
  openContext,
  screenshot,
  skipBrowserTests,
  turnTo,
  until,
} from "./support/browser.ts";
import type { Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";
import { timelinePixels } from "./support/timeline-pixels.ts";

interface Span {
  readonly start: string;
  readonly end: string;
}

describe("gaps", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let page: Page;
  let camera = "";
  let gap: { startMs: number; endMs: number };

  async function spans(): Promise<readonly Span[]> {
    const query = `cameras=${camera}&start=${new Date(Date.now() - 600_000).toISOString()}&end=${new Date().toISOString()}`;
    const coverage = await recorder.api<{ cameras: { spans: Span[] }[] }>(
      "GET",
      `/recordings/coverage?${query}`,
    );
    return coverage.cameras[0]?.spans ?? [];
  }

  /** The moment in the address, which follows the picture while it stands. */
  async function shownMs(): Promise<number> {
    const time = await page.locator("time.clock").getAttribute("datetime");
    return Date.parse(time ?? "");
  }

  async function open(timeMs: number): Promise<void> {
    await turnTo(page, recorder, `playback?camera=${camera}&t=${new Date(timeMs).toISOString()}&play=0`);
    await until("a picture", () => counterOf(page));
  }

  before(async () => {
    recorder = await sharedRecorder();
    const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
    camera = cameras[0]?.id ?? "";
    const long = (span: Span | undefined): boolean =>
      span !== undefined && Date.parse(span.end) - Date.parse(span.start) > 5000;
    await until("footage before the gap", async () => long((await spans())[0]), 60_000);
    await recorder.api("PATCH", `/cameras/${camera}`, { enabled: false });
    const offAtMs = Date.now();
    await until("some time without footage", async () => Date.now() - offAtMs > 4000);
    await recorder.api("PATCH", `/cameras/${camera}`, { enabled: true });
    gap = await until(
      "footage after the gap",
      async () => {
        const [first, second] = await spans();
        if (first === undefined || second === undefined || !long(second)) return undefined;
        return { startMs: Date.parse(first.end), endMs: Date.parse(second.start) };
      },
      60_000,
    );
    browser = await openBrowser();
    page = await (await openContext(browser, recorder)).newPage();
  });
  after(async () => {
    await browser?.close();
  });

  it("are jumped over while playing, without waiting them out", async () => {
    await open(gap.startMs - 2000);
    await page.keyboard.press("Space");
    const from = performance.now();
    await until("a picture after the gap", async () => (await shownMs()) >= gap.endMs - 100, 15_000);
    const took = performance.now() - from;
    assert.ok(took < 2000 + (gap.endMs - gap.startMs) * 0.6, `${Math.round(took)} ms for 2 s before the gap`);
    await page.keyboard.press("Space");
    await screenshot(page, "playback-gap");
  });

  it("are crossed by frame steps, both ways", async () => {
    await open(gap.endMs + 200);
    await until(
      "a picture before the gap",
      async () => {
        const before = await shownMs();
        await page.keyboard.press(",");
        return until("another picture", async () => (await shownMs()) !== before).then(
          async () => (await shownMs()) < gap.startMs + 200 || undefined,
        );
      },
      20_000,
    );
    await page.keyboard.press(".");
    await until("the picture after the gap again", async () => (await shownMs()) >= gap.endMs - 200);
  });

  it("are crossed by a seek into them", async () => {
    await open((gap.startMs + gap.endMs) / 2);
    await until("the first picture after the gap", async () => Math.abs((await shownMs()) - gap.endMs) < 300);
  });

  it("are jumped over by N and P: to where the next recording begins, and where the one before does", async () => {
    const firstMs = Date.parse((await spans())[0]?.start ?? "");
    await open(gap.startMs - 1500);
    await page.keyboard.press("n");
    await until("the begin of the next recording", async () => Math.abs((await shownMs()) - gap.endMs) < 300);
    await page.keyboard.press("p");
    await until("that of the one before", async () => Math.abs((await shownMs()) - firstMs) < 300);
  });

  it("end when recording begins: a page that was open before shows its first picture and its growth", async () => {
    const { config, driver } = await recorder.api<{ config: object; driver: string }>(
      "GET",
      `/cameras/${camera}`,
    );
    const late = await recorder.api<{ id: string }>("POST", "/cameras", {
      name: "Late",
      driver,
      config,
      enabled: false,
      record: { mode: "continuous", streams: "main" },
    });
    await turnTo(page, recorder, `playback?camera=${late.id}`);
    await page.getByText("No recording here").waitFor();
    await recorder.api("PATCH", `/cameras/${late.id}`, { enabled: true });
    await until("the first picture", () => counterOf(page), 20_000);
    await page.getByRole("button", { name: "1 min" }).click();
    const drawn = await until(
      "its recording on the timeline",
      async () => (await timelinePixels(page, "continuous")) || undefined,
    );
    await until("more of it", async () => (await timelinePixels(page, "continuous")) > drawn * 1.2, 20_000);
    await recorder.api("DELETE", `/cameras/${late.id}?footage=remove`);
  });
});
