// axe (WCAG 2.2 A and AA) on every page and over the dialogs, in a real Chromium, dark and light: no violation. One
// recorder and one page for all of it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { putAlarms } from "../support/alarms.ts";
import { furnishAlarmIo } from "./support/alarm-io.ts";
import { openBrowser, openContext, skipBrowserTests, until } from "./support/browser.ts";
import { type Recorder, startRecorder } from "./support/recorder.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Address, and what must be there before it is judged. */
const PAGES = [
  ["live", ".tile"],
  ["live?camera=demo", ".zoom-buttons"],
  ["events", ".event-table, .empty"],
  ["tills", ".empty"],
  ["cameras/demo", "form .field"],
  ["cameras/demo/detection", ".detection section"],
  ["system/flows", ".head h1"],
  ["account", ".head h1"],
  ["system/log", ".head h1"],
  ["system/mqtt", "form"],
  ["playback", ".transport"],
  ["io", ".io-table"],
  ["io?output=siren", "dialog form"],
  ["io?input=door", "dialog form"],
  ["linkage", ".linkage-table"],
  ["linkage?rule=one", ".linkage-action-body"],
  ["cameras", ".camera-table"],
  ["cameras/new", "form"],
  ["storage", ".disk"],
  ["plugins", ".list-page, .head"],
  ["plugins?view=find", ".head"],
  ["system", ".log-lines, .log-bar"],
  ["system/settings", "form"],
  ["system/certificate", ".head h1"],
  ["users", "table"],
  ["nowhere", ".empty"],
  ["welcome?step=zone", ".door-card select"],
  ["welcome?step=storage", ".door-card .disk"],
  ["welcome?step=camera", ".door-card h1"],
] as const;

describe("accessibility", { skip: skipBrowserTests, timeout: 240_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;

  before(async () => {
    recorder = await startRecorder(true);
    const actions = [{ action: "capture", settings: {} }];
    await recorder.api("PUT", "/linkage/rules", {
      rules: [
        { id: "one", name: "One", actions },
        { id: "off", name: "Off", enabled: false, at: "end", actions },
      ],
    });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await recorder?.stop();
  });

  /** What axe objects to; in light colours of those alone, since the rest is the same as in the dark. */
  async function violations(page: Page, where: string, theme: "dark" | "light"): Promise<string[]> {
    const only =
      theme === "light" ? { type: "rule", values: ["color-contrast"] } : { type: "tag", values: RULES };
    const found = (await page.evaluate(`(async () => {
      if (window.axe === undefined) { ${AXE}; }
      const { violations, passes } = await axe.run(document, {
        runOnly: ${JSON.stringify(only)},
        resultTypes: ["violations"],
      });
      if (passes.length < ${theme === "light" ? 1 : 8}) return ["only " + passes.length + " rules found something to judge"];
      return violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map((one) => one.target.join(" ") + " " + (one.any[0]?.message ?? "")).join(" | "));
    })()`)) as string[];
    return found.map((text) => `${where}: ${text}`);
  }

  /** Both themes, without loading the page anew: the light one is the same page with other colours. */
  async function inBothThemes(page: Page, where: string): Promise<string[]> {
    const dark = await violations(page, `${where} (dark)`, "dark");
    await page.evaluate(`document.documentElement.dataset.theme = "light"`);
    const light = await violations(page, `${where} (light)`, "light");
    await page.evaluate(`document.documentElement.dataset.theme = "dark"`);
    return [...dark, ...light];
  }

  it("finds nothing to object to on any page, dark and light", async () => {
    const context = await openContext(browser, recorder, { theme: "dark" });
    const page = await context.newPage();
    const found: string[] = [];
    const lookAtBell = async (name: string, shown: string): Promise<void> => {
      await page.goto(`${recorder.url}/users`);
      await page.getByRole("button", { name }).click();
      await page.locator(`.bell-panel ${shown}`).first().waitFor();
      found.push(...(await inBothThemes(page, `bell: ${name}`)));
    };
    await lookAtBell("No alarms", ".muted");
    // One of the inputs alarms.
    await furnishAlarmIo(recorder);
    await putAlarms(recorder.dataDir, "demo", [1_000_001, 1_000_002]);
    await lookAtBell("Open alarms: 3", "li");
    for (const [address, ready] of PAGES) {
      await page.goto(`${recorder.url}/${address}`);
      await page.locator(ready).first().waitFor();
      found.push(...(await inBothThemes(page, address)));
    }
    await page.goto(`${recorder.url}/users`);
    await page.locator("table").waitFor();
    await page.getByRole("button", { name: "Account of admin" }).click();
    await page.locator(".menu").waitFor();
    found.push(...(await inBothThemes(page, "account menu")));
    await page.keyboard.press("Escape");
    for (const button of ["Add user", "Keyboard shortcuts"]) {
      await page.getByRole("button", { name: button }).click();
      await page.getByRole("dialog").waitFor();
      found.push(...(await inBothThemes(page, button)));
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    await context.clearCookies();
    await page.goto(`${recorder.url}/live`);
    await page.getByLabel("Password").waitFor();
    found.push(...(await inBothThemes(page, "the door")));
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
    assert.match((await violations(page, "planted", "light")).join(), /color-contrast/);
    assert.match((await violations(page, "planted", "dark")).join(), /image-alt/);
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
