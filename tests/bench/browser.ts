// The browser of the suites that measure what a person sees, and the percentiles of what was measured.
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

const BROWSERS = [
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** Starts the Chromium of this machine. Throws when there is none. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = BROWSERS.find((file) => existsSync(file));
  if (executablePath === undefined) throw new Error("Chromium is not installed");
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

/**
 * A page of the gateway's origin in which nothing else works: a script shown as text. (A page made up by the test tool
 * has no address, and Chromium lets such pages open nothing on this machine.)
 */
export async function quietPage(browser: Browser, port: number): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}/first-paint.js`);
  return page;
}

/** The value below which a share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
