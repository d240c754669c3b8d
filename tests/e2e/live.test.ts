// Live pictures in a real Chromium: they advance, by WebCodecs and by MSE, and a tile that is not live says why.
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
import { openLine } from "./support/cuttable-line.ts";
import type { Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

/** Frame numbers of the demo camera begin again after its clip. */
const LOOP = 100_000;

describe("live view", { skip: skipBrowserTests }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const faults: string[] = [];

  before(async () => {
    recorder = await sharedRecorder();
    browser = await openBrowser();
    context = await openContext(browser, recorder);
    page = await context.newPage();
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy/i.test(message.text())) faults.push(message.text());
    });
  });
  after(async () => {
    await browser?.close();
  });

  /** Watches the counter until it has risen `times` times without going back, except where the clip begins anew. */
  async function risesBy(times: number): Promise<number[]> {
    const seen: number[] = [];
    await until(`the counter rises ${times} times: ${seen.join(" ")}`, async () => {
      const now = await counterOf(page);
      if (now !== undefined && now !== seen.at(-1)) seen.push(now);
      return seen.length > times;
    });
    return seen;
  }

  const stateOf = () => page.locator(".tile[data-camera]").first().getAttribute("data-state");
  const isLive = () =>
    until("the tile is live", async () => (await stateOf()) === "live" || undefined, 20_000);

  /** Waits until the tile says that it is not live, since when and why. */
  async function saysUndrawn(): Promise<void> {
    await isLive();
    await until(
      "the tile says so",
      async () =>
        /Not live since \d\d:\d\d:\d\d.*none can be shown/.test(
          (await page.locator(".notice").first().textContent({ timeout: 500 })) ?? "",
        ) || undefined,
      20_000,
    );
    assert.notEqual(await stateOf(), "live");
  }

  function assertForwards(seen: readonly number[]): void {
    const backwards = seen.filter((value, at) => at > 0 && value < (seen[at - 1] ?? 0));
    assert.ok(backwards.length <= 1, `pictures come in order: ${seen.join(" ")}`);
    assert.ok(seen.every((value) => value < LOOP));
  }

  it("draws the camera's frames in order by WebCodecs", async () => {
    await page.goto(`${recorder.url}/live?grid=4`);
    assertForwards(await risesBy(12));
    assert.equal(await page.locator("canvas.picture").count(), 1);
    const width = await page.evaluate(`document.querySelector("canvas.picture").width`);
    assert.equal(width, 640, "a small tile shows the sub-stream");
    assert.equal(await page.locator(".tile[data-camera]").first().getAttribute("data-state"), "live");
  });

  it("tells delay, bit rate, frame rate and codec on request", async () => {
    await page.keyboard.press("i");
    const words = await until("figures are shown", async () => {
      const text = await page.locator(".figures").first().textContent();
      return text !== null && / ms · .*bit\/s · [1-9].* fps/.test(text) && text;
    });
    assert.match(words, /H\.264 · WebCodecs/);
    // How the camera's packets come is the recorder's to say.
    await until("the camera's transport", async () => {
      const text = await page.locator(".figures").first().textContent();
      return text !== null && /WebCodecs · camera by TCP/.test(text);
    });
    await screenshot(page, "live-figures");
    const delay = Number(/^(\d+) ms/.exec(words)?.[1]);
    assert.ok(delay < 3_000, `the delay is small: ${words}`);
  });

  it("shows one camera large with its main stream, and goes back", async () => {
    // What the tile says of itself, from before the key on.
    await page.evaluate(`{
      const tile = document.querySelector(".tile[data-camera]");
      window.tileStates = [];
      new MutationObserver(() => window.tileStates.push(tile.dataset.state)).observe(tile, {
        attributeFilter: ["data-state"],
      });
    }`);
    await page.keyboard.press("1");
    await until(
      "the main stream is drawn",
      () =>
        page.evaluate(`document.querySelector("canvas.picture")?.width === 1280 || undefined`) as Promise<
          true | undefined
        >,
    );
    assert.deepEqual(
      ((await page.evaluate("window.tileStates")) as string[]).filter((state) => state !== "live"),
      [],
      "the sub-stream's picture goes on until the main stream has one",
    );
    await until("the sub-stream ends", async () => (await page.locator(".tile .picture").count()) === 1);
    assertForwards(await risesBy(10));
    assert.match(page.url(), /camera=/);
    await screenshot(page, "live-large");
    const zoom = async () => {
      const style = await page.locator(".picture-box").evaluate((box) => box.style.transform);
      const [, x = "0", y = "0", scale = "1"] =
        /translate\(([-\d.]+)px, ([-\d.]+)px\) scale\(([\d.]+)\)/.exec(style) ?? [];
      return { x: Number(x), y: Number(y), scale: Number(scale) };
    };
    const box = await page.locator(".tile").boundingBox();
    assert.ok(box !== null);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -300);
    await page.keyboard.up("Control");
    await until("the picture is enlarged", async () => (await zoom()).scale > 1.9);
    const before = await zoom();
    await page.mouse.down();
    await page.mouse.move(x + 60, y + 30);
    await page.mouse.up();
    const moved = await zoom();
    assert.deepEqual([moved.scale, moved.x - before.x, moved.y - before.y], [before.scale, 60, 30]);
    await screenshot(page, "live-zoomed");
    await page.mouse.dblclick(x, y);
    assert.equal((await zoom()).scale, 1, "a double click shows all of it again");
    assert.match(page.url(), /camera=/, "and does not shrink the tile");
    for (const key of ["+", "+", "-"]) await page.keyboard.press(key);
    assert.equal((await zoom()).scale, 1.25);
    await page.keyboard.press("0");
    assert.equal((await zoom()).scale, 1);
    await page.getByRole("button", { name: "Enlarge the picture" }).click();
    assert.equal((await zoom()).scale, 1.25);
    await page.keyboard.press("Escape");
    await until("the wall is back", async () => !page.url().includes("camera=") || undefined);
  });

  it("plays by MSE where WebCodecs is not wanted", async () => {
    await page.goto(`${recorder.url}/live?grid=4&player=mse`);
    assertForwards(await risesBy(12));
    assert.equal(await page.locator("video.picture").count(), 1);
  });

  it("says so where pictures arrive and none is shown, and goes on by itself when they are, by MSE", async () => {
    await page.evaluate(`{
      const append = SourceBuffer.prototype.appendBuffer;
      SourceBuffer.prototype.appendBuffer = function () { append.call(this, new Uint8Array(0)); };
      window.mend = () => { SourceBuffer.prototype.appendBuffer = append; };
    }`);
    await saysUndrawn();
    await page.evaluate("window.mend()");
    await isLive();
    assertForwards(await risesBy(3));
  });

  it("does so by WebCodecs, too, and keeps the last picture", async () => {
    await page.goto(`${recorder.url}/live?grid=4`);
    await until("a picture", () => counterOf(page));
    const player = page.workers().find((worker) => worker.url().includes("worker"));
    assert.ok(player !== undefined);
    // A decoder that takes all and gives nothing, as one that hangs does.
    await player.evaluate(`{
      const decode = VideoDecoder.prototype.decode;
      VideoDecoder.prototype.decode = () => undefined;
      self.mend = () => { VideoDecoder.prototype.decode = decode; };
    }`);
    await saysUndrawn();
    assert.ok((await counterOf(page)) !== undefined, "the last picture stays");
    await screenshot(page, "live-undrawn");
    await player.evaluate("self.mend()");
    await isLive();
    assertForwards(await risesBy(3));
  });

  it("keeps the last picture and says since when it is not live when the line breaks", async () => {
    const line = await openLine(recorder.url);
    await page.goto(`${line.url}/live?grid=4`);
    const before = await until("a picture", () => counterOf(page));
    line.cut();
    await until(
      "the tile says so",
      async () =>
        /Not live since \d\d:\d\d:\d\d/.test(
          (await page.locator(".notice").first().textContent({ timeout: 500 })) ?? "",
        ) || undefined,
    );
    assert.ok((await counterOf(page)) !== undefined, "the last picture stays");
    await screenshot(page, "live-line-lost");
    line.mend();
    await until(
      "pictures come again by themselves",
      async () => {
        const now = await counterOf(page);
        const state = await page.locator(".tile[data-camera]").first().getAttribute("data-state");
        return (state === "live" && now !== undefined && now !== before) || undefined;
      },
      20_000,
    );
    await line.close();
  });

  it("says that a camera is switched off, and shows it again when it is on", async () => {
    const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
    const id = cameras[0]?.id ?? "";
    await page.goto(`${recorder.url}/live?grid=4`);
    await until("a picture", () => counterOf(page));
    await recorder.api("PATCH", `/cameras/${id}`, { enabled: false });
    await until(
      "the tile says so",
      async () =>
        /switched off/.test((await page.locator(".notice").first().textContent({ timeout: 500 })) ?? "") ||
        undefined,
    );
    await screenshot(page, "live-switched-off");
    await recorder.api("PATCH", `/cameras/${id}`, { enabled: true });
    await until(
      "the picture is back",
      async () =>
        (await page.locator(".tile[data-camera]").first().getAttribute("data-state")) === "live" || undefined,
      20_000,
    );
  });

  it("throws nothing and breaks no content policy on the way", () => {
    assert.deepEqual(faults, []);
  });
});
