// Export and import of settings in a real Chromium against a real recorder: a sealed file saved, brought in again after a
// change, its differences read, and the import taken back.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { openBrowser, openContext, PHONE, screenshot, skipBrowserTests, until } from "./support/browser.ts";
import { ADMINISTRATOR, type Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

const SEAL_PASSWORD = "walrus umbrella 77 cliff";

describe("the page of settings files", { skip: skipBrowserTests, timeout: 240_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let page: Page;
  let file = "";
  let named = "";

  const nameOf = async () => (await recorder.api<{ name: string }>("GET", "/settings")).name;

  before(async () => {
    recorder = await sharedRecorder();
    named = await nameOf();
    await recorder.api("PATCH", "/settings", { name: "Shop", wizardDone: true });
    browser = await openBrowser();
    page = await (await openContext(browser, recorder)).newPage();
  });
  after(async () => {
    await browser?.close();
    await recorder.api("PATCH", "/settings", { name: named });
  });

  it("is reached from System and saves a sealed file", async () => {
    await page.goto(`${recorder.url}/system`);
    await page.getByRole("link", { name: "Export or import settings" }).click();
    const form = page.locator("form").filter({ hasText: "Password of the file" });
    await form.getByLabel("Password of the file").fill(SEAL_PASSWORD);
    await form.getByLabel("Your own password").fill("not my password");
    await form.getByRole("button", { name: "Save the file" }).click();
    await page.getByText("NJ_PASSWORD_WRONG").waitFor();
    await form.getByLabel("Your own password").fill(ADMINISTRATOR.password);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      form.getByRole("button", { name: "Save the file" }).click(),
    ]);
    assert.match(download.suggestedFilename(), /^nightjar-settings-\d{4}-\d\d-\d\d\.njset$/);
    file = await download.path();
    assert.equal(readFileSync(file).subarray(0, 5).toString("latin1"), "NJSET");
  });

  it("shows what a file would change, imports it, and takes it back", async () => {
    await recorder.api("PATCH", "/settings", { name: "Renamed" });
    await page.getByLabel("A file of settings on this computer").setInputFiles(file);
    const section = page.locator("section").filter({ hasText: "Nothing changes until" });
    await section.getByLabel("Password of the file").fill("wrong password here");
    await section.getByRole("button", { name: "Show what would change" }).click();
    await section.getByText("NJ_SETTINGS_PASSWORD").waitFor();
    await section.getByLabel("Password of the file").fill(SEAL_PASSWORD);
    await section.getByRole("button", { name: "Show what would change" }).click();
    await section.getByText("/node/name").waitFor();
    await screenshot(page, "settings-transfer-differences");
    await page.setViewportSize(PHONE);
    await screenshot(page, "settings-transfer-differences-phone");
    await page.setViewportSize({ width: 1440, height: 900 });
    assert.equal(await nameOf(), "Renamed");
    await section.getByRole("checkbox", { name: "General" }).uncheck();
    await section.getByText("Nothing would change.").waitFor();
    await section.getByRole("checkbox", { name: "General" }).check();
    await section.getByText("/node/name").waitFor();
    await section.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByRole("button", { name: "Take the import back" }).waitFor();
    assert.equal(await nameOf(), "Shop");
    await screenshot(page, "settings-transfer-undo");
    await page.getByRole("button", { name: "Take the import back" }).click();
    await until("the name before the import", async () => (await nameOf()) === "Renamed");
    await page.getByText("There is no import that could be taken back.").waitFor();
  });

  it("says of a file that is none what it is not", async () => {
    await page
      .getByLabel("A file of settings on this computer")
      .setInputFiles({ name: "x.njset", mimeType: "application/octet-stream", buffer: Buffer.from("{}") });
    await page.getByText("NJ_SETTINGS_FILE").waitFor();
  });
});
