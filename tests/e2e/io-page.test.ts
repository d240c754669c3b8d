// The page of inputs and outputs in a real browser: both are made there, an output is switched by hand, an input alarms, and
// the tables follow without being loaded again.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { openBrowser, openContext, PHONE, screenshot, skipBrowserTests, until } from "./support/browser.ts";
import { type Recorder, startRecorder } from "./support/recorder.ts";

describe("the page of inputs and outputs", { skip: skipBrowserTests, timeout: 180_000 }, () => {
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

  it("makes both, switches outputs one and all, and follows what happens elsewhere", async () => {
    const context = await openContext(browser, recorder);
    const page = await context.newPage();
    await page.goto(`${recorder.url}/io`);
    await page.getByText("No inputs or outputs yet").waitFor();
    await page.getByRole("button", { name: "Add output" }).click();
    const dialog = page.getByRole("dialog");
    const save = dialog.getByRole("button", { name: "Save" });
    await dialog.getByLabel("Name", { exact: true }).fill("Siren");
    await dialog.getByLabel("Switched by").selectOption("http");
    assert.equal(await save.isDisabled(), true, "a request has an address");
    await dialog.getByLabel("Switched by").selectOption("virtual");
    await dialog.getByLabel("Dwell").selectOption("0");
    // Closed by mistake, and the page loaded again: what was typed is there.
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.reload();
    await page.getByRole("button", { name: "Add output" }).click();
    assert.equal(await dialog.getByLabel("Name", { exact: true }).inputValue(), "Siren");
    await save.click();
    await dialog.waitFor({ state: "detached" });
    const siren = page.getByRole("row", { name: /Siren/ });
    await siren.getByRole("button", { name: "Trigger Siren" }).click();
    await siren.locator(".state", { hasText: "On" }).waitFor();
    await page.getByRole("button", { name: "Clear all" }).click();
    await dialog.getByRole("button", { name: "Clear all" }).click();
    await siren.locator(".state", { hasText: "Off" }).waitFor();

    await page.getByRole("button", { name: "Add input" }).click();
    await dialog.getByLabel("Name", { exact: true }).fill("Back door");
    await save.click();
    await dialog.waitFor({ state: "detached" });
    const door = page.getByRole("row", { name: /Back door/ });
    await door.getByText("Nothing heard yet").waitFor();
    // Somebody else does it.
    await recorder.api("PUT", "/inputs/input-1/contact", { contact: "closed" });
    await door.locator(".state", { hasText: "Alarm" }).waitFor();
    await until("the event of the input", async () => {
      const { events } = await recorder.api<{ events: unknown[] }>("GET", "/events?types=alarm-input");
      return events.length === 1;
    });
    await page.setViewportSize(PHONE);
    await screenshot(page, "io-phone");
    await door.getByRole("button", { name: "Open contact: Back door" }).click();
    await door.getByText("At rest").waitFor();
    await context.close();
  });
});
