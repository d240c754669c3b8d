// Figures of the recorder's own page in a browser, for the suite `live`: how soon it paints, how soon a key brings a large
// picture, and whether a wall of live tiles leaves scrolling smooth. The whole recorder, its cameras in a process apart.
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { waitFor } from "../../core/testing/wait-for.ts";
import { activate } from "../support/accounts.ts";
import { launchBrowser, percentile } from "./browser.ts";
import { type BenchContext, type Figure, figure } from "./figure.ts";
import { benchDir } from "./left-behind.ts";
import { framesWhileScrolling, pictureAfterKey } from "./own-page-scripts.ts";
import { bundleParts, putParts } from "./page-parts.ts";
import { configureRecorder, startRecorderProcess } from "./recorder-process.ts";
import { SenderProcesses } from "./sender-process.ts";

const TILES = 16;
const LIMITS = { paintMs: 1_000, pictureMs: 300, frameMs: 17, lateFrameMs: 34 } as const;
/** So low that the wall does not fit. */
const VIEWPORT = { width: 1440, height: 700 } as const;
const MAIN_WIDTH = 1280;

function clip(name: string): string {
  return fileURLToPath(new URL(`../../plugins/camera-demo/media/${name}.mp4`, import.meta.url));
}

/** Measures it. The interface must have been built. */
export async function ownPageFigures(context: BenchContext): Promise<readonly Figure[]> {
  using dir = benchDir();
  const tiles = context.counts[0] ?? TILES;
  const senders = await Promise.all([
    SenderProcesses.start(clip("main"), tiles),
    SenderProcesses.start(clip("sub"), tiles),
  ]);
  const urlsOf = (sender: SenderProcesses): string[] =>
    Array.from({ length: tiles }, (_, camera) => sender.url(camera));
  await configureRecorder(dir.path, urlsOf(senders[0]), urlsOf(senders[1]));
  const recorder = await startRecorderProcess(dir.path);
  const browser = await launchBrowser();
  try {
    const token = await activate(recorder.url, recorder.activationCode);
    const signedIn = () => signedInContext(browser, recorder.url, token);
    const paints = await firstPaints(context, signedIn, recorder.url);
    const page = await (await signedIn()).newPage();
    await page.goto(`${recorder.url}/live?grid=16`);
    await untilLive(page, tiles);
    await putParts(page, await bundleParts());
    const pictures = await keysToPictures(context, page, tiles);
    context.progress(`scrolling ${tiles} live tiles`);
    const gapsMs = await page.evaluate(framesWhileScrolling, { seconds: context.quick ? 4 : 15 });
    return [
      figure("first paint of the live page, median", percentile(paints, 0.5), "ms"),
      figure("first paint of the live page, longest", Math.max(...paints), "ms", { limit: LIMITS.paintMs }),
      figure("key to large picture in the page, median", percentile(pictures, 0.5), "ms"),
      figure("key to large picture in the page, p95", percentile(pictures, 0.95), "ms", {
        limit: LIMITS.pictureMs,
      }),
      figure(`a frame while ${tiles} live tiles are scrolled, median`, percentile(gapsMs, 0.5), "ms", {
        limit: LIMITS.frameMs,
      }),
      figure(`a frame while ${tiles} live tiles are scrolled, p95`, percentile(gapsMs, 0.95), "ms", {
        limit: LIMITS.lateFrameMs,
      }),
    ];
  } finally {
    await browser.close();
    await recorder.stop();
    for (const sender of senders) await sender.stop();
  }
}

/** With nothing in its cache. */
async function signedInContext(browser: Browser, url: string, token: string): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: VIEWPORT, locale: "en-GB" });
  await context.addCookies([{ name: "nightjar", value: token, url, sameSite: "Strict", httpOnly: true }]);
  return context;
}

async function firstPaints(
  context: BenchContext,
  open: () => Promise<BrowserContext>,
  url: string,
): Promise<number[]> {
  const paints: number[] = [];
  for (let round = 0; round < (context.quick ? 3 : 8); round += 1) {
    context.progress(`first paint, ${round + 1}`);
    const own = await open();
    const page = await own.newPage();
    await page.goto(`${url}/live?grid=16`);
    const paintMs = await page.waitForFunction(
      `performance.getEntriesByName("first-contentful-paint")[0]?.startTime`,
    );
    // The first one warms the browser up.
    if (round > 0) paints.push(Number(await paintMs.jsonValue()));
    await own.close();
  }
  return paints;
}

function untilLive(page: Page, tiles: number): Promise<unknown> {
  return waitFor(
    async () => {
      const live = await page.locator('.tile[data-state="live"]').count();
      return live === tiles || undefined;
    },
    { deadlineMs: 60_000, periodMs: 200, what: `${tiles} live tiles` },
  );
}

/** The key of a camera on the wall, another each time, and back. */
async function keysToPictures(context: BenchContext, page: Page, tiles: number): Promise<number[]> {
  const pictures: number[] = [];
  for (let round = 0; round < (context.quick ? 4 : 12); round += 1) {
    context.progress(`key to large picture, ${round + 1}`);
    const seen = page.evaluate(pictureAfterKey, { width: MAIN_WIDTH });
    await page.keyboard.press(String(1 + (round % Math.min(9, tiles))));
    const ms = await seen;
    if (round > 0) pictures.push(ms);
    await page.keyboard.press("Escape");
    await untilLive(page, tiles);
  }
  return pictures;
}
