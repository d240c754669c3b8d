// axe (WCAG 2.2 A and AA) on every page and over the dialogs, in a real Chromium, dark and light: no violation. One
// recorder and one page for all of it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { openBrowser, openContext, skipBrowserTests, until } from "./support/browser.ts";
import { type Recorder, startRecorder } from "./support/recorder.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Address, and what must be there before it is judged. */
const PAGES = [
  ["live", ".tile"],
  ["playback", ".transport"],
  ["cameras", ".camera-table"],
  ["cameras/new", "form"],
  ["storage", ".storage-table"],
  ["plugins", ".list-page, .head"],
  ["plugins?view=find", ".head"],
  ["system", ".log-lines, .log-bar"],
  ["system/settings", "form"],
  ["users", "table"],
  ["nowhere", ".empty"],
  ["welcome?step=zone", ".door-card select"],
  ["welcome?step=storage", ".door-card .volume"],
  ["welcome?step=camera", ".door-card h1"],
] as const;

describe("accessibility", { skip: skipBrowserTests, timeout: 240_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;

  before(async () => {
    recorder = await startRecorder(true);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await recorder?.stop();
  });

  async function violations(page: Page, where: string): Promise<string[]> {
    const found = (await page.evaluate(`(async () => {
      if (window.axe === undefined) { ${AXE}; }
      const { violations } = await axe.run(document, {
        runOnly: { type: "tag", values: ${JSON.stringify(RULES)} },
        resultTypes: ["violations"],
      });
      return violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map((one) => one.target.join(" ") + " " + (one.any[0]?.message ?? "")).join(" | "));
    })()`)) as string[];
    return found.map((text) => `${where}: ${text}`);
  }

  for (const theme of ["dark", "light"] as const) {
    it(`finds nothing to object to on any page in ${theme} colours`, async () => {
      const context = await openContext(browser, recorder, { theme });
      const page = await context.newPage();
      const found: string[] = [];
      for (const [address, ready] of PAGES) {
        await page.goto(`${recorder.url}/${address}`);
        await page.locator(ready).first().waitFor();
        found.push(...(await violations(page, `${address} (${theme})`)));
      }
      await page.goto(`${recorder.url}/users`);
      await page.locator("table").waitFor();
      await page.getByRole("button", { name: "Account of admin" }).click();
      await page.locator(".menu").waitFor();
      found.push(...(await violations(page, `account menu (${theme})`)));
      await page.keyboard.press("Escape");
      for (const button of ["Add user", "Keyboard shortcuts"]) {
        await page.getByRole("button", { name: button }).click();
        await page.getByRole("dialog").waitFor();
        found.push(...(await violations(page, `${button} (${theme})`)));
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
      }
      await context.close();
      const stranger = await openContext(browser, { ...recorder, token: "" }, { theme });
      const door = await stranger.newPage();
      await door.goto(`${recorder.url}/live`);
      await door.getByLabel("Password").waitFor();
      found.push(...(await violations(door, `the door (${theme})`)));
      await stranger.close();
      assert.deepEqual(found, []);
    });
  }

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
