// Brings one page into one of its states in a real Chromium, and takes its picture in both colours. Answers are held
// back or refused on the way; everything else comes from the recorder. Knows no page by name.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { waitFor } from "../../core/testing/wait-for.ts";
import { DESKTOP, PHONE } from "../../tests/e2e/support/browser.ts";
import type { Recorder } from "../../tests/e2e/support/recorder.ts";
import { type PageState, placed, type Screen } from "../../tests/e2e/support/screens.ts";
import { withholdAnswers } from "../../tests/e2e/support/withheld-answers.ts";

export const DEVICES = { desktop: DESKTOP, phone: PHONE } as const;
export type Device = keyof typeof DEVICES;
const THEMES = ["dark", "light"] as const;
const READY_MS = 15_000;
/** A busy machine draws slowly. */
const SHOT_MS = 180_000;
/** By which a page says that it waits, and that it failed. */
const MARKS = {
  loading: "[aria-busy=true], .skeleton",
  error: ".error-note, .door .empty",
  denied: ".denied",
} as const;

/** What is not as it should be in a picture that was taken all the same. */
export interface Finding {
  readonly picture: string;
  readonly what: string;
}

/** A browser of one size, signed in by that session, in one language; its colours follow the system's. The caller closes it. */
export async function openDevice(
  browser: Browser,
  recorder: Recorder,
  device: Device,
  language: string,
  token: string | undefined,
): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: DEVICES[device],
    hasTouch: device === "phone",
    isMobile: device === "phone",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
  });
  if (token !== undefined) {
    await context.addCookies([
      { name: "nightjar", value: token, url: recorder.url, sameSite: "Strict", httpOnly: true },
    ]);
  }
  const preferences = JSON.stringify(JSON.stringify({ theme: "system", language }));
  await context.addInitScript(`localStorage.setItem("nightjar.preferences", ${preferences})`);
  return context;
}

/** Takes a screen in one state, dark and light, into `folder`; answers what is not as it should be. */
export async function photograph(
  context: BrowserContext,
  recorder: Recorder,
  places: Readonly<Record<string, string>>,
  shot: { readonly screen: Screen; readonly state: PageState; readonly device: Device },
  folder: string,
): Promise<Finding[]> {
  const { screen, state, device } = shot;
  const name = `${screen.name}-${state}-${device}`;
  const findings: Finding[] = [];
  const page = await context.newPage();
  page.setDefaultNavigationTimeout(SHOT_MS);
  page.on("pageerror", (error) => findings.push({ picture: name, what: `throws ${error.message}` }));
  try {
    if (state === "loading") await withholdAnswers(page, screen.asks, "hold");
    if (state === "error") await withholdAnswers(page, screen.asks, "refuse");
    await page.goto(`${recorder.url}/${placed(screen.path, places)}`);
    const mark = state === "filled" ? screen.filled : state === "empty" ? (screen.empty ?? "") : MARKS[state];
    try {
      for (const selector of state === "denied" ? [] : (screen.open ?? []))
        await page.locator(selector).first().click({ timeout: READY_MS });
      await page.locator(mark).first().waitFor({ timeout: READY_MS });
      if (state === "filled" || state === "empty") await settled(page);
    } catch {
      findings.push({ picture: name, what: `shows nothing that matches ${mark}` });
    }
    mkdirSync(folder, { recursive: true });
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme });
      await waitFor(async () => (await page.evaluate("document.documentElement.dataset.theme")) === theme, {
        what: `${name} in ${theme} colours`,
      });
      await page.screenshot({ path: join(folder, `${name}-${theme}.png`), timeout: SHOT_MS });
    }
    const excessPx = (await page.evaluate(
      `Math.max(document.documentElement.scrollWidth - document.documentElement.clientWidth, ...[...document.querySelectorAll("main, .head, .door-card, dialog")].map((one) => one.scrollWidth - one.clientWidth))`,
    )) as number;
    if (excessPx > 0) findings.push({ picture: name, what: `is ${excessPx} px too wide` });
  } finally {
    await page.close();
  }
  return findings;
}

/** Until nothing on the page waits and its pictures are there. */
async function settled(page: Page): Promise<void> {
  await waitFor(
    () =>
      page.evaluate(
        `document.querySelector(".skeleton, [aria-busy=true], .stage-hint, .notice.waiting") === null && [...document.images].every((one) => one.complete)`,
      ),
    { deadlineMs: READY_MS, what: "a page that has come to rest", periodMs: 50 },
  );
}
