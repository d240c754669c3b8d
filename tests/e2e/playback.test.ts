// Playback in a real Chromium, by WebCodecs and by MSE: seeks land on exact frames, steps are one frame, time runs
// backwards and at speed, and a deep link opens the moment it names. Frames are told by their burnt-in number.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import {
  counterOf,
  openBrowser,
  openContext,
  screenshot,
  skipBrowserTests,
  until,
} from "./support/browser.ts";
import { type Recorder, startRecorder } from "./support/recorder.ts";

/** Frames a second of the demo camera's main stream, and frames until its clip begins anew. */
const RATE = 15;
const LOOP = 960;
/** Footage that the tests need before they begin. */
const FOOTAGE_MS = 14_000;

/** How many frames `to` lies after `from`, across the clip's beginning: -LOOP/2 … LOOP/2. */
function framesBetween(from: number, to: number): number {
  const distance = (((to - from) % LOOP) + LOOP) % LOOP;
  return distance > LOOP / 2 ? distance - LOOP : distance;
}

interface Coverage {
  readonly cameras: readonly {
    readonly spans: readonly { readonly start: string; readonly end: string }[];
  }[];
}

describe("playback", { skip: skipBrowserTests }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let camera = "";
  let startMs = 0;
  const faults: string[] = [];

  before(async () => {
    recorder = await startRecorder(true);
    browser = await openBrowser();
    context = await openContext(browser, recorder);
    const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
    camera = cameras[0]?.id ?? "";
    startMs = await until(
      "footage to play",
      async () => {
        const query = `cameras=${camera}&start=${new Date(Date.now() - 600_000).toISOString()}&end=${new Date().toISOString()}`;
        const coverage = await recorder.api<Coverage>("GET", `/recordings/coverage?${query}`);
        const spans = coverage.cameras[0]?.spans ?? [];
        const first = spans[0];
        const last = spans.at(-1);
        if (first === undefined || last === undefined) return undefined;
        return Date.parse(last.end) - Date.parse(first.start) > FOOTAGE_MS && Date.parse(first.start);
      },
      90_000,
    );
    page = await context.newPage();
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy/i.test(message.text())) faults.push(message.text());
    });
  });
  after(async () => {
    await browser?.close();
    await recorder?.stop();
  });

  /** Opens a moment, standing still, and gives its frame number. */
  async function open(afterStartMs: number, player = ""): Promise<number> {
    const moment = new Date(startMs + afterStartMs).toISOString();
    await page.goto(`${recorder.url}/playback?camera=${camera}&t=${moment}&play=0${player}`);
    return until("the picture of the moment", () => counterOf(page));
  }

  /** The next number that differs from the one before. */
  function changed(from: number): Promise<number> {
    return until(`another frame than ${from}`, async () => {
      const now = await counterOf(page);
      return now !== undefined && now !== from ? now : undefined;
    });
  }

  async function collect(count: number): Promise<number[]> {
    const seen: number[] = [];
    await until(
      "frames",
      async () => {
        const now = await counterOf(page);
        if (now !== undefined && now !== seen.at(-1)) seen.push(now);
        return seen.length >= count;
      },
      15_000,
    );
    return seen;
  }

  for (const [name, player] of [
    ["WebCodecs", ""],
    ["MSE", "&player=mse"],
  ] as const) {
    it(`lands on the exact frame of a moment (${name})`, async () => {
      const early = await open(3000, player);
      const late = await open(6000, player);
      const distance = framesBetween(early, late);
      assert.ok(Math.abs(distance - 3 * RATE) <= 1, `3 s are ${3 * RATE} frames, not ${distance}`);
      assert.equal(await open(3000, player), early, "the same moment is the same frame");
    });

    it(`steps single frames forwards and back (${name})`, async () => {
      const start = await open(5000, player);
      await page.keyboard.press(".");
      const next = await changed(start);
      assert.equal(framesBetween(start, next), 1);
      await page.keyboard.press(".");
      const second = await changed(next);
      assert.equal(framesBetween(next, second), 1);
      for (let back = second; framesBetween(start, back) > -3; ) {
        await page.keyboard.press(",");
        const now = await changed(back);
        assert.equal(framesBetween(back, now), -1);
        back = now;
      }
    });

    it(`plays in order at its own pace, pauses and goes on (${name})`, async () => {
      await open(2000, player);
      await page.keyboard.press("Space");
      const first = await changed((await counterOf(page)) ?? -1);
      const from = performance.now();
      await until(
        "three seconds of frames",
        async () => framesBetween(first, (await counterOf(page)) ?? first) >= 3 * RATE,
      );
      const took = performance.now() - from;
      assert.ok(took > 2300 && took < 4500, `3 s of footage take about 3 s, not ${Math.round(took)} ms`);
      await page.keyboard.press("Space");
      await until("standing still", async () => {
        const now = await counterOf(page);
        await new Promise((resolve) => setTimeout(resolve, 300));
        return now === (await counterOf(page));
      });
    });

    it(`plays backwards (${name})`, async () => {
      await open(9000, player);
      await page.locator("#speed").selectOption("-1");
      await page.keyboard.press("Space");
      const seen = await collect(12);
      const wrong = seen.filter((value, at) => at > 0 && framesBetween(seen[at - 1] ?? 0, value) >= 0);
      assert.deepEqual(wrong, [], `each earlier than the one before: ${seen.join(" ")}`);
    });

    it(`plays at 4 and at 16 times the speed (${name})`, async () => {
      for (const speed of [4, 16]) {
        const start = await open(1000, player);
        await page.locator("#speed").selectOption(String(speed));
        const from = performance.now();
        await page.keyboard.press("Space");
        await until(
          "eight seconds of footage",
          async () => framesBetween(start, (await counterOf(page)) ?? start) >= 8 * RATE,
        );
        const took = performance.now() - from;
        assert.ok(
          took < (8000 / speed) * 1.6 + 1500,
          `${speed}×: 8 s of footage took ${Math.round(took)} ms`,
        );
      }
    });
  }

  it("keeps camera and moment in the address", async () => {
    await open(4000);
    await page.keyboard.press("ArrowRight");
    await until("the address follows", async () => {
      const at = Date.parse(new URL(page.url()).searchParams.get("t") ?? "");
      return Math.abs(at - (startMs + 9000)) < 200;
    });
    assert.equal(new URL(page.url()).searchParams.get("camera"), camera);
    await screenshot(page, "playback");
  });

  it("zooms the timeline about the pointer and seeks on a click", async () => {
    const before = await open(4000);
    const canvas = page.locator("canvas.timeline-canvas");
    const box = await canvas.boundingBox();
    assert.ok(box !== null);
    await page.getByRole("button", { name: "1 min", exact: true }).click();
    await page.mouse.move(box.x + box.width / 2, box.y + 36);
    for (let turn = 0; turn < 3; turn += 1) await page.mouse.wheel(0, -120);
    // The playhead lies in the middle; a click a little to the right of it is a little later.
    await page.mouse.click(box.x + box.width * 0.6, box.y + 36);
    const after = await changed(before);
    const distance = framesBetween(before, after);
    assert.ok(distance > 0 && distance < 6 * RATE, `a little later: ${distance} frames`);
    await screenshot(page, "playback-zoomed");
  });

  it("downloads the marked range as MP4", async () => {
    await open(3000);
    await page.getByRole("button", { name: "Mark clip" }).click();
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download clip" }).click();
    const download = await coming;
    assert.match(download.suggestedFilename(), /\.mp4$/);
    const head = await (await download.createReadStream()).take(1).toArray();
    assert.equal((head[0] as Buffer).subarray(4, 8).toString("latin1"), "ftyp");
  });

  it("throws nothing and breaks no content policy on the way", () => {
    assert.deepEqual(faults, []);
  });
});
