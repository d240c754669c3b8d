// axe (WCAG 2.2 A and AA) on every page and every dialog of the table of screens, in a real Chromium, dark and light, the pages on a phone too:
// no violation. One recorder, furnished as a household, and one page for all of it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type FakeCamera, fakeCamera } from "../../core/testing/fake-camera.ts";
import { type FakeOnvifDevice, fakeOnvifDevice } from "../../core/testing/fake-onvif-device.ts";
import { openBrowser, openContext, PHONE, skipBrowserTests, until, visit } from "./support/browser.ts";
import { furnish } from "./support/household.ts";
import { type Recorder, startRecorder } from "./support/recorder.ts";
import { placed, SCREENS, type Screen } from "./support/screens.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WCAG = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] } as const;
/** What other colours can spoil. */
const CONTRAST = { type: "rule", values: ["color-contrast"] } as const;
/** What less room can spoil. */
const ROOM = {
  type: "rule",
  values: ["target-size", "scrollable-region-focusable", "aria-hidden-focus"],
} as const;
type Rules = typeof WCAG | typeof CONTRAST | typeof ROOM;
/** Rules that find something to judge on any page. */
const LEAST: ReadonlyMap<Rules, number> = new Map<Rules, number>([
  [WCAG, 8],
  [CONTRAST, 1],
  [ROOM, 1],
]);
const LONG_MS = 20_000;
const DOME = { username: "dome", password: "bright-dome" } as const;
/** Those that somebody sees who is signed in. */
const INSIDE = SCREENS.filter(({ door }) => door === undefined);

describe("accessibility", { skip: skipBrowserTests, timeout: 300_000 }, () => {
  let source: FakeCamera;
  let dome: FakeOnvifDevice;
  let recorder: Recorder;
  let browser: Browser;
  let places: Readonly<Record<string, string>> = {};

  before(async () => {
    source = await fakeCamera({ auth: "digest", ...DOME });
    dome = await fakeOnvifDevice({
      ...{ ...DOME, streamUrl: source.url },
      profiles: [{ token: "main", width: 640, height: 360 }],
    });
    recorder = await startRecorder(true);
    await recorder.api("PATCH", "/settings", { wizardDone: true });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await recorder?.stop();
    await dome?.close();
    await source?.close();
  });

  /** What axe objects to: in the open dialog, where there is one, since what lies behind it is judged by itself. */
  async function violations(page: Page, where: string, rules: Rules): Promise<string[]> {
    if ((await page.evaluate("window.axe === undefined")) === true) await page.evaluate(AXE);
    const found = (await page.evaluate(`(async () => {
      const { violations, passes } = await axe.run(document.querySelector("dialog[open]") ?? document, {
        runOnly: ${JSON.stringify(rules)},
        resultTypes: ["violations"],
      });
      const isPage = document.querySelector("dialog[open]") === null;
      if (isPage && passes.length < ${LEAST.get(rules)}) return ["only " + passes.length + " rules found something to judge"];
      return violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map((one) => one.target.join(" ") + " " + (one.any[0]?.message ?? "")).join(" | "));
    })()`)) as string[];
    return found.map((text) => `${where}: ${text}`);
  }

  /** Both themes, without loading the page anew: the light one is the same page with other colours. */
  async function inBothThemes(page: Page, where: string): Promise<string[]> {
    const dark = await violations(page, `${where} (dark)`, WCAG);
    await page.evaluate(`document.documentElement.dataset.theme = "light"`);
    const light = await violations(page, `${where} (light)`, CONTRAST);
    await page.evaluate(`document.documentElement.dataset.theme = "dark"`);
    return [...dark, ...light];
  }

  /** Brings a screen on, from whichever was there before. */
  async function show(page: Page, screen: Screen): Promise<void> {
    for (
      let press = 0;
      press < 4 && (await page.locator("dialog[open], .menu, .bell-panel").count()) > 0;
      press += 1
    )
      await page.keyboard.press("Escape");
    await visit(page, recorder, placed(screen.path, places));
    for (const selector of screen.open ?? [])
      await page.locator(selector).first().click({ timeout: LONG_MS });
    await page.locator(screen.filled).first().waitFor({ timeout: LONG_MS });
  }

  it("finds nothing to object to in a bell without alarms, and at the door", async () => {
    const context = await openContext(browser, recorder, { theme: "dark" });
    const page = await context.newPage();
    await page.goto(`${recorder.url}/users`);
    await page.getByRole("button", { name: "No alarms" }).click();
    await page.locator(".bell-panel .muted").first().waitFor();
    const found = await inBothThemes(page, "bell without alarms");
    await context.clearCookies();
    await page.goto(`${recorder.url}/live`);
    await page.getByLabel("Password").waitFor();
    found.push(...(await inBothThemes(page, "the door")));
    await context.close();
    assert.deepEqual(found, []);
  });

  it("finds nothing to object to on any page and in any dialog, dark and light", async () => {
    const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
    ({ places } = await furnish(recorder, dome, cameras[0]?.id ?? ""));
    const context = await openContext(browser, recorder, { theme: "dark" });
    const page = await context.newPage();
    const found: string[] = [];
    for (const screen of INSIDE) {
      const problem = await show(page, screen).then(() => undefined, String);
      found.push(
        ...(problem === undefined
          ? await inBothThemes(page, screen.name)
          : [`${screen.name} is not shown: ${problem}`]),
      );
    }
    await context.close();
    assert.deepEqual(found, []);
  });

  it("finds enough room for fingers, and nothing out of their reach, on the pages of a phone", async () => {
    const context = await openContext(browser, recorder, { theme: "dark", viewport: PHONE, touch: true });
    const page = await context.newPage();
    const found: string[] = [];
    for (const screen of INSIDE.filter(({ open, isWideOnly }) => open === undefined && isWideOnly !== true)) {
      await show(page, screen);
      found.push(...(await violations(page, `${screen.name} on a phone`, ROOM)));
    }
    await context.close();
    assert.deepEqual(found, []);
  });

  it("would find what is planted: a picture without words, and pale letters", async () => {
    const context = await openContext(browser, recorder, { theme: "light" });
    const page = await context.newPage();
    await page.goto(`${recorder.url}/users`);
    await page.locator("table").waitFor();
    await page.evaluate(`document.querySelector("h1").append(new Image())`);
    await page.evaluate(`document.querySelector("h1").style.color = "#ccc"`);
    assert.match((await violations(page, "planted", CONTRAST)).join(), /color-contrast/);
    assert.match((await violations(page, "planted", WCAG)).join(), /image-alt/);
    await context.close();
  });

  it("keeps focus inside dialogs, and visible where it is", async () => {
    const context = await openContext(browser, recorder);
    const page = await context.newPage();
    await page.goto(`${recorder.url}/users`);
    await page.getByRole("button", { name: "Add user" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    for (let press = 0; press < 20; press += 1) {
      await page.keyboard.press("Tab");
      // The browser's own controls come in turn with those of the dialog; the page behind it never does.
      const where = (await page.evaluate(
        `document.activeElement === document.body || document.activeElement.closest("dialog") !== null`,
      )) as boolean;
      assert.ok(where, `Tab ${press} led out of the dialog`);
    }
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await until(
      "focus is on the button that opened it",
      async () => (await page.evaluate("document.activeElement.textContent")) === "Add user",
    );
    await page.keyboard.press("Tab");
    const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
    assert.notEqual(outline, "none");
    await context.close();
  });
});
