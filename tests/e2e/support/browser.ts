// The browser of the tests: Debian's Chromium, mostly the one without windows, driven by playwright-core; pages that can read the frame number that
// the demo camera burns into its picture; screenshots of what was looked at.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { testPatience } from "../../../core/testing/wait-for.ts";
import type { Recorder } from "./recorder.ts";
import { launchShared } from "./shared-browser.ts";

const ROOT = join(import.meta.dirname, "../../..");
const SCREENSHOTS = join(ROOT, "tests/e2e/screenshots");
/** The one without windows first: it draws the same with half of the processor's time. */
const CHROMIUMS = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];
export const CHROMIUM =
  process.env["NIGHTJAR_CHROMIUM"] ?? CHROMIUMS.find((file) => existsSync(file)) ?? "/usr/bin/chromium";
export const DESKTOP = { width: 1440, height: 900 } as const;
/** For one step of a page; longer where the machine is known to be busy. */
const STEP_MS = 30_000;
export const PHONE = { width: 390, height: 844 } as const;

/** Why browser tests cannot run here; false if they can. */
export const skipBrowserTests: string | false = !existsSync(CHROMIUM)
  ? `no Chromium at ${CHROMIUM}`
  : !existsSync(join(ROOT, "ui/dist/index.html"))
    ? "the web interface is not built: npm run build:ui"
    : false;

/** A name that the tests' browser finds at 127.0.0.1 and, unlike that, does not trust without HTTPS. */
export const PLAIN_HOST = "recorder.test";

/** Opens Chromium, which other files of this process may have started. The caller closes it. */
export function openBrowser(): Promise<Browser> {
  return launchShared({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--autoplay-policy=no-user-gesture-required",
      // No process for the next page ahead of it: each costs a quarter of a second, and pages are turned, not loaded.
      "--renderer-process-limit=1",
      `--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`,
    ],
  });
}

/** A context signed in at the recorder, with the counter reader on every page. */
export async function openContext(
  browser: Browser,
  recorder: Pick<Recorder, "url" | "token">,
  options: {
    readonly viewport?: { readonly width: number; readonly height: number };
    readonly theme?: string;
    readonly touch?: boolean;
    /** By HTTPS, with the certificate that the recorder made itself. */
    readonly secure?: boolean;
  } = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: options.viewport ?? DESKTOP,
    hasTouch: options.touch === true,
    ignoreHTTPSErrors: options.secure === true,
    // What breathes while it waits is drawn sixty times a second.
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
  });
  context.setDefaultTimeout(STEP_MS * testPatience());
  if (recorder.token !== "" && options.secure !== true) {
    await context.addCookies([
      { name: "nightjar", value: recorder.token, url: recorder.url, sameSite: "Strict", httpOnly: true },
    ]);
  }
  if (options.theme !== undefined) {
    await context.addInitScript(
      `localStorage.getItem("nightjar.preferences") ?? localStorage.setItem("nightjar.preferences", ${JSON.stringify(JSON.stringify({ theme: options.theme, language: "en" }))});`,
    );
  }
  await context.addInitScript(counterScript());
  return context;
}

/**
 * Goes to another page as a link does, without loading the interface anew: that takes four times as long. Resolves when
 * nothing of the page before is there any more; a page of which only what follows the `?` is another is loaded.
 */
export function visit(page: Page, recorder: Pick<Recorder, "url">, address: string): Promise<void> {
  return leaveFor(page, recorder, address, "main .head");
}

/** Goes there; `marks` are the parts of the page before of which nothing may be left. */
async function leaveFor(
  page: Page,
  recorder: Pick<Recorder, "url">,
  address: string,
  marks: string,
): Promise<void> {
  const to = `${recorder.url}/${address}`;
  const isWithin = page.url().startsWith(`${recorder.url}/`);
  if (!isWithin || new URL(page.url()).pathname === new URL(to).pathname) {
    await page.goto(to);
    return;
  }
  await page.evaluate(`(() => {
    for (const one of document.querySelectorAll("${marks}")) one.dataset.left = "";
    history.pushState(null, "", ${JSON.stringify(to)});
    dispatchEvent(new PopStateEvent("popstate"));
  })()`);
  await page.locator("[data-left]").waitFor({ state: "detached" });
}

/**
 * Likewise, but its parts are made anew also where the page is there already, or only what follows the `?` is another: by way of
 * a page that there is not.
 */
export async function turnTo(page: Page, recorder: Pick<Recorder, "url">, address: string): Promise<void> {
  // Pages below the same one share its parts.
  const topOf = (url: string): string => new URL(url).pathname.split("/")[1] ?? "";
  const isWithin = page.url().startsWith(`${recorder.url}/`);
  if (isWithin && topOf(page.url()) === topOf(`${recorder.url}/${address}`)) {
    await leaveFor(page, recorder, "nowhere", "main .head");
    // The button of the page that there is not, in whichever language.
    await page.locator('main .empty a.button[href$="/live"]').waitFor();
  }
  await leaveFor(page, recorder, address, "main .head, main .empty");
}

