// Figures of the recorder's own page in a browser, for the suite `live`: how soon it paints, how soon a key brings a large
// picture, and whether a wall of live tiles leaves scrolling smooth. The whole recorder, its cameras in a process apart.
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { waitFor } from "../../core/testing/wait-for.ts";
import { activate } from "../support/accounts.ts";
import { launchBrowser, percentile } from "./browser.ts";
import { type BenchContext, type Figure, figure } from "./figure.ts";
import { benchDir } from "./left-behind.ts";
import { framesWhileScrolling, type KeyTimes, listenForKey } from "./own-page-scripts.ts";
import { bundleParts, putParts } from "./page-parts.ts";
import { configureRecorder, type RecorderProcess, startRecorderProcess } from "./recorder-process.ts";
import { SenderProcesses } from "./sender-process.ts";

const TILES = 16;
/** Of the first nine cameras. */
const KEYS = 9;
const LIMITS = { paintMs: 1_000, pictureMs: 300, frameMs: 17, lateFrameMs: 34 } as const;
const DESKTOP = { width: 1440, height: 900 } as const;
/** On a desktop a wall fits its window; on a phone it scrolls, two tiles side by side. */
const PHONE = { width: 390, height: 700 } as const;
const MAIN_WIDTH = 1280;

function clip(name: string): string {
  return fileURLToPath(new URL(`../../plugins/camera-demo/media/${name}.mp4`, import.meta.url));
}

/** Measures it. The interface must have been built. */
export async function ownPageFigures(context: BenchContext): Promise<readonly Figure[]> {
  using dir = benchDir();
  const senders = await Promise.all([
    SenderProcesses.start(clip("main"), TILES),
    SenderProcesses.start(clip("sub"), TILES),
  ]);
  const urlsOf = (sender: SenderProcesses): string[] =>
    Array.from({ length: TILES }, (_, camera) => sender.url(camera));
  await configureRecorder(dir.path, urlsOf(senders[0]), urlsOf(senders[1]));
  let recorder: RecorderProcess | undefined;
  let browser: Browser | undefined;
  try {
    recorder = await startRecorderProcess(dir.path);
    browser = await launchBrowser();
    const { url } = recorder;
    const own = { browser, url, token: await activate(url, recorder.activationCode) };
    const paints = await firstPaints(context, own);
    const page = await (await signedIn(own)).newPage();
    await page.goto(`${url}/live?grid=16`);
    await untilLive(page);
    await putParts(page, await bundleParts());
    const keys = await keysToPictures(context, page);
    const of = (what: keyof KeyTimes): number[] => keys.map((times) => times[what]);
    context.progress(`scrolling ${TILES} live tiles`);
    await page.setViewportSize(PHONE);
    await untilLive(page);
    const gapsMs = await page.evaluate(framesWhileScrolling, { seconds: context.quick ? 4 : 15 });
    return [
      figure("first paint of the live page, median", percentile(paints, 0.5), "ms"),
      figure("first paint of the live page, longest", Math.max(...paints), "ms", { limit: LIMITS.paintMs }),
      figure("key to large picture in the page, median", percentile(of("pictureMs"), 0.5), "ms"),
      figure("key to large picture in the page, p95", percentile(of("pictureMs"), 0.95), "ms", {
        limit: LIMITS.pictureMs,
      }),
      figure("key to the main stream's picture, median", percentile(of("mainMs"), 0.5), "ms"),
      figure("key to the main stream's picture, p95", percentile(of("mainMs"), 0.95), "ms"),
      figure(`a frame while ${TILES} live tiles are scrolled, median`, percentile(gapsMs, 0.5), "ms", {
        limit: LIMITS.frameMs,
      }),
      figure(`a frame while ${TILES} live tiles are scrolled, p95`, percentile(gapsMs, 0.95), "ms", {
        limit: LIMITS.lateFrameMs,
      }),
    ];
  } finally {
    await browser?.close();
    await recorder?.stop();
    for (const sender of senders) await sender.stop();
  }
}

/** A browser, and what an account has at a recorder. */
interface Visit {
  readonly browser: Browser;
  readonly url: string;
  readonly token: string;
}

/** With nothing in its cache. */
async function signedIn({ browser, url, token }: Visit): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: DESKTOP, locale: "en-GB" });
  await context.addCookies([{ name: "nightjar", value: token, url, sameSite: "Strict", httpOnly: true }]);
  return context;
}

async function firstPaints(context: BenchContext, visit: Visit): Promise<number[]> {
  const paints: number[] = [];
  for (let round = 0; round < (context.quick ? 3 : 8); round += 1) {
    context.progress(`first paint, ${round + 1}`);
    const own = await signedIn(visit);
    const page = await own.newPage();
    await page.goto(`${visit.url}/live?grid=16`);
    const paintMs = await page.waitForFunction(
      `performance.getEntriesByName("first-contentful-paint")[0]?.startTime`,
    );
    // The first one warms the browser up.
    if (round > 0) paints.push(Number(await paintMs.jsonValue()));
    await own.close();
  }
  return paints;
}

function untilLive(page: Page): Promise<unknown> {
  return waitFor(
    async () => {
      const live = await page.locator('.tile[data-state="live"]').count();
      return live === TILES || undefined;
    },
    { deadlineMs: 60_000, periodMs: 200, what: `${TILES} live tiles` },
  );
}

/** The key of a camera on the wall, another each time, and back. */
async function keysToPictures(context: BenchContext, page: Page): Promise<KeyTimes[]> {
  const keys: KeyTimes[] = [];
  for (let round = 0; round < (context.quick ? 4 : 12); round += 1) {
    context.progress(`key to large picture, ${round + 1}`);
    // The page listens before the key is pressed: a key overtakes what is to be evaluated.
    await page.evaluate(listenForKey, { width: MAIN_WIDTH });
    await page.keyboard.press(String(1 + (round % KEYS)));
    const times = (await page.evaluate("benchKey")) as KeyTimes;
    if (round > 0) keys.push(times);
    await page.keyboard.press("Escape");
    await untilLive(page);
  }
  return keys;
}
