// The page of inputs and outputs in a real browser: both are made there, an output is switched by hand, an input alarms, and
// the tables follow without being loaded again.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { PHONE, screenshot, skipBrowserTests, until, visit } from "./support/browser.ts";
import { keptPage } from "./support/kept-page.ts";
import type { Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

describe("the page of inputs and outputs", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;

  before(async () => {
    recorder = await sharedRecorder();
  });

  it("makes both, switches outputs one and all, and follows what happens elsewhere", async () => {
    const page = await keptPage(recorder);
    await visit(page, recorder, "io");
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
    // What is open stands in the address, and goes from there a moment after the dialog.
    await page.waitForURL((url) => !url.searchParams.has("output"));
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
  });

  it("has schedules painted by pointer, written to the minute and copied, of outputs and of arming rules", async () => {
    const page = await keptPage(recorder);
    const dialog = page.getByRole("dialog");
    const tracks = dialog.getByRole("application");
    const save = dialog.getByRole("button", { name: "Save" });
    await visit(page, recorder, "arming");
    await page.getByText("Everything is armed").waitFor();
    await page.getByRole("button", { name: "Add a rule" }).click();
    await dialog.getByLabel("Name", { exact: true }).fill("Office");
    await dialog.getByRole("button", { name: "At certain times" }).click();
    await dialog.getByRole("button", { name: "Clear" }).click();
    await dialog.getByText("No period at all").waitFor();
    await tracks.scrollIntoViewIfNeeded();
    const box = await tracks.boundingBox();
    assert.ok(box !== null);
    const at = (row: number, hour: number) => [
      box.x + (box.width * hour) / 24,
      box.y + (box.height * (row + 0.5)) / 8,
    ];
    const drag = async (from: readonly number[], to: readonly number[]): Promise<void> => {
      await page.mouse.move(from[0] ?? 0, from[1] ?? 0);
      await page.mouse.down();
      await page.mouse.move(to[0] ?? 0, to[1] ?? 0, { steps: 8 });
      await page.mouse.up();
    };
    // Monday to Friday from 8 to 18; then Wednesday's midday is taken away, and taken back.
    await drag(at(0, 8.05), at(4, 17.95));
    await drag(at(2, 12.05), at(2, 12.95));
    await dialog.getByTitle("Wednesday: 08:00–12:00, 13:00–18:00", { exact: true }).waitFor();
    await dialog.getByRole("button", { name: "Undo" }).click();
    await dialog.getByTitle("Wednesday: 08:00–18:00", { exact: true }).waitFor();
    // By keyboard: half an hour more on Saturday, at its begin.
    await dialog.getByTitle(/^Saturday: /).click();
    await tracks.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Space");
    await dialog.getByTitle("Saturday: 00:00–00:30", { exact: true }).waitFor();
    // Written: over midnight, refused where it overlaps, copied.
    await dialog.getByLabel("From").fill("22");
    await dialog.getByLabel("To", { exact: true }).fill("6:10");
    await page.keyboard.press("Enter");
    await dialog.getByText("(next day)", { exact: true }).waitFor();
    await dialog.getByLabel("Copy Saturday to other days").selectOption("sunday");
    await dialog.getByTitle("Sunday: 22:00–06:10 (next day)", { exact: true }).waitFor();
    await dialog.getByLabel("From").fill("05:00");
    await page.keyboard.press("Enter");
    await dialog.getByTitle(/^Saturday: 05:00–06:10$/).waitFor();
    await dialog.getByRole("button", { name: "Undo" }).click();
    await dialog.getByLabel("From").fill("25:00");
    await page.keyboard.press("Enter");
    await dialog.getByText("Write 08:00 to 24:00").waitFor();
    await dialog.getByLabel("From").fill("22:00");
    await page.keyboard.press("Enter");
    await screenshot(page, "arming-rule");
    await save.click();
    await dialog.waitFor({ state: "detached" });
    await page.locator("td.when", { hasText: "7 periods a week" }).waitFor();
    const day = [{ from: "08:00", to: "18:00" }];
    const night = [{ from: "22:00", to: "06:10" }];
    const { rules } = await recorder.api<{ rules: { schedule?: unknown }[] }>("GET", "/arming/rules");
    assert.deepEqual(rules[0]?.schedule, {
      ...{ monday: day, tuesday: day, wednesday: day, thursday: day, friday: day },
      ...{ saturday: night, sunday: night },
    });

    await page.getByRole("button", { name: "Add holiday" }).click();
    await dialog.getByLabel("Name", { exact: true }).fill("Christmas");
    await dialog.getByLabel("From").fill("2030-12-27");
    await dialog.getByLabel("To").fill("2030-12-24");
    await dialog.getByText("The last day lies before the first.").waitFor();
    assert.equal(await save.isDisabled(), true);
    await page.reload();
    await page.getByRole("button", { name: "Add holiday" }).click();
    await dialog.getByText("The last day lies before the first.").waitFor();
    assert.equal(await dialog.getByLabel("Name", { exact: true }).inputValue(), "Christmas");
    await dialog.getByRole("button", { name: "Every year" }).click();
    await save.click();
    await page.getByText("December 25, every year").waitFor();
    await page.setViewportSize(PHONE);
    await page.getByRole("button", { name: "Change Office" }).click();
    await tracks.scrollIntoViewIfNeeded();
    await screenshot(page, "arming-rule-phone");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Remove Office" }).click();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("row", { name: /Office/ }).waitFor();
    await recorder.api("PATCH", "/arming/rules", { rules: [], holidays: [] });
  });
});