/** Collects what a page throws, and what it tries against its content policy. */
export function watchFaults(page: Page, faults: string[]): Page {
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) faults.push(message.text());
  });
  return page;
}

/** For the page: how many pixels it, its heading, its forms or its dialog are wider than there is room; 0 if they fit. */
export const WIDTH_EXCESS = `Math.max(0, document.documentElement.scrollWidth - innerWidth, ...[...document.querySelectorAll("main, .head, .transport, .door-card, form:not(dialog form), dialog")].map((one) => one.scrollWidth - one.clientWidth))`;

/** Likewise, asked for by itself. */
export async function widthExcess(page: Page): Promise<number> {
  return (await page.evaluate(WIDTH_EXCESS)) as number;
}

/** How often a page looks at its picture, where each is to be seen. */
const LOOK_MS = 30;

/**
 * `window.nightjarCounter(selector)`: the number in the picture of the first such element, or null. `window.nightjarCollect(selector)`
 * looks again and again, and puts each new number into `window.nightjarCollected`.
 */
function counterScript(): string {
  const source = readFileSync(join(ROOT, "core/testing/frame-counter.ts"), "utf8");
  const plain = stripTypeScriptTypes(source).replaceAll(/^export /gm, "");
  // Of the picture only the lowest rows are read, into one canvas: tests look some ten times a second.
  return `window.nightjarCounter = (() => { ${plain}
    let canvas;
    return (selector) => {
      const element = document.querySelector(selector);
      const width = element?.videoWidth ?? element?.width ?? 0;
      const height = element?.videoHeight ?? element?.height ?? 0;
      if (width < 100 || height < 50) return null;
      const top = counterTop(height);
      const rows = height - top;
      if (canvas?.width !== width || canvas.height !== rows) canvas = new OffscreenCanvas(width, rows);
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(element, 0, top, width, rows, 0, 0, width, rows);
      return readFrameCounter(context.getImageData(0, 0, width, rows).data, width, height, top) ?? null;
    };
  })();
  window.nightjarCollect = (selector) => {
    clearInterval(window.nightjarCollecting);
    const seen = (window.nightjarCollected = []);
    window.nightjarCollecting = setInterval(() => {
      const now = window.nightjarCounter(selector);
      if (now !== null && now !== seen.at(-1)) seen.push(now);
    }, ${LOOK_MS});
  };`;
}

/** The frame number on show now; undefined where there is none. */
export async function counterOf(page: Page, selector = ".picture"): Promise<number | undefined> {
  const found: unknown = await page.evaluate(`window.nightjarCounter(${JSON.stringify(selector)})`);
  return typeof found === "number" ? found : undefined;
}

/** Frame numbers as they come on show, until there are `count` different ones in a row. The page itself looks, which misses none. */
export async function collectCounters(page: Page, count: number, timeoutMs: number): Promise<number[]> {
  await page.evaluate(`window.nightjarCollect(".picture")`);
  try {
    return await until(
      "frames",
      async () => {
        const seen = (await page.evaluate("window.nightjarCollected")) as number[];
        return seen.length >= count && seen.slice(0, count);
      },
      timeoutMs,
    );
  } finally {
    await page.evaluate("clearInterval(window.nightjarCollecting)").catch(() => undefined);
  }
}

/** Writes a screenshot for people to look at (ignored by git), where NIGHTJAR_TEST_SCREENSHOTS is set: nobody looks at each run's. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (process.env["NIGHTJAR_TEST_SCREENSHOTS"] === undefined) return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

/** Likewise of what is on show, in dark and in light. */
export async function inBothThemes(page: Page, name: string): Promise<void> {
  for (const theme of ["dark", "light"]) {
    await page.evaluate(`document.documentElement.dataset.theme = "${theme}"`);
    await screenshot(page, `${name}-${theme}`);
  }
}

/** Chooses a language in the account's menu. */
export async function speak(page: Page, language: string): Promise<void> {
  await page.locator("button.who").click();
  await page.locator(".menu select").nth(1).selectOption(language);
  await page.keyboard.press("Escape");
  await page.locator(".menu").waitFor({ state: "detached" });
}

/** Polls until `probe` gives something; rejects with `what` after the deadline, which is longer on a busy machine. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  calmMs = 10_000,
): Promise<T> {
  const timeoutMs = calmMs * testPatience();
  const begin = performance.now();
  const deadline = begin + timeoutMs;
  let last: unknown;
  while (performance.now() < deadline) {
    const found = await probe().catch((error: unknown) => {
      last = error;
      return undefined;
    });
    if (found !== undefined && found !== false) return found;
    // Rarer while it takes longer: looking costs the processors that what is waited for needs.
    const pauseMs = Math.min(200, Math.max(50, (performance.now() - begin) / 10));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new Error(`not in ${timeoutMs} ms: ${what}${last === undefined ? "" : ` (${String(last)})`}`);
}
