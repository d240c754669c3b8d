// The page of exceptions in a real browser: what goes on stands first and leaves when it is over, ticks are kept and the bell
// follows them, a rule that follows is shown and tried.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import {
  openBrowser,
  openContext,
  PHONE,
  screenshot,
  skipBrowserTests,
  until,
  visit,
} from "./support/browser.ts";
import { ADMINISTRATOR, type Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

describe("the page of exceptions (manual 11.7)", { skip: skipBrowserTests, timeout: 120_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  const kind = "exception-illegal-login";
  before(async () => {
    recorder = await sharedRecorder();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await recorder.api("PATCH", `/exceptions/${kind}`, { bell: false });
    await recorder.api("PUT", "/linkage/rules", { rules: [] });
  });

  it("tells of each kind how it is, where it is told of and what follows", async () => {
    await recorder.api("PUT", "/linkage/rules", {
      rules: [
        {
          ...{ id: "guess", name: "Somebody guesses", types: [kind] },
          actions: [{ action: "sound", settings: { pattern: "chime" } }],
        },
      ],
    });
    const context = await openContext(browser, recorder, { theme: "dark" });
    const page = await context.newPage();
    await visit(page, recorder, "system");
    await page.getByRole("link", { name: "Show exceptions" }).click();
    const row = page.locator(`[data-kind="${kind}"]`);
    await row.getByText("Not so far").waitFor();
    assert.equal(await page.locator('[data-kind="exception-hot-spare"]').isVisible(), false);

    await row.getByRole("checkbox", { name: "Bell" }).check();
    await until("it is kept", async () => {
      const { alarms } = JSON.parse(await readFile(join(recorder.dataDir, "config.json"), "utf8"));
      return JSON.stringify(alarms?.hints) === JSON.stringify([{ type: kind, bell: true }]);
    });
    const refused = await fetch(`${recorder.url}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: ADMINISTRATOR.username, password: "not-the-password" }),
    });
    assert.equal(refused.status, 401);
    await row.getByText("In 24 hours: 1").waitFor();
    await page.locator(".bell-count").waitFor();
    await page.locator(".bell > button").click();
    await page.locator(".bell-panel").getByText("Illegal login").waitFor();
    await page.keyboard.press("Escape");

    await row.getByRole("link", { name: "Somebody guesses" }).waitFor();
    await row.getByRole("button", { name: "Test rule Somebody guesses" }).click();
    await page.getByText("Somebody guesses: 1 done").waitFor();
    await page.getByRole("button", { name: "Silence" }).first().click();
    await screenshot(page, "exceptions");
    await page.setViewportSize(PHONE);
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    assert.ok(Number(overflow) <= 0, `${String(overflow)} px too wide on a phone`);
    await screenshot(page, "exceptions-phone");

    await row.getByRole("checkbox", { name: "Bell" }).uncheck();
    await until("the bell is quiet", async () => (await page.locator(".bell-count").count()) === 0);
    await row.getByRole("link", { name: "Add a rule" }).click();
    const form = page.getByRole("dialog");
    await form.locator("summary", { hasText: "Illegal login" }).waitFor();
    await context.close();
  });
});
